-- Taxes: the rates, who pays which, and how they are rounded.

-- What a rate takes never changes: bills were written with it, and another percentage is another key.
CREATE TABLE tax_rates (
  id uuid PRIMARY KEY,
  key text NOT NULL UNIQUE CHECK (key ~ '^[a-z][a-z0-9_-]{0,62}$' AND key NOT IN ('exempt', 'reverse_charge')),
  name text NOT NULL CHECK (length(name) BETWEEN 1 AND 50),
  percentage numeric NOT NULL CHECK (percentage BETWEEN 0 AND 100 AND scale(percentage) <= 4),
  is_inclusive boolean NOT NULL,
  is_compound boolean NOT NULL,
  country text CHECK (country ~ '^[A-Z]{2}$'),
  tax_type text,
  description text CHECK (length(description) BETWEEN 1 AND 500),
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  archived_at timestamptz(3)
);

CREATE FUNCTION keep_tax_rate() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.archived_at IS NULL AND (to_jsonb(OLD) - 'archived_at') = (to_jsonb(NEW) - 'archived_at') THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'a tax rate never changes but is archived once' USING ERRCODE = 'DB001';
END $$;
CREATE TRIGGER tax_rates_fixed BEFORE UPDATE ON tax_rates FOR EACH ROW EXECUTE FUNCTION keep_tax_rate();
CREATE TRIGGER tax_rates_kept BEFORE DELETE OR TRUNCATE ON tax_rates EXECUTE FUNCTION refuse_change();

-- One row: how the deployment rounds, and the rates of whoever has none of their own. Rates are named by key, in order;
-- they are never deleted, so that a name that was good when it was written stays so.
CREATE TABLE tax_settings (
  is_only boolean PRIMARY KEY DEFAULT true CHECK (is_only),
  rounding text NOT NULL DEFAULT 'invoice' CHECK (rounding IN ('invoice', 'line')),
  default_rates text[] NOT NULL DEFAULT '{}',
  changed_at timestamptz(3)
);
INSERT INTO tax_settings DEFAULT VALUES;
CREATE TRIGGER tax_settings_kept BEFORE DELETE OR TRUNCATE ON tax_settings EXECUTE FUNCTION refuse_change();

-- The rounding is chosen once. Whoever issues reads it under the shared lock until the commit, so that a change waits for
-- them and then sees what they have issued.
CREATE FUNCTION keep_tax_rounding() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended('tax-rounding', 0));
  IF EXISTS (SELECT FROM invoices WHERE number IS NOT NULL) THEN
    RAISE EXCEPTION 'the rounding of taxes stays as it was when the first invoice was issued' USING ERRCODE = 'DB001';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER tax_rounding_fixed BEFORE UPDATE ON tax_settings FOR EACH ROW
  WHEN (OLD.rounding IS DISTINCT FROM NEW.rounding) EXECUTE FUNCTION keep_tax_rounding();

-- Who has no row is taxable at the deployment's rates; so is who has no rates of their own. An empty list is no tax.
CREATE TABLE customer_taxes (
  customer_id uuid PRIMARY KEY REFERENCES customers,
  status text NOT NULL CHECK (status IN ('taxable', 'exempt', 'reverse_charge')),
  reason text CHECK (length(reason) BETWEEN 1 AND 500),
  default_rates jsonb CHECK (jsonb_typeof(default_rates) = 'array'),
  changed_at timestamptz(3) NOT NULL DEFAULT now(),
  CHECK ((status = 'taxable') = (reason IS NULL))
);

-- As they were typed but for spaces and the like; their form is checked before. They can name a person and can go.
CREATE TABLE customer_tax_ids (
  customer_id uuid NOT NULL REFERENCES customers,
  place integer NOT NULL CHECK (place >= 0),
  type text NOT NULL,
  value text NOT NULL CHECK (length(value) BETWEEN 1 AND 50),
  PRIMARY KEY (customer_id, place),
  UNIQUE (customer_id, type, value)
);
