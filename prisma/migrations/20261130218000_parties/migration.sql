-- Who bills whom, and on which terms. Personal data stands here and not in audit chains, payloads or messages, so that it can be
-- erased; what an issued invoice says of its parties is one of its facts.

-- The seller's legal data, a row for each time that it was changed.
CREATE TABLE seller_settings (
  version integer PRIMARY KEY CHECK (version >= 1),
  legal_name text NOT NULL CHECK (length(legal_name) BETWEEN 1 AND 255),
  -- {lines, city, postalCode, region, country}, ISO 3166.
  address jsonb NOT NULL,
  -- [{type, value}], such as those of a VAT group.
  tax_ids jsonb NOT NULL DEFAULT '[]',
  registration text CHECK (length(registration) BETWEEN 1 AND 500),
  bank_details text CHECK (length(bank_details) BETWEEN 1 AND 2000),
  footer text CHECK (length(footer) BETWEEN 1 AND 2000),
  -- BCP 47; of invoices to customers who name none.
  language text NOT NULL,
  stored_by text NOT NULL,
  stored_at timestamptz(3) NOT NULL DEFAULT now()
);
CREATE TRIGGER seller_settings_fixed BEFORE UPDATE OR DELETE OR TRUNCATE ON seller_settings EXECUTE FUNCTION refuse_change();

CREATE TABLE customer_billing (
  customer_id uuid PRIMARY KEY REFERENCES customers,
  -- Null for the name by which the customer is known.
  legal_name text CHECK (length(legal_name) BETWEEN 1 AND 255),
  address jsonb,
  language text,
  -- What every invoice says that says nothing else.
  purchase_order text CHECK (length(purchase_order) BETWEEN 1 AND 140),
  memo text CHECK (length(memo) BETWEEN 1 AND 2000),
  updated_at timestamptz(3) NOT NULL DEFAULT clock_timestamp()
);

CREATE TABLE customer_billing_contacts (
  customer_id uuid NOT NULL REFERENCES customer_billing ON DELETE CASCADE,
  place integer NOT NULL CHECK (place >= 1),
  name text NOT NULL CHECK (length(name) BETWEEN 1 AND 255),
  email text NOT NULL CHECK (length(email) BETWEEN 3 AND 320),
  role text CHECK (length(role) BETWEEN 1 AND 100),
  PRIMARY KEY (customer_id, place)
);

ALTER TABLE customers ADD CONSTRAINT customers_payment_terms CHECK (payment_terms_days BETWEEN 0 AND 365);

-- What one invoice says instead of what its customer's invoices say otherwise. Null: as the customer's; '': nothing.
CREATE TABLE invoice_terms (
  invoice_id uuid PRIMARY KEY REFERENCES invoices,
  memo text CHECK (length(memo) <= 2000),
  purchase_order text CHECK (length(purchase_order) <= 140),
  payment_terms_days integer CHECK (payment_terms_days BETWEEN 0 AND 365)
);
CREATE TRIGGER invoice_terms_frozen_insert AFTER INSERT ON invoice_terms
  REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION invoice_lines_frozen();
CREATE TRIGGER invoice_terms_frozen_old AFTER UPDATE ON invoice_terms
  REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION invoice_lines_frozen();
CREATE TRIGGER invoice_terms_frozen_new AFTER UPDATE ON invoice_terms
  REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION invoice_lines_frozen();
CREATE TRIGGER invoice_terms_frozen_delete AFTER DELETE ON invoice_terms
  REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION invoice_lines_frozen();
CREATE TRIGGER invoice_terms_no_truncate BEFORE TRUNCATE ON invoice_terms EXECUTE FUNCTION refuse_change();

-- The parties and terms as they were when the invoice was issued: written by the transaction that issues it.
CREATE TABLE invoice_parties (
  invoice_id uuid PRIMARY KEY REFERENCES invoices,
  -- {version, legalName, address, taxIds, registration, bankDetails, footer}; null where no seller was named yet.
  seller jsonb,
  -- {name, legalName, email, address, contacts}.
  buyer jsonb NOT NULL,
  language text NOT NULL,
  memo text,
  purchase_order text,
  payment_terms_days integer NOT NULL CHECK (payment_terms_days BETWEEN 0 AND 365)
);
CREATE TRIGGER invoice_parties_frozen_insert AFTER INSERT ON invoice_parties
  REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION invoice_lines_frozen();
CREATE TRIGGER invoice_parties_frozen_old AFTER UPDATE ON invoice_parties
  REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION invoice_lines_frozen();
CREATE TRIGGER invoice_parties_frozen_new AFTER UPDATE ON invoice_parties
  REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION invoice_lines_frozen();
CREATE TRIGGER invoice_parties_frozen_delete AFTER DELETE ON invoice_parties
  REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION invoice_lines_frozen();
CREATE TRIGGER invoice_parties_no_truncate BEFORE TRUNCATE ON invoice_parties EXECUTE FUNCTION refuse_change();

-- ---------------------------------------------------------------------------------------------------------------
-- One-off invoices, and items that wait for a bill
-- ---------------------------------------------------------------------------------------------------------------

-- A request under its id, so that a repetition makes no second invoice. Its content only as a hash: it may name people.
CREATE TABLE one_off_requests (
  customer_id uuid NOT NULL REFERENCES customers,
  request_id text NOT NULL CHECK (length(request_id) BETWEEN 1 AND 100),
  invoice_id uuid NOT NULL REFERENCES invoices DEFERRABLE INITIALLY DEFERRED,
  content_hash bytea NOT NULL CHECK (length(content_hash) = 32),
  made_at timestamptz(3) NOT NULL DEFAULT now(),
  PRIMARY KEY (customer_id, request_id)
);
CREATE TRIGGER one_off_requests_fixed BEFORE UPDATE OR DELETE OR TRUNCATE ON one_off_requests
  EXECUTE FUNCTION refuse_change();

-- Items are taken up in the transaction that writes the bill, before it is written.
ALTER TABLE pending_items ALTER CONSTRAINT pending_items_invoice_id_fkey DEFERRABLE INITIALLY DEFERRED;
CREATE INDEX pending_items_customer ON pending_items (customer_id, created_at, id);

-- What an invoice has billed is billed, until that invoice is void.
CREATE FUNCTION pending_items_stay_billed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM invoice_states WHERE invoice_id = OLD.invoice_id AND lifecycle IN ('issued', 'skipped')) THEN
    RAISE EXCEPTION 'item % is billed with invoice %', OLD.id, OLD.invoice_id USING ERRCODE = 'DB004';
  END IF;
  IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
  IF (OLD.id, OLD.customer_id, OLD.currency, OLD.billing_group, OLD.amount_minor, OLD.source_kind) IS DISTINCT FROM
     (NEW.id, NEW.customer_id, NEW.currency, NEW.billing_group, NEW.amount_minor, NEW.source_kind) THEN
    RAISE EXCEPTION 'item % never changes but for the invoice that bills it', OLD.id USING ERRCODE = 'DB004';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER pending_items_stay_billed BEFORE UPDATE OR DELETE ON pending_items
  FOR EACH ROW EXECUTE FUNCTION pending_items_stay_billed();
CREATE TRIGGER pending_items_no_truncate BEFORE TRUNCATE ON pending_items EXECUTE FUNCTION refuse_change();

-- ---------------------------------------------------------------------------------------------------------------
-- What a target is told of a long invoice
-- ---------------------------------------------------------------------------------------------------------------

-- Stripe takes 250 lines, and what credits pay are lines there too. A longer invoice is told by its prices: the lines of one are
-- one line, under the id of the first of them; prices for which there is no room are the last line. Here every line stays.
CREATE VIEW grouped_invoice_lines AS
  SELECT placed.invoice_id, placed.id AS line_id, placed.position, placed.description, placed.price_id, placed.net_minor,
    first_value(placed.id) OVER (PARTITION BY placed.invoice_id, least(placed.place, placed.room) ORDER BY placed.position) AS group_id
  FROM (
    SELECT found.*, dense_rank() OVER (PARTITION BY found.invoice_id ORDER BY found.first_position) AS place
    FROM (
      SELECT l.invoice_id, l.id, l.position, l.description, l.price_id, l.amount_minor - l.discount_minor AS net_minor,
        250 - (SELECT count(*) FROM invoice_credits c WHERE c.invoice_id = i.id) AS room,
        min(l.position) OVER (PARTITION BY l.invoice_id, coalesce(l.price_id::text, l.price_key)) AS first_position
      FROM invoice_lines l JOIN invoices i ON i.id = l.invoice_id
      WHERE i.line_count > 250 - (SELECT count(*) FROM invoice_credits c WHERE c.invoice_id = i.id)) found) placed;

CREATE OR REPLACE VIEW outgoing_invoice_lines AS
  SELECT l.invoice_id, l.id, 0 AS part, l.position, l.description, l.amount_minor - l.discount_minor AS amount_minor
  FROM invoice_lines l JOIN invoices i ON i.id = l.invoice_id
  WHERE i.line_count <= 250 - (SELECT count(*) FROM invoice_credits c WHERE c.invoice_id = i.id)
  UNION ALL
  SELECT g.invoice_id, g.group_id, 0, min(g.position),
    CASE WHEN count(DISTINCT g.description) = 1 THEN min(g.description)
      WHEN count(DISTINCT g.price_id) = 1 AND count(g.price_id) = count(*) THEN min(r.name) || ' (' || count(*) || ' lines)'
      ELSE 'Further charges (' || count(*) || ' lines)' END,
    sum(g.net_minor)::bigint
  FROM grouped_invoice_lines g LEFT JOIN prices r ON r.id = g.price_id GROUP BY g.invoice_id, g.group_id
  UNION ALL
  SELECT invoice_id, id, 1, position, name, -amount_minor FROM invoice_credits;

-- The taxes on each of those lines.
CREATE VIEW outgoing_line_taxes AS
  SELECT t.invoice_id, t.line_id, t.key, t.taxable_minor, t.amount_minor
  FROM invoice_line_taxes t JOIN invoices i ON i.id = t.invoice_id
  WHERE i.line_count <= 250 - (SELECT count(*) FROM invoice_credits c WHERE c.invoice_id = i.id)
  UNION ALL
  SELECT g.invoice_id, g.group_id, t.key, sum(t.taxable_minor)::bigint, sum(t.amount_minor)::bigint
  FROM grouped_invoice_lines g JOIN invoice_line_taxes t ON t.line_id = g.line_id GROUP BY g.invoice_id, g.group_id, t.key;
