-- What Stripe tells: events as they come in by webhook and by the sweep, and what was seen there beside the invoices.

-- Ids, codes and instants only: what happened to an object is read at Stripe when the event is taken up.
CREATE TABLE stripe_events (
  account_id text NOT NULL REFERENCES target_accounts (account_id),
  event_id text NOT NULL,
  type text NOT NULL,
  object_kind text NOT NULL,
  object_id text,
  -- The invoice there, and ours by its metadata, as far as the event says.
  remote_invoice_id text,
  named_invoice_id uuid,
  -- Of the request that caused it, if it was ours: keys of other programs say nothing to us.
  idempotency_key text CHECK (idempotency_key LIKE 'durabill/%'),
  source text NOT NULL CHECK (source IN ('webhook', 'sweep')),
  -- By Stripe's clock.
  created_at timestamptz(3) NOT NULL,
  received_at timestamptz(3) NOT NULL DEFAULT now(),
  -- When it is to be taken up; NULL once it has an outcome.
  due_at timestamptz(3),
  attempts integer NOT NULL DEFAULT 0 CHECK (attempts >= 0),
  processed_at timestamptz(3),
  outcome text CHECK (outcome IN
    ('looked', 'echo', 'not ours', 'ignored', 'other mode', 'other account', 'unknown request', 'parked')),
  invoice_id uuid REFERENCES invoices,
  failure text,
  PRIMARY KEY (account_id, event_id),
  CHECK ((due_at IS NULL) = (outcome IS NOT NULL) AND (outcome IS NULL) = (processed_at IS NULL))
);
CREATE INDEX stripe_events_due ON stripe_events (account_id, due_at, created_at, event_id) WHERE due_at IS NOT NULL;
CREATE INDEX stripe_events_parked ON stripe_events (processed_at) WHERE outcome = 'parked';
CREATE INDEX stripe_events_done ON stripe_events (processed_at) WHERE outcome <> 'parked';

-- How far the list of events was read, by Stripe's clock, and when that was last done to the end, by ours.
CREATE TABLE event_sweeps (
  account_id text PRIMARY KEY REFERENCES target_accounts (account_id),
  watermark_at timestamptz(3) NOT NULL,
  swept_at timestamptz(3) NOT NULL
);

-- What happened at Stripe to an invoice that is ours, beside the invoice itself.
CREATE TABLE remote_records (
  account_id text NOT NULL REFERENCES target_accounts (account_id),
  remote_id text NOT NULL,
  kind text NOT NULL CHECK (kind IN ('payment', 'refund', 'dispute', 'credit_note')),
  invoice_id uuid NOT NULL REFERENCES invoices,
  amount_minor bigint NOT NULL CHECK (amount_minor >= 0),
  currency text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
  status text NOT NULL,
  -- How far the status is on its way: it never goes back.
  stage integer NOT NULL CHECK (stage >= 0),
  -- Nothing more is expected of it.
  is_final boolean NOT NULL,
  -- Why a payment failed or money was disputed, as Stripe's code has it.
  code text,
  observed_at timestamptz(3) NOT NULL,
  PRIMARY KEY (account_id, remote_id)
);
CREATE INDEX remote_records_of_invoice ON remote_records (invoice_id);
CREATE INDEX remote_records_open_disputes ON remote_records (observed_at) WHERE kind = 'dispute' AND NOT is_final;

-- A record belongs to its invoice and kind for ever, and is never forgotten.
CREATE FUNCTION remote_records_move_forward() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (NEW.account_id, NEW.remote_id, NEW.kind, NEW.invoice_id) IS DISTINCT FROM
     (OLD.account_id, OLD.remote_id, OLD.kind, OLD.invoice_id) OR NEW.stage < OLD.stage THEN
    RAISE EXCEPTION 'record % cannot go from % back to %', OLD.remote_id, OLD.status, NEW.status USING ERRCODE = 'DB007';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER remote_records_move_forward BEFORE UPDATE ON remote_records
  FOR EACH ROW EXECUTE FUNCTION remote_records_move_forward();
CREATE TRIGGER remote_records_kept BEFORE DELETE OR TRUNCATE ON remote_records EXECUTE FUNCTION refuse_change();
