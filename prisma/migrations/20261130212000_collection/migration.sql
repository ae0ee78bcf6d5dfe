-- How money comes in: what customers have agreed to, payment methods that they have saved, each attempt to collect, money that
-- came in elsewhere, and what goes back.

ALTER TABLE customers
  ADD COLUMN collection_method text NOT NULL DEFAULT 'send_invoice'
    CHECK (collection_method IN ('send_invoice', 'charge_automatically'));

ALTER TABLE invoice_states
  -- How this invoice is collected, from its first sync on; NULL until then.
  ADD COLUMN collection text CHECK (collection IN ('send_invoice', 'charge_automatically')),
  -- Why it is sent although its customer is to be charged.
  ADD COLUMN collection_fallback text CHECK (collection_fallback IN ('no-payment-method'));

-- What a target has saved of a customer: what they know it by, and nothing to pay with.
CREATE TABLE payment_methods (
  account_id text NOT NULL REFERENCES target_accounts (account_id),
  remote_id text NOT NULL,
  customer_id uuid NOT NULL REFERENCES customers,
  kind text NOT NULL,
  brand text,
  last4 text CHECK (length(last4) = 4),
  exp_month integer CHECK (exp_month BETWEEN 1 AND 12),
  exp_year integer,
  is_default boolean NOT NULL,
  saved_at timestamptz(3) NOT NULL DEFAULT now(),
  -- The target has it no more.
  gone_at timestamptz(3),
  PRIMARY KEY (account_id, remote_id),
  CHECK (NOT is_default OR gone_at IS NULL)
);
CREATE UNIQUE INDEX payment_methods_default ON payment_methods (customer_id) WHERE is_default;
CREATE INDEX payment_methods_customer ON payment_methods (customer_id);

-- A page at the target on which a customer saves a payment method.
CREATE TABLE payment_method_sessions (
  id uuid PRIMARY KEY,
  customer_id uuid NOT NULL REFERENCES customers,
  -- Where the customer goes afterwards.
  return_url text NOT NULL CHECK (length(return_url) BETWEEN 1 AND 2048),
  wanted_at timestamptz(3) NOT NULL DEFAULT now(),
  wanted_by text NOT NULL,
  status text NOT NULL DEFAULT 'wanted' CHECK (status IN ('wanted', 'open', 'complete', 'expired', 'failed')),
  remote_id text UNIQUE,
  url text,
  expires_at timestamptz(3),
  code text,
  CHECK ((status = 'open') <= (remote_id IS NOT NULL AND url IS NOT NULL AND expires_at IS NOT NULL)),
  CHECK ((status = 'failed') = (code IS NOT NULL))
);
-- One at a time: who asks again gets the one that is open.
CREATE UNIQUE INDEX payment_method_sessions_live ON payment_method_sessions (customer_id) WHERE status IN ('wanted', 'open');

-- What is to be done about the money of an invoice at its target, each time numbered. Instants are business time.
CREATE TABLE collection_attempts (
  invoice_id uuid NOT NULL REFERENCES invoices,
  attempt integer NOT NULL CHECK (attempt >= 1),
  -- pay: charge the saved payment method. uncollectible: give it up.
  kind text NOT NULL CHECK (kind IN ('pay', 'uncollectible')),
  wanted_at timestamptz(3) NOT NULL,
  wanted_by text NOT NULL,
  reason text,
  -- not needed: it was paid, or voided, before it was tried.
  outcome text CHECK (outcome IN ('paid', 'processing', 'declined', 'done', 'not needed')),
  -- Why it was declined, in the target's code.
  code text,
  settled_at timestamptz(3),
  PRIMARY KEY (invoice_id, attempt),
  CHECK ((outcome IS NULL) = (settled_at IS NULL)),
  CHECK ((outcome = 'declined') IS NOT TRUE OR code IS NOT NULL)
);
-- The law behind "never two attempts in doubt at once".
CREATE UNIQUE INDEX collection_attempts_open ON collection_attempts (invoice_id, kind) WHERE outcome IS NULL;

-- What came of an attempt stands.
CREATE FUNCTION settled_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.settled_at IS NOT NULL THEN
    RAISE EXCEPTION 'a row of % is settled: it never changes', TG_TABLE_NAME USING ERRCODE = 'DB007';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER collection_attempts_settled BEFORE UPDATE ON collection_attempts
  FOR EACH ROW EXECUTE FUNCTION settled_stays();
CREATE TRIGGER collection_attempts_kept BEFORE DELETE OR TRUNCATE ON collection_attempts EXECUTE FUNCTION refuse_change();

-- Money that came in elsewhere: a transfer, a cheque, cash.
CREATE TABLE recorded_payments (
  id uuid PRIMARY KEY,
  invoice_id uuid NOT NULL REFERENCES invoices,
  amount_minor bigint NOT NULL CHECK (amount_minor > 0),
  paid_at timestamptz(3) NOT NULL,
  reference text NOT NULL CHECK (length(reference) BETWEEN 1 AND 255),
  reason text NOT NULL,
  recorded_by text NOT NULL,
  recorded_at timestamptz(3) NOT NULL DEFAULT now()
);
CREATE INDEX recorded_payments_invoice ON recorded_payments (invoice_id);
CREATE TRIGGER recorded_payments_fixed BEFORE UPDATE OR DELETE OR TRUNCATE ON recorded_payments
  EXECUTE FUNCTION refuse_change();

-- Money that goes back. target: by the way it came. out_of_band: by another; settled when it is recorded.
CREATE TABLE refunds (
  id uuid PRIMARY KEY,
  invoice_id uuid NOT NULL REFERENCES invoices,
  kind text NOT NULL CHECK (kind IN ('target', 'out_of_band')),
  amount_minor bigint NOT NULL CHECK (amount_minor > 0),
  reason text NOT NULL,
  wanted_at timestamptz(3) NOT NULL,
  wanted_by text NOT NULL,
  -- sent: the target has taken it on; how far it is there stands in remote_records.
  outcome text CHECK (outcome IN ('sent', 'refused', 'recorded')),
  code text,
  remote_ids text[] NOT NULL DEFAULT '{}',
  settled_at timestamptz(3),
  CHECK ((outcome IS NULL) = (settled_at IS NULL)),
  CHECK ((outcome = 'recorded') IS NOT TRUE OR kind = 'out_of_band')
);
CREATE INDEX refunds_invoice ON refunds (invoice_id);
CREATE INDEX refunds_open ON refunds (invoice_id) WHERE outcome IS NULL;
CREATE TRIGGER refunds_settled BEFORE UPDATE ON refunds FOR EACH ROW EXECUTE FUNCTION settled_stays();
CREATE TRIGGER refunds_kept BEFORE DELETE OR TRUNCATE ON refunds EXECUTE FUNCTION refuse_change();
