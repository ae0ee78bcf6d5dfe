-- The foundation: clocks, customers, prices, periods, usage, invoices, the sync with Stripe, and the audit log.
-- Every rule that must outlive a bug in the application is a constraint or a trigger here.
-- Instants are timestamptz(3), money is BIGINT of minor units beside its currency, quantities are NUMERIC.

CREATE EXTENSION IF NOT EXISTS btree_gist;

-- ---------------------------------------------------------------------------------------------------------------
-- Refusals shared by several tables
-- ---------------------------------------------------------------------------------------------------------------

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% on % is refused: its rows are only ever added', TG_OP, TG_TABLE_NAME USING ERRCODE = 'DB001';
END $$;

-- ---------------------------------------------------------------------------------------------------------------
-- Clocks and customers
-- ---------------------------------------------------------------------------------------------------------------

CREATE TABLE clocks (
  id uuid PRIMARY KEY,
  name text NOT NULL UNIQUE CHECK (length(name) BETWEEN 1 AND 80),
  kind text NOT NULL CHECK (kind IN ('real', 'test')),
  -- Business time of a test clock; the real clock has none stored, it is now().
  now_at timestamptz(3),
  number_prefix text NOT NULL UNIQUE CHECK (number_prefix ~ '^[A-Z0-9]{1,12}$'),
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  CHECK ((kind = 'real') = (now_at IS NULL))
);
CREATE UNIQUE INDEX clocks_one_real ON clocks (kind) WHERE kind = 'real';

CREATE FUNCTION clocks_move_forward() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.now_at < OLD.now_at OR NEW.kind <> OLD.kind OR NEW.number_prefix <> OLD.number_prefix THEN
    RAISE EXCEPTION 'clock % only moves forward', OLD.name USING ERRCODE = 'DB002';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER clocks_move_forward BEFORE UPDATE ON clocks FOR EACH ROW EXECUTE FUNCTION clocks_move_forward();

CREATE FUNCTION business_now(clock clocks) RETURNS timestamptz LANGUAGE sql STABLE AS $$
  SELECT coalesce(clock.now_at, now())
$$;

CREATE TABLE customers (
  id uuid PRIMARY KEY,
  external_id text NOT NULL UNIQUE CHECK (length(external_id) BETWEEN 1 AND 255),
  clock_id uuid NOT NULL REFERENCES clocks,
  currency text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
  zone text NOT NULL,
  priority text NOT NULL DEFAULT 'normal' CHECK (priority IN ('normal', 'high')),
  -- Days from sending an invoice to when it is to be paid.
  payment_terms_days integer NOT NULL DEFAULT 14 CHECK (payment_terms_days BETWEEN 0 AND 365),
  created_at timestamptz(3) NOT NULL DEFAULT now()
);
CREATE INDEX customers_clock ON customers (clock_id, id);

-- Personal data stands apart from what the books need, so that it can be erased without touching them.
CREATE TABLE customer_contacts (
  customer_id uuid PRIMARY KEY REFERENCES customers,
  name text NOT NULL CHECK (length(name) BETWEEN 1 AND 255),
  email text CHECK (length(email) BETWEEN 3 AND 320),
  updated_at timestamptz(3) NOT NULL DEFAULT now()
);

CREATE TABLE api_keys (
  id uuid PRIMARY KEY,
  name text NOT NULL,
  -- SHA-256 of a secret with 256 random bits: nothing to guess, so no slow hash is needed.
  secret_hash bytea NOT NULL UNIQUE CHECK (length(secret_hash) = 32),
  scopes text[] NOT NULL,
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  revoked_at timestamptz(3)
);

-- ---------------------------------------------------------------------------------------------------------------
-- Meters, plans and prices: versioned, never changed
-- ---------------------------------------------------------------------------------------------------------------

CREATE TABLE meters (
  id uuid PRIMARY KEY,
  key text NOT NULL UNIQUE,
  name text NOT NULL,
  event_type text NOT NULL,
  aggregation text NOT NULL CHECK (aggregation IN ('count', 'sum', 'max', 'unique_count', 'latest')),
  property text,
  filter jsonb NOT NULL DEFAULT '{}',
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  CHECK (aggregation = 'count' OR property IS NOT NULL)
);

CREATE TABLE plans (
  id uuid PRIMARY KEY,
  key text NOT NULL UNIQUE,
  created_at timestamptz(3) NOT NULL DEFAULT now()
);

CREATE TABLE plan_versions (
  id uuid PRIMARY KEY,
  plan_id uuid NOT NULL REFERENCES plans,
  version integer NOT NULL CHECK (version >= 1),
  name text NOT NULL,
  currency text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
  billing_interval text NOT NULL CHECK (billing_interval IN ('month')),
  content_hash bytea NOT NULL,
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  UNIQUE (plan_id, version)
);

CREATE TABLE prices (
  id uuid PRIMARY KEY,
  plan_version_id uuid NOT NULL REFERENCES plan_versions,
  position integer NOT NULL CHECK (position >= 1),
  key text NOT NULL,
  name text NOT NULL,
  model text NOT NULL,
  meter_id uuid REFERENCES meters,
  filter jsonb NOT NULL DEFAULT '{}',
  -- The price as the domain parses it: amounts, tiers, included units.
  terms jsonb NOT NULL,
  UNIQUE (plan_version_id, position),
  UNIQUE (plan_version_id, key)
);

CREATE TRIGGER meters_fixed BEFORE UPDATE OR DELETE OR TRUNCATE ON meters EXECUTE FUNCTION refuse_change();
CREATE TRIGGER plan_versions_fixed BEFORE UPDATE OR DELETE OR TRUNCATE ON plan_versions EXECUTE FUNCTION refuse_change();
CREATE TRIGGER prices_fixed BEFORE UPDATE OR DELETE OR TRUNCATE ON prices EXECUTE FUNCTION refuse_change();

-- ---------------------------------------------------------------------------------------------------------------
-- Subscriptions and their periods
-- ---------------------------------------------------------------------------------------------------------------

CREATE TABLE subscriptions (
  id uuid PRIMARY KEY,
  customer_id uuid NOT NULL REFERENCES customers,
  plan_version_id uuid NOT NULL REFERENCES plan_versions,
  billing_group text NOT NULL DEFAULT '',
  starts_at timestamptz(3) NOT NULL,
  ends_at timestamptz(3),
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  CHECK (ends_at > starts_at)
);
CREATE INDEX subscriptions_customer ON subscriptions (customer_id);

CREATE TABLE periods (
  id uuid PRIMARY KEY,
  subscription_id uuid NOT NULL REFERENCES subscriptions,
  customer_id uuid NOT NULL REFERENCES customers,
  start_at timestamptz(3) NOT NULL,
  end_at timestamptz(3) NOT NULL,
  -- The whole calendar cycle that the period is all or a part of; their ratio is the proration.
  cycle_start_at timestamptz(3) NOT NULL,
  cycle_end_at timestamptz(3) NOT NULL,
  billable_at timestamptz(3) NOT NULL,
  -- The invoice that settled it; voiding that invoice does not take it away.
  settled_by uuid,
  CHECK (start_at < end_at AND cycle_start_at <= start_at AND end_at <= cycle_end_at AND billable_at >= end_at),
  UNIQUE (subscription_id, start_at),
  EXCLUDE USING gist (subscription_id WITH =, tstzrange(start_at, end_at) WITH &&)
);
CREATE INDEX periods_settled ON periods (settled_by) WHERE settled_by IS NOT NULL;
CREATE INDEX periods_to_bill ON periods (customer_id, start_at) INCLUDE (billable_at) WHERE settled_by IS NULL;

CREATE FUNCTION periods_stay_settled() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.settled_by IS NOT NULL THEN
    RAISE EXCEPTION 'period % is settled: it never changes', OLD.id USING ERRCODE = 'DB003';
  END IF;
  IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER periods_stay_settled BEFORE UPDATE OR DELETE ON periods
  FOR EACH ROW EXECUTE FUNCTION periods_stay_settled();
CREATE TRIGGER periods_no_truncate BEFORE TRUNCATE ON periods EXECUTE FUNCTION refuse_change();

-- ---------------------------------------------------------------------------------------------------------------
-- Usage: the key table is the dedupe, the events are partitioned by UTC month
-- ---------------------------------------------------------------------------------------------------------------

CREATE TABLE event_keys (
  source text NOT NULL CHECK (length(source) BETWEEN 1 AND 255),
  event_id text NOT NULL CHECK (length(event_id) BETWEEN 1 AND 255),
  occurred_at timestamptz(3) NOT NULL,
  -- SHA-256 of the canonical JSON (RFC 8785): tells a duplicate from a conflict.
  content_hash bytea NOT NULL CHECK (length(content_hash) = 32),
  PRIMARY KEY (source, event_id)
);

-- No foreign keys: ingest looks its customers up in the same call, and customers are never deleted.
CREATE TABLE usage_events (
  customer_id uuid NOT NULL,
  event_type text NOT NULL,
  occurred_at timestamptz(3) NOT NULL,
  source text NOT NULL,
  event_id text NOT NULL,
  properties jsonb NOT NULL,
  received_at timestamptz(3) NOT NULL DEFAULT now()
) PARTITION BY RANGE (occurred_at);
CREATE INDEX usage_events_read ON usage_events (customer_id, event_type, occurred_at);
-- Partitions are made before the insert; what lands here all the same is found by a check, and nothing is lost.
CREATE TABLE usage_events_default PARTITION OF usage_events DEFAULT;

CREATE TRIGGER event_keys_fixed BEFORE UPDATE OR DELETE OR TRUNCATE ON event_keys EXECUTE FUNCTION refuse_change();
-- Row triggers are inherited by every partition, so that a partition cannot be changed behind its parent either.
CREATE TRIGGER usage_events_fixed BEFORE UPDATE OR DELETE ON usage_events FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER usage_events_no_truncate BEFORE TRUNCATE ON usage_events EXECUTE FUNCTION refuse_change();
CREATE TRIGGER usage_events_no_truncate BEFORE TRUNCATE ON usage_events_default EXECUTE FUNCTION refuse_change();

-- Safe for several callers at once: the lock lets one make the partition, and IF NOT EXISTS looks again behind it. Making
-- it locks the whole table for a moment, and whoever waits for that stops everybody behind: so it waits for a fifth of a
-- second only, and the caller tries again.
CREATE FUNCTION ensure_usage_partition(month_start date) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  partition_name text := 'usage_events_' || to_char(month_start, 'YYYY_MM');
BEGIN
  IF to_regclass(partition_name) IS NOT NULL THEN RETURN; END IF;
  PERFORM set_config('lock_timeout', '200ms', true);
  PERFORM pg_advisory_xact_lock(hashtextextended('usage-partition', 0));
  EXECUTE format(
    'CREATE TABLE IF NOT EXISTS %I PARTITION OF usage_events FOR VALUES FROM (%L) TO (%L)', partition_name,
    (month_start::timestamp AT TIME ZONE 'UTC'), ((month_start + interval '1 month')::timestamp AT TIME ZONE 'UTC'));
  EXECUTE format(
    'CREATE OR REPLACE TRIGGER usage_events_no_truncate BEFORE TRUNCATE ON %I EXECUTE FUNCTION refuse_change()',
    partition_name);
END $$;

-- A property as a number: JSON numbers, and decimals written as text. Anything else is no number, and so skipped; so is
-- a text of more digits than a sum of many such could be rated with (30).
-- A program's small fraction (1.2345678901234568e-5) has more decimals than the 20 that can be rated; what is cut off
-- there is far below what such a number is exact to, and would otherwise park the customer's whole month.
CREATE FUNCTION property_number(value jsonb) RETURNS numeric LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE
    WHEN jsonb_typeof(value) = 'number' THEN trim_scale(round(value::numeric, 20))
    WHEN jsonb_typeof(value) = 'string' AND (value #>> '{}') ~ '^-?[0-9]{1,25}(\.[0-9]{1,20})?$' THEN (value #>> '{}')::numeric
  END
$$;

-- A rebuildable cache of additive aggregations, keyed by the values that prices filter by.
CREATE TABLE usage_rollups (
  customer_id uuid NOT NULL,
  meter_id uuid NOT NULL REFERENCES meters,
  hour_at timestamptz(3) NOT NULL,
  filter_values jsonb NOT NULL,
  quantity numeric NOT NULL,
  event_count bigint NOT NULL,
  skipped_count bigint NOT NULL,
  PRIMARY KEY (customer_id, meter_id, hour_at, filter_values)
);

-- ---------------------------------------------------------------------------------------------------------------
-- Billing runs
-- ---------------------------------------------------------------------------------------------------------------

CREATE TABLE billing_runs (
  id uuid PRIMARY KEY,
  clock_id uuid NOT NULL REFERENCES clocks,
  kind text NOT NULL CHECK (kind IN ('invoicing', 'due-scan', 'advance')),
  cutoff_at timestamptz(3) NOT NULL,
  -- Business time of the start: the review day of a late run counts from here.
  started_at timestamptz(3) NOT NULL,
  opened_at timestamptz(3) NOT NULL DEFAULT now(),
  finished_at timestamptz(3),
  workflow_id text NOT NULL,
  -- What the run did so far: counts by name.
  progress jsonb NOT NULL DEFAULT '{}',
  UNIQUE (clock_id, kind, cutoff_at)
);

-- A customer's period that could not be billed: it waits alone, the run goes on.
CREATE TABLE parked_periods (
  period_id uuid PRIMARY KEY REFERENCES periods,
  run_id uuid NOT NULL REFERENCES billing_runs,
  code text NOT NULL,
  reason text NOT NULL,
  attempts integer NOT NULL DEFAULT 1,
  first_at timestamptz(3) NOT NULL DEFAULT now(),
  last_at timestamptz(3) NOT NULL DEFAULT now(),
  resolved_at timestamptz(3)
);

-- ---------------------------------------------------------------------------------------------------------------
-- Invoices: facts here, states apart
-- ---------------------------------------------------------------------------------------------------------------

CREATE TABLE number_series (
  clock_id uuid PRIMARY KEY REFERENCES clocks,
  next_number bigint NOT NULL DEFAULT 1 CHECK (next_number >= 1)
);

CREATE TABLE invoices (
  id uuid PRIMARY KEY,
  revision integer NOT NULL CHECK (revision >= 1),
  replaces uuid UNIQUE REFERENCES invoices,
  customer_id uuid NOT NULL REFERENCES customers,
  currency text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
  billing_group text NOT NULL,
  period_start_at timestamptz(3) NOT NULL,
  period_end_at timestamptz(3) NOT NULL,
  purpose text NOT NULL CHECK (purpose IN ('period', 'start', 'final') OR purpose LIKE 'one-off:_%'),
  clock_id uuid NOT NULL REFERENCES clocks,
  zone text NOT NULL,
  run_id uuid REFERENCES billing_runs,
  cutoff_at timestamptz(3) NOT NULL,
  generated_at timestamptz(3) NOT NULL,
  due_at timestamptz(3) NOT NULL,
  -- Machine time just before the usage was read: what had been stored by then is on this invoice.
  usage_cut_at timestamptz(3) NOT NULL,
  subtotal_minor bigint NOT NULL,
  total_minor bigint NOT NULL CHECK (total_minor >= 0),
  line_count integer NOT NULL CHECK (line_count >= 0),
  number text UNIQUE CHECK (length(number) <= 26),
  issued_at timestamptz(3),
  CHECK ((number IS NULL) = (issued_at IS NULL)),
  CHECK (period_start_at < period_end_at),
  UNIQUE (customer_id, currency, billing_group, period_start_at, period_end_at, purpose, revision),
  -- Lets invoice_states carry the same key under a foreign key, so that the live key can be unique there.
  UNIQUE (id, customer_id, currency, billing_group, period_start_at, period_end_at, purpose)
);
CREATE INDEX invoices_customer ON invoices (customer_id, period_start_at DESC, id);
CREATE INDEX invoices_clock ON invoices (clock_id, due_at);
CREATE INDEX invoices_newest ON invoices (period_start_at DESC, id);

CREATE TABLE invoice_lines (
  id uuid PRIMARY KEY,
  invoice_id uuid NOT NULL REFERENCES invoices,
  position integer NOT NULL CHECK (position >= 1),
  -- An invoice gathers all subscriptions of its key; a line belongs to one of them.
  subscription_id uuid REFERENCES subscriptions,
  price_id uuid REFERENCES prices,
  price_key text NOT NULL,
  description text NOT NULL,
  meter_key text,
  quantity numeric,
  billable_quantity numeric,
  exact_amount numeric NOT NULL,
  amount_minor bigint NOT NULL,
  -- Events read for this line, and those of them that lacked the meter's property.
  event_count bigint NOT NULL,
  skipped_count bigint NOT NULL,
  working jsonb NOT NULL,
  UNIQUE (invoice_id, position)
);

CREATE TABLE invoice_states (
  invoice_id uuid PRIMARY KEY,
  customer_id uuid NOT NULL,
  currency text NOT NULL,
  billing_group text NOT NULL,
  period_start_at timestamptz(3) NOT NULL,
  period_end_at timestamptz(3) NOT NULL,
  purpose text NOT NULL,
  lifecycle text NOT NULL DEFAULT 'draft' CHECK (lifecycle IN ('draft', 'held', 'issued', 'skipped', 'void')),
  payment text NOT NULL DEFAULT 'none'
    CHECK (payment IN ('none', 'unpaid', 'processing', 'partly_paid', 'paid', 'uncollectible')),
  sync text NOT NULL DEFAULT 'none'
    CHECK (sync IN ('none', 'pending', 'queued', 'syncing', 'backing_off', 'parked', 'synced')),
  priority text NOT NULL DEFAULT 'normal' CHECK (priority IN ('normal', 'high')),
  payment_due_on date,
  sync_attempts integer NOT NULL DEFAULT 0,
  first_failed_at timestamptz(3),
  next_retry_at timestamptz(3),
  -- Counts the times it was parked; an answer names the number it answers.
  parking_number integer NOT NULL DEFAULT 0,
  parked_at timestamptz(3),
  failure_code text,
  failure_reason text,
  synced_at timestamptz(3),
  -- Machine time of the last step of the sync; an hour of silence makes the scan publish again.
  touched_at timestamptz(3) NOT NULL DEFAULT now(),
  CHECK ((sync = 'none') = (lifecycle IN ('draft', 'held', 'skipped')) OR lifecycle = 'void'),
  CHECK ((sync = 'parked') = (parked_at IS NOT NULL)),
  FOREIGN KEY (invoice_id, customer_id, currency, billing_group, period_start_at, period_end_at, purpose)
    REFERENCES invoices (id, customer_id, currency, billing_group, period_start_at, period_end_at, purpose)
);
CREATE UNIQUE INDEX invoice_states_one_live ON invoice_states
  (customer_id, currency, billing_group, period_start_at, period_end_at, purpose) WHERE lifecycle <> 'void';
CREATE INDEX invoice_states_drafts ON invoice_states (invoice_id) WHERE lifecycle IN ('draft', 'held');
CREATE INDEX invoice_states_unsynced ON invoice_states (sync, invoice_id) WHERE sync NOT IN ('none', 'synced');

-- Every invoice has a state, and every settled period an invoice: looked at when the transaction ends.
ALTER TABLE invoices ADD CONSTRAINT invoices_have_state FOREIGN KEY (id) REFERENCES invoice_states (invoice_id)
  DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE periods ADD CONSTRAINT periods_settled_by FOREIGN KEY (settled_by) REFERENCES invoices (id)
  DEFERRABLE INITIALLY DEFERRED;

-- Facts are frozen once the invoice has left draft and held. The row locks make a change of facts and an issue of the
-- same invoice wait for each other.
CREATE FUNCTION refuse_unless_draft(touched uuid[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  frozen uuid;
BEGIN
  PERFORM 1 FROM invoice_states WHERE invoice_id = ANY (touched) ORDER BY invoice_id FOR SHARE;
  SELECT invoice_id INTO frozen FROM invoice_states
    WHERE invoice_id = ANY (touched) AND lifecycle NOT IN ('draft', 'held') LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'invoice % is no draft: its facts never change', frozen USING ERRCODE = 'DB004';
  END IF;
END $$;

CREATE FUNCTION invoices_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM refuse_unless_draft(array(SELECT id FROM changed));
  RETURN NULL;
END $$;
CREATE TRIGGER invoices_frozen_insert AFTER INSERT ON invoices
  REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION invoices_frozen();
CREATE TRIGGER invoices_frozen_update AFTER UPDATE ON invoices
  REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION invoices_frozen();
CREATE TRIGGER invoices_frozen_delete AFTER DELETE ON invoices
  REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION invoices_frozen();
CREATE TRIGGER invoices_no_truncate BEFORE TRUNCATE ON invoices EXECUTE FUNCTION refuse_change();

CREATE FUNCTION invoice_lines_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM refuse_unless_draft(array(SELECT DISTINCT invoice_id FROM changed));
  RETURN NULL;
END $$;
CREATE TRIGGER invoice_lines_frozen_insert AFTER INSERT ON invoice_lines
  REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION invoice_lines_frozen();
CREATE TRIGGER invoice_lines_frozen_old AFTER UPDATE ON invoice_lines
  REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION invoice_lines_frozen();
-- An update may also move a line to another invoice.
CREATE TRIGGER invoice_lines_frozen_new AFTER UPDATE ON invoice_lines
  REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION invoice_lines_frozen();
CREATE TRIGGER invoice_lines_frozen_delete AFTER DELETE ON invoice_lines
  REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION invoice_lines_frozen();
CREATE TRIGGER invoice_lines_no_truncate BEFORE TRUNCATE ON invoice_lines EXECUTE FUNCTION refuse_change();

CREATE FUNCTION invoice_states_move_forward() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  facts invoices%ROWTYPE;
  line_sum numeric;
  line_number bigint;
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
    SELECT coalesce(sum(amount_minor), 0), count(*) INTO line_sum, line_number
      FROM invoice_lines WHERE invoice_id = NEW.invoice_id;
    -- Subtotal and total are the same until taxes and credits stand between them, with columns of their own. What is
    -- issued has a number; what is skipped has none and is over nothing.
    IF line_number <> facts.line_count OR line_sum <> facts.subtotal_minor OR facts.total_minor <> facts.subtotal_minor
      OR (facts.number IS NULL) <> (NEW.lifecycle = 'skipped') OR (NEW.lifecycle = 'skipped' AND facts.total_minor <> 0)
    THEN
      RAISE EXCEPTION 'invoice % cannot be %: number %, lines % of %, adding up to % of subtotal %, total %',
        NEW.invoice_id, NEW.lifecycle, facts.number, line_number, facts.line_count, line_sum, facts.subtotal_minor,
        facts.total_minor USING ERRCODE = 'DB006';
    END IF;
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER invoice_states_move_forward BEFORE UPDATE OR DELETE ON invoice_states
  FOR EACH ROW EXECUTE FUNCTION invoice_states_move_forward();

-- Every invoice begins as a draft: a state that was inserted as issued would pass by every check of the issue.
CREATE FUNCTION invoice_states_begin_as_drafts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.lifecycle <> 'draft' THEN
    RAISE EXCEPTION 'invoice % cannot begin as %', NEW.invoice_id, NEW.lifecycle USING ERRCODE = 'DB005';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER invoice_states_begin_as_drafts BEFORE INSERT ON invoice_states
  FOR EACH ROW EXECUTE FUNCTION invoice_states_begin_as_drafts();
CREATE TRIGGER invoice_states_no_truncate BEFORE TRUNCATE ON invoice_states EXECUTE FUNCTION refuse_change();

-- ---------------------------------------------------------------------------------------------------------------
-- Targets: where invoices go
-- ---------------------------------------------------------------------------------------------------------------

-- The database is bound to one account and mode of a target at first use.
CREATE TABLE target_accounts (
  target text PRIMARY KEY,
  account_id text NOT NULL,
  livemode boolean NOT NULL,
  bound_at timestamptz(3) NOT NULL DEFAULT now(),
  UNIQUE (account_id)
);

CREATE TABLE customer_mappings (
  account_id text NOT NULL REFERENCES target_accounts (account_id),
  customer_id uuid NOT NULL REFERENCES customers,
  remote_id text NOT NULL,
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  PRIMARY KEY (account_id, customer_id),
  UNIQUE (account_id, remote_id)
);

CREATE TABLE invoice_mappings (
  account_id text NOT NULL REFERENCES target_accounts (account_id),
  invoice_id uuid NOT NULL REFERENCES invoices,
  remote_id text NOT NULL,
  remote_status text NOT NULL,
  remote_total_minor bigint NOT NULL,
  remote_url text,
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  updated_at timestamptz(3) NOT NULL DEFAULT now(),
  PRIMARY KEY (account_id, invoice_id),
  UNIQUE (account_id, remote_id)
);

-- A request is stored before it is sent: a retry sends these parameters under this key.
CREATE TABLE stored_requests (
  account_id text NOT NULL REFERENCES target_accounts (account_id),
  subject_kind text NOT NULL CHECK (subject_kind IN ('customer', 'invoice')),
  subject_id uuid NOT NULL,
  step text NOT NULL,
  generation integer NOT NULL CHECK (generation >= 1),
  idempotency_key text NOT NULL UNIQUE CHECK (length(idempotency_key) <= 255),
  operation text NOT NULL,
  params jsonb NOT NULL,
  first_sent_at timestamptz(3) NOT NULL,
  sends integer NOT NULL DEFAULT 1,
  answered_at timestamptz(3),
  status integer,
  request_id text,
  remote_id text,
  PRIMARY KEY (account_id, subject_kind, subject_id, step, generation)
);

CREATE TABLE sync_attempts (
  invoice_id uuid NOT NULL REFERENCES invoices,
  attempt integer NOT NULL CHECK (attempt >= 1),
  started_at timestamptz(3) NOT NULL,
  ended_at timestamptz(3),
  outcome text CHECK (outcome IN ('synced', 'failed')),
  code text,
  reason text,
  PRIMARY KEY (invoice_id, attempt)
);

-- A person's answer to a parked invoice. The id dedupes, the parking number tells what it answers.
CREATE TABLE decisions (
  id uuid PRIMARY KEY,
  invoice_id uuid NOT NULL REFERENCES invoices,
  parking_number integer NOT NULL,
  kind text NOT NULL CHECK (kind IN ('retry', 'fix', 'abandon', 'hold', 'release')),
  actor text NOT NULL,
  reason text NOT NULL,
  decided_at timestamptz(3) NOT NULL DEFAULT now()
);
CREATE TRIGGER decisions_fixed BEFORE UPDATE OR DELETE OR TRUNCATE ON decisions EXECUTE FUNCTION refuse_change();

-- ---------------------------------------------------------------------------------------------------------------
-- Audit: one chain for each subject
-- ---------------------------------------------------------------------------------------------------------------

CREATE TABLE audit_log (
  subject_kind text NOT NULL,
  subject_id uuid NOT NULL,
  sequence integer NOT NULL CHECK (sequence >= 1),
  at timestamptz(3) NOT NULL,
  actor text NOT NULL,
  action text NOT NULL,
  -- Ids, amounts and codes; never personal data.
  detail jsonb NOT NULL,
  previous_hash bytea,
  hash bytea NOT NULL,
  PRIMARY KEY (subject_kind, subject_id, sequence),
  CHECK ((sequence = 1) = (previous_hash IS NULL))
);
CREATE TRIGGER audit_log_fixed BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_log EXECUTE FUNCTION refuse_change();
