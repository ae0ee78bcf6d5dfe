-- What stands between the charges of an invoice and its total: discounts, taxes, what is carried, credits. All of it facts.

ALTER TABLE invoices
  ADD COLUMN discount_minor bigint NOT NULL DEFAULT 0 CHECK (discount_minor >= 0),
  -- Added to the lines; below zero on an invoice that gives back more than it charges.
  ADD COLUMN tax_minor bigint NOT NULL DEFAULT 0,
  -- Contained in the lines.
  ADD COLUMN inclusive_tax_minor bigint NOT NULL DEFAULT 0,
  -- Below zero otherwise: written to the customer's balance.
  ADD COLUMN carried_minor bigint NOT NULL DEFAULT 0 CHECK (carried_minor >= 0),
  ADD COLUMN credit_minor bigint NOT NULL DEFAULT 0 CHECK (credit_minor >= 0),
  ADD COLUMN tax_rounding text NOT NULL DEFAULT 'invoice' CHECK (tax_rounding IN ('invoice', 'line')),
  ADD CONSTRAINT invoices_total CHECK (total_minor = subtotal_minor - discount_minor + tax_minor + carried_minor - credit_minor),
  ADD CONSTRAINT invoices_carried CHECK (carried_minor = 0 OR (credit_minor = 0 AND total_minor = 0));

ALTER TABLE invoice_lines
  ADD COLUMN discount_minor bigint NOT NULL DEFAULT 0 CHECK (discount_minor >= 0),
  ADD COLUMN tax_minor bigint NOT NULL DEFAULT 0,
  ADD COLUMN inclusive_tax_minor bigint NOT NULL DEFAULT 0;

CREATE TABLE invoice_discounts (
  invoice_id uuid NOT NULL REFERENCES invoices,
  position integer NOT NULL CHECK (position >= 1),
  -- Of a coupon; null for one that was given without.
  redemption_id uuid,
  key text NOT NULL,
  name text NOT NULL,
  amount_minor bigint NOT NULL CHECK (amount_minor > 0),
  working jsonb NOT NULL,
  PRIMARY KEY (invoice_id, position)
);
CREATE INDEX invoice_discounts_redemption ON invoice_discounts (redemption_id) WHERE redemption_id IS NOT NULL;

CREATE TABLE invoice_taxes (
  invoice_id uuid NOT NULL REFERENCES invoices,
  key text NOT NULL,
  position integer NOT NULL CHECK (position >= 1),
  name text NOT NULL,
  -- 19 is 19 %.
  percentage numeric NOT NULL CHECK (percentage >= 0),
  is_inclusive boolean NOT NULL,
  country text,
  -- The net that it is on, and the tax; both below zero where more is given back than charged.
  taxable_minor bigint NOT NULL,
  amount_minor bigint NOT NULL,
  -- Why nothing is due.
  reason text,
  PRIMARY KEY (invoice_id, key),
  UNIQUE (invoice_id, position)
);

-- Each tax as it falls on each line.
CREATE TABLE invoice_line_taxes (
  line_id uuid NOT NULL REFERENCES invoice_lines ON DELETE CASCADE,
  key text NOT NULL,
  invoice_id uuid NOT NULL,
  taxable_minor bigint NOT NULL,
  amount_minor bigint NOT NULL,
  PRIMARY KEY (line_id, key),
  FOREIGN KEY (invoice_id, key) REFERENCES invoice_taxes (invoice_id, key) DEFERRABLE INITIALLY DEFERRED
);
CREATE INDEX invoice_line_taxes_invoice ON invoice_line_taxes (invoice_id);

-- What pays the invoice from what its customer has with us; below zero what it gives to their balance.
CREATE TABLE invoice_credits (
  id uuid PRIMARY KEY,
  invoice_id uuid NOT NULL REFERENCES invoices,
  position integer NOT NULL CHECK (position >= 1),
  source text NOT NULL CHECK (source IN ('balance', 'wallet', 'carried')),
  -- The account of the ledger.
  account_id uuid,
  name text NOT NULL,
  amount_minor bigint NOT NULL CHECK ((source = 'carried') = (amount_minor < 0) AND amount_minor <> 0),
  UNIQUE (invoice_id, position)
);

-- Facts like the lines: frozen with them.
CREATE TRIGGER invoice_discounts_frozen_insert AFTER INSERT ON invoice_discounts
  REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION invoice_lines_frozen();
CREATE TRIGGER invoice_discounts_frozen_old AFTER UPDATE ON invoice_discounts
  REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION invoice_lines_frozen();
CREATE TRIGGER invoice_discounts_frozen_new AFTER UPDATE ON invoice_discounts
  REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION invoice_lines_frozen();
CREATE TRIGGER invoice_discounts_frozen_delete AFTER DELETE ON invoice_discounts
  REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION invoice_lines_frozen();
CREATE TRIGGER invoice_discounts_no_truncate BEFORE TRUNCATE ON invoice_discounts EXECUTE FUNCTION refuse_change();
CREATE TRIGGER invoice_taxes_frozen_insert AFTER INSERT ON invoice_taxes
  REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION invoice_lines_frozen();
CREATE TRIGGER invoice_taxes_frozen_old AFTER UPDATE ON invoice_taxes
  REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION invoice_lines_frozen();
CREATE TRIGGER invoice_taxes_frozen_new AFTER UPDATE ON invoice_taxes
  REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION invoice_lines_frozen();
CREATE TRIGGER invoice_taxes_frozen_delete AFTER DELETE ON invoice_taxes
  REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION invoice_lines_frozen();
CREATE TRIGGER invoice_taxes_no_truncate BEFORE TRUNCATE ON invoice_taxes EXECUTE FUNCTION refuse_change();
CREATE TRIGGER invoice_line_taxes_frozen_insert AFTER INSERT ON invoice_line_taxes
  REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION invoice_lines_frozen();
CREATE TRIGGER invoice_line_taxes_frozen_old AFTER UPDATE ON invoice_line_taxes
  REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION invoice_lines_frozen();
CREATE TRIGGER invoice_line_taxes_frozen_new AFTER UPDATE ON invoice_line_taxes
  REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION invoice_lines_frozen();
CREATE TRIGGER invoice_line_taxes_frozen_delete AFTER DELETE ON invoice_line_taxes
  REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION invoice_lines_frozen();
CREATE TRIGGER invoice_line_taxes_no_truncate BEFORE TRUNCATE ON invoice_line_taxes EXECUTE FUNCTION refuse_change();
CREATE TRIGGER invoice_credits_frozen_insert AFTER INSERT ON invoice_credits
  REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION invoice_lines_frozen();
CREATE TRIGGER invoice_credits_frozen_old AFTER UPDATE ON invoice_credits
  REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION invoice_lines_frozen();
CREATE TRIGGER invoice_credits_frozen_new AFTER UPDATE ON invoice_credits
  REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION invoice_lines_frozen();
CREATE TRIGGER invoice_credits_frozen_delete AFTER DELETE ON invoice_credits
  REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION invoice_lines_frozen();
CREATE TRIGGER invoice_credits_no_truncate BEFORE TRUNCATE ON invoice_credits EXECUTE FUNCTION refuse_change();

-- The sums of an invoice's parts as they stand in their tables.
CREATE VIEW invoice_sums AS
  SELECT i.id AS invoice_id, l.line_count, l.subtotal, l.line_discount, l.line_tax, l.line_inclusive,
    coalesce(d.discount, 0) AS discount, coalesce(t.tax, 0) AS tax, coalesce(t.inclusive, 0) AS inclusive,
    coalesce(p.part_tax, 0) AS part_tax, coalesce(p.part_inclusive, 0) AS part_inclusive,
    coalesce(c.credit, 0) AS credit, coalesce(c.carried, 0) AS carried
  FROM invoices i
  CROSS JOIN LATERAL (
    SELECT count(*) AS line_count, coalesce(sum(amount_minor), 0) AS subtotal, coalesce(sum(discount_minor), 0) AS line_discount,
      coalesce(sum(tax_minor), 0) AS line_tax, coalesce(sum(inclusive_tax_minor), 0) AS line_inclusive
    FROM invoice_lines WHERE invoice_id = i.id) l
  CROSS JOIN LATERAL (SELECT sum(amount_minor) AS discount FROM invoice_discounts WHERE invoice_id = i.id) d
  CROSS JOIN LATERAL (
    SELECT sum(amount_minor) FILTER (WHERE NOT is_inclusive) AS tax, sum(amount_minor) FILTER (WHERE is_inclusive) AS inclusive
    FROM invoice_taxes WHERE invoice_id = i.id) t
  CROSS JOIN LATERAL (
    SELECT sum(part.amount_minor) FILTER (WHERE NOT tax.is_inclusive) AS part_tax,
      sum(part.amount_minor) FILTER (WHERE tax.is_inclusive) AS part_inclusive
    FROM invoice_line_taxes part JOIN invoice_taxes tax USING (invoice_id, key) WHERE part.invoice_id = i.id) p
  CROSS JOIN LATERAL (
    SELECT sum(amount_minor) FILTER (WHERE source <> 'carried') AS credit, -sum(amount_minor) FILTER (WHERE source = 'carried') AS carried
    FROM invoice_credits WHERE invoice_id = i.id) c;

CREATE OR REPLACE FUNCTION invoice_states_move_forward() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  facts invoices%ROWTYPE;
  sums invoice_sums%ROWTYPE;
  is_nothing boolean;
BEGIN
  IF TG_OP = 'DELETE' THEN
    IF OLD.lifecycle NOT IN ('draft', 'held') THEN
      RAISE EXCEPTION 'the state of invoice % is kept for ever', OLD.invoice_id USING ERRCODE = 'DB005';
    END IF;
    RETURN OLD;
  END IF;
  IF OLD.invoice_id <> NEW.invoice_id THEN
    RAISE EXCEPTION 'the state of invoice % cannot be moved to another', OLD.invoice_id USING ERRCODE = 'DB005';
  END IF;
  IF NEW.lifecycle = OLD.lifecycle THEN RETURN NEW; END IF;
  IF (OLD.lifecycle, NEW.lifecycle) NOT IN (
    ('draft', 'held'), ('held', 'draft'), ('draft', 'issued'), ('draft', 'skipped'), ('draft', 'void'),
    ('held', 'void'), ('issued', 'void'), ('skipped', 'void')
  ) THEN
    RAISE EXCEPTION 'invoice % cannot go from % to %', OLD.invoice_id, OLD.lifecycle, NEW.lifecycle USING ERRCODE = 'DB005';
  END IF;
  IF NEW.lifecycle IN ('issued', 'skipped') THEN
    SELECT * INTO facts FROM invoices WHERE id = NEW.invoice_id;
    SELECT * INTO sums FROM invoice_sums WHERE invoice_id = NEW.invoice_id;
    -- What is issued has a number; what is skipped has none and is over nothing at all.
    is_nothing := (facts.subtotal_minor, facts.discount_minor, facts.tax_minor, facts.carried_minor, facts.credit_minor) = (0, 0, 0, 0, 0);
    IF (sums.line_count, sums.subtotal, sums.discount, sums.tax, sums.inclusive, sums.credit, sums.carried) IS DISTINCT FROM
         (facts.line_count::bigint, facts.subtotal_minor::numeric, facts.discount_minor::numeric, facts.tax_minor::numeric,
          facts.inclusive_tax_minor::numeric, facts.credit_minor::numeric, facts.carried_minor::numeric)
      OR (sums.line_discount, sums.line_tax, sums.line_inclusive, sums.part_tax, sums.part_inclusive) IS DISTINCT FROM
         (sums.discount, sums.tax, sums.inclusive, sums.tax, sums.inclusive)
      OR (facts.number IS NULL) <> (NEW.lifecycle = 'skipped') OR (NEW.lifecycle = 'skipped' AND NOT is_nothing)
    THEN
      RAISE EXCEPTION 'invoice % cannot be %: number %, facts %, parts %',
        NEW.invoice_id, NEW.lifecycle, facts.number,
        (facts.line_count, facts.subtotal_minor, facts.discount_minor, facts.tax_minor, facts.inclusive_tax_minor, facts.credit_minor,
         facts.carried_minor, facts.total_minor), sums USING ERRCODE = 'DB006';
    END IF;
  END IF;
  RETURN NEW;
END $$;

-- Lines as a target is told of them: what is left of each after its discount, and one for each credit, so that their sum and the
-- taxes are the total.
CREATE VIEW outgoing_invoice_lines AS
  SELECT invoice_id, id, 0 AS part, position, description, amount_minor - discount_minor AS amount_minor FROM invoice_lines
  UNION ALL
  SELECT invoice_id, id, 1, position, name, -amount_minor FROM invoice_credits;

-- What waits for a customer's next bill.
CREATE TABLE pending_items (
  id uuid PRIMARY KEY,
  customer_id uuid NOT NULL REFERENCES customers,
  currency text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
  billing_group text NOT NULL DEFAULT '',
  description text NOT NULL CHECK (length(description) BETWEEN 1 AND 2000),
  amount_minor bigint NOT NULL,
  -- Keys of the taxes on it; null for the customer's.
  tax_rates jsonb,
  source_kind text NOT NULL CHECK (source_kind IN ('one-off', 'correction', 'late-usage')),
  source_id uuid,
  period_start_at timestamptz(3),
  period_end_at timestamptz(3),
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  -- The invoice that bills it, as long as it is no void one, and its line there.
  invoice_id uuid REFERENCES invoices,
  line_id uuid,
  CHECK ((invoice_id IS NULL) = (line_id IS NULL)),
  CHECK ((period_start_at IS NULL) = (period_end_at IS NULL))
);
CREATE INDEX pending_items_waiting ON pending_items (customer_id, currency, billing_group) WHERE invoice_id IS NULL;
CREATE INDEX pending_items_billed ON pending_items (invoice_id) WHERE invoice_id IS NOT NULL;
