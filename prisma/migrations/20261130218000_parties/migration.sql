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
