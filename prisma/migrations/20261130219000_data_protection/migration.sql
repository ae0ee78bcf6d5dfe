-- Data protection: customers that were erased, and how long what the law asks for is kept.

-- ---------------------------------------------------------------------------------------------------------------
-- Erasure
-- ---------------------------------------------------------------------------------------------------------------

-- One row is one customer whose personal data is gone. It says how much went, never what it was.
CREATE TABLE customer_erasures (
  customer_id uuid PRIMARY KEY REFERENCES customers,
  request_id text NOT NULL CHECK (length(request_id) BETWEEN 1 AND 100),
  reason text NOT NULL CHECK (length(reason) BETWEEN 1 AND 500),
  actor text NOT NULL,
  erased_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  -- What was erased, by its kind: {contact: 1, taxIds: 2, …}.
  counts jsonb NOT NULL,
  -- Since when the copies at targets have no personal data either; null while they wait for it.
  copies_erased_at timestamptz(3)
);
CREATE INDEX customer_erasures_open ON customer_erasures (customer_id) WHERE copies_erased_at IS NULL;

CREATE FUNCTION customer_erasures_stay() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND OLD.copies_erased_at IS NULL AND (to_jsonb(NEW) - 'copies_erased_at') = (to_jsonb(OLD) - 'copies_erased_at') THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'the erasure of customer % stays', OLD.customer_id USING ERRCODE = 'DB001';
END $$;
CREATE TRIGGER customer_erasures_stay BEFORE UPDATE OR DELETE ON customer_erasures
  FOR EACH ROW EXECUTE FUNCTION customer_erasures_stay();
CREATE TRIGGER customer_erasures_no_truncate BEFORE TRUNCATE ON customer_erasures EXECUTE FUNCTION refuse_change();

-- Nothing new is written about an erased customer, whoever writes. The lock of the key makes it wait for an erasure that
-- is under way, and is the one that a foreign key takes anyway.
CREATE FUNCTION refuse_erased_customer() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM FROM customers WHERE id = NEW.customer_id FOR KEY SHARE;
  IF EXISTS (SELECT FROM customer_erasures WHERE customer_id = NEW.customer_id) THEN
    RAISE EXCEPTION 'customer % was erased', NEW.customer_id USING ERRCODE = 'DB038';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER customer_contacts_not_erased BEFORE UPDATE ON customer_contacts
  FOR EACH ROW WHEN ((NEW.name, NEW.email) IS DISTINCT FROM (OLD.name, OLD.email)) EXECUTE FUNCTION refuse_erased_customer();
CREATE TRIGGER customer_billing_not_erased BEFORE INSERT OR UPDATE ON customer_billing
  FOR EACH ROW EXECUTE FUNCTION refuse_erased_customer();
CREATE TRIGGER customer_tax_ids_not_erased BEFORE INSERT OR UPDATE ON customer_tax_ids
  FOR EACH ROW EXECUTE FUNCTION refuse_erased_customer();
CREATE TRIGGER corrections_not_erased BEFORE INSERT ON corrections
  FOR EACH ROW EXECUTE FUNCTION refuse_erased_customer();
CREATE TRIGGER payment_methods_not_erased BEFORE INSERT ON payment_methods
  FOR EACH ROW EXECUTE FUNCTION refuse_erased_customer();
CREATE TRIGGER payment_method_sessions_not_erased BEFORE INSERT ON payment_method_sessions
  FOR EACH ROW EXECUTE FUNCTION refuse_erased_customer();
CREATE TRIGGER subscriptions_not_erased BEFORE INSERT ON subscriptions
  FOR EACH ROW EXECUTE FUNCTION refuse_erased_customer();
CREATE TRIGGER one_off_requests_not_erased BEFORE INSERT ON one_off_requests
  FOR EACH ROW EXECUTE FUNCTION refuse_erased_customer();
-- Differences of corrections are written for many customers at once: one that was erased must not stop the others.
CREATE TRIGGER pending_items_not_erased BEFORE INSERT ON pending_items
  FOR EACH ROW WHEN (NEW.source_kind = 'one-off') EXECUTE FUNCTION refuse_erased_customer();
CREATE TRIGGER wallets_not_erased BEFORE INSERT ON wallets
  FOR EACH ROW EXECUTE FUNCTION refuse_erased_customer();
CREATE TRIGGER coupon_redemptions_not_erased BEFORE INSERT ON coupon_redemptions
  FOR EACH ROW EXECUTE FUNCTION refuse_erased_customer();

-- A correction of usage keeps the words by which its customers were named; those of an erased one become its pseudonym.
CREATE FUNCTION with_pseudonyms(content jsonb) RETURNS jsonb LANGUAGE sql STABLE AS $$
  SELECT CASE WHEN content ? 'changes' THEN jsonb_set(content, '{changes}', (
    SELECT jsonb_agg(CASE WHEN e.customer_id IS NULL THEN change
        ELSE change || jsonb_build_object('customer', 'erased-' || e.customer_id) END ORDER BY place)
    FROM jsonb_array_elements(content -> 'changes') WITH ORDINALITY AS c (change, place)
    LEFT JOIN customer_erasures e ON e.customer_id = (change ->> 'customerId')::uuid)) ELSE content END
$$;

-- What was shown stays what was shown, but for such words; the end comes once.
CREATE OR REPLACE FUNCTION usage_corrections_end_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND OLD.state = 'previewed' AND NEW.state <> 'previewed'
    AND (NEW.id, NEW.kind, NEW.content, NEW.reason, NEW.actor, NEW.outcome, NEW.outcome_hash, NEW.previewed_at)
      = (OLD.id, OLD.kind, OLD.content, OLD.reason, OLD.actor, OLD.outcome, OLD.outcome_hash, OLD.previewed_at)
  THEN
    RETURN NEW;
  END IF;
  IF TG_OP = 'UPDATE' AND NEW.content = with_pseudonyms(OLD.content)
    AND (to_jsonb(NEW) - 'content') = (to_jsonb(OLD) - 'content') THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'correction % stays as it was previewed and ended', OLD.id USING ERRCODE = 'DB001';
END $$;

-- ---------------------------------------------------------------------------------------------------------------
-- How long things are kept
-- ---------------------------------------------------------------------------------------------------------------

CREATE TABLE retention_settings (
  is_only boolean PRIMARY KEY DEFAULT true CHECK (is_only),
  -- Full calendar years after the one in which an invoice was issued, for which the law asks to keep it.
  invoice_years integer NOT NULL DEFAULT 10 CHECK (invoice_years BETWEEN 1 AND 100),
  changed_by text,
  changed_at timestamptz(3)
);
INSERT INTO retention_settings DEFAULT VALUES;
