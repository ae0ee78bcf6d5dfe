-- Taxes by an outside engine, in the place of the table of rates.

ALTER TABLE tax_settings ADD COLUMN engine text NOT NULL DEFAULT 'table' CHECK (engine IN ('table', 'outside'));

-- What the engine has said of an invoice: which taxes are on what it bills. It holds for just the question that has this
-- hash. Where it did not answer, why; an answer may still take the place of that, and is kept from then on. No foreign
-- key: what was said stays, whatever becomes of the draft.
CREATE TABLE tax_quotes (
  invoice_id uuid NOT NULL,
  content_hash bytea NOT NULL CHECK (octet_length(content_hash) = 32),
  answer jsonb,
  failure text,
  asked_at timestamptz(3) NOT NULL DEFAULT now(),
  PRIMARY KEY (invoice_id, content_hash),
  CHECK ((answer IS NULL) <> (failure IS NULL))
);

CREATE FUNCTION keep_tax_answer() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.answer IS NULL AND (OLD.invoice_id, OLD.content_hash) = (NEW.invoice_id, NEW.content_hash) THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'what the tax engine has answered is kept' USING ERRCODE = 'DB001';
END $$;
CREATE TRIGGER tax_quotes_fixed BEFORE UPDATE ON tax_quotes FOR EACH ROW EXECUTE FUNCTION keep_tax_answer();
CREATE TRIGGER tax_quotes_kept BEFORE DELETE OR TRUNCATE ON tax_quotes EXECUTE FUNCTION refuse_change();
