-- Retention of raw usage: for how long it is kept, what stands in its place, and the one road by which it goes.

ALTER TABLE retention_settings
  -- Months that raw events are kept after the invoice that bills them was issued; NULL is for ever. Below three months there
  -- would be no time to correct anything.
  ADD COLUMN usage_months integer CHECK (usage_months BETWEEN 3 AND 1200);

-- ---------------------------------------------------------------------------------------------------------------
-- What stands in the place of raw events
-- ---------------------------------------------------------------------------------------------------------------

-- What was measured for an invoice, and the digests of the events that it was measured from, taken while they were there and
-- its proof held. The SHA-256 of the content stands in the chain of the invoice.
CREATE TABLE usage_records (
  invoice_id uuid PRIMARY KEY REFERENCES invoices,
  -- Where the first of its periods of use begins: its events are gone, all or in part, once those before a later instant are.
  from_at timestamptz(3) NOT NULL,
  -- Canonical JSON (RFC 8785), as text, so that its bytes stay.
  content text NOT NULL,
  recorded_at timestamptz(3) NOT NULL DEFAULT clock_timestamp()
);
CREATE TRIGGER usage_records_fixed BEFORE UPDATE OR DELETE OR TRUNCATE ON usage_records EXECUTE FUNCTION refuse_change();

-- What the last look found of a customer whose events are old enough to go: a cache of the use case, written anew each time.
CREATE TABLE usage_removal_checks (
  customer_id uuid PRIMARY KEY REFERENCES customers,
  -- Machine time just before the look: what was received since has not been looked at.
  checked_at timestamptz(3) NOT NULL,
  -- Events before it may go.
  free_until timestamptz(3) NOT NULL,
  -- What keeps those from there on, if that was found by computing invoices again.
  blocked_kind text CHECK (blocked_kind IN ('proof', 'late-usage')),
  invoice_id uuid REFERENCES invoices,
  reason text,
  CHECK (num_nonnulls(blocked_kind, invoice_id, reason) IN (0, 3))
);
CREATE INDEX usage_removal_checks_blocked ON usage_removal_checks (customer_id) WHERE blocked_kind IS NOT NULL;

-- ---------------------------------------------------------------------------------------------------------------
-- What is gone
-- ---------------------------------------------------------------------------------------------------------------

-- A month of which events were removed: once, or again for customers that kept theirs longer.
CREATE TABLE usage_removals (
  id uuid PRIMARY KEY,
  month_on date NOT NULL CHECK (extract(day FROM month_on) = 1),
  -- The policy by which.
  usage_months integer NOT NULL,
  customer_count integer NOT NULL CHECK (customer_count > 0),
  event_count bigint NOT NULL,
  -- Events of the month that stayed: of other customers, and of types of which meters read all history.
  kept_count bigint NOT NULL,
  removed_at timestamptz(3) NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX usage_removals_newest ON usage_removals (removed_at DESC, id);
CREATE TRIGGER usage_removals_fixed BEFORE UPDATE OR DELETE OR TRUNCATE ON usage_removals EXECUTE FUNCTION refuse_change();

CREATE TABLE usage_removal_counts (
  removal_id uuid NOT NULL REFERENCES usage_removals,
  customer_id uuid NOT NULL REFERENCES customers,
  event_type text NOT NULL,
  event_count bigint NOT NULL,
  PRIMARY KEY (customer_id, event_type, removal_id)
);
CREATE INDEX usage_removal_counts_type ON usage_removal_counts (event_type);
CREATE TRIGGER usage_removal_counts_fixed BEFORE UPDATE OR DELETE OR TRUNCATE ON usage_removal_counts
  EXECUTE FUNCTION refuse_change();

-- The watermark of a customer, each place that it has had. Raw events before it are gone, but for those of types that are kept.
CREATE TABLE usage_removal_marks (
  customer_id uuid NOT NULL REFERENCES customers,
  removed_before timestamptz(3) NOT NULL,
  -- The end of the last period that had begun by then: nothing before it is taken, corrected or billed any more.
  closed_until timestamptz(3) NOT NULL,
  removal_id uuid NOT NULL REFERENCES usage_removals,
  PRIMARY KEY (customer_id, removed_before),
  CHECK (closed_until >= removed_before)
);
CREATE TRIGGER usage_removal_marks_fixed BEFORE UPDATE OR DELETE OR TRUNCATE ON usage_removal_marks
  EXECUTE FUNCTION refuse_change();

CREATE FUNCTION usage_removal_marks_forward() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM usage_removal_marks m WHERE m.customer_id = NEW.customer_id
    AND (m.removed_before >= NEW.removed_before OR m.closed_until > NEW.closed_until))
  THEN
    RAISE EXCEPTION 'the watermark of customer % only moves forward', NEW.customer_id USING ERRCODE = 'DB002';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER usage_removal_marks_forward BEFORE INSERT ON usage_removal_marks
  FOR EACH ROW EXECUTE FUNCTION usage_removal_marks_forward();

-- What corrections had made of removed events. Their first content stays with their keys; this is the rest of what a sender
-- may send again, to be known as a duplicate.
CREATE TABLE removed_event_versions (
  source text NOT NULL,
  event_id text NOT NULL,
  content_hash bytea NOT NULL CHECK (length(content_hash) = 32),
  PRIMARY KEY (source, event_id, content_hash)
);
CREATE TRIGGER removed_event_versions_fixed BEFORE UPDATE OR DELETE OR TRUNCATE ON removed_event_versions
  EXECUTE FUNCTION refuse_change();

-- ---------------------------------------------------------------------------------------------------------------
-- Nothing comes back
-- ---------------------------------------------------------------------------------------------------------------

-- On partitions of months of which something is gone, and on that of stray events: those that are filled every day pay nothing.
-- A sender who looked before the removal, and writes after it, is refused here.
CREATE FUNCTION refuse_removed_usage() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM usage_removal_marks m WHERE m.customer_id = NEW.customer_id AND m.closed_until > NEW.occurred_at) THEN
    RAISE EXCEPTION 'usage of customer % at % was removed', NEW.customer_id, NEW.occurred_at USING ERRCODE = 'DB045';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER usage_events_not_removed BEFORE INSERT ON usage_events_default
  FOR EACH ROW EXECUTE FUNCTION refuse_removed_usage();

-- A new subscription bills all time since its start. After the insert, so that one that is there already may be asked for again.
CREATE FUNCTION refuse_removed_start() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM FROM customers WHERE id = NEW.customer_id FOR KEY SHARE;
  IF EXISTS (SELECT FROM usage_removal_marks m WHERE m.customer_id = NEW.customer_id AND m.closed_until > NEW.starts_at) THEN
    RAISE EXCEPTION 'usage of customer % at % was removed', NEW.customer_id, NEW.starts_at USING ERRCODE = 'DB045';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER subscriptions_not_removed AFTER INSERT ON subscriptions
  FOR EACH ROW EXECUTE FUNCTION refuse_removed_start();

-- As before; a month of which usage was removed already gets its partition with the trigger.
CREATE OR REPLACE FUNCTION ensure_usage_partition(month_start date) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  partition_name text := 'usage_events_' || to_char(month_start, 'YYYY_MM');
  from_at timestamptz := month_start::timestamp AT TIME ZONE 'UTC';
BEGIN
  IF to_regclass(partition_name) IS NOT NULL THEN RETURN; END IF;
  PERFORM set_config('lock_timeout', '200ms', true);
  PERFORM pg_advisory_xact_lock(hashtextextended('usage-partition', 0));
  EXECUTE format(
    'CREATE TABLE IF NOT EXISTS %I PARTITION OF usage_events FOR VALUES FROM (%L) TO (%L)', partition_name,
    from_at, ((month_start + interval '1 month')::timestamp AT TIME ZONE 'UTC'));
  EXECUTE format(
    'CREATE OR REPLACE TRIGGER usage_events_no_truncate BEFORE TRUNCATE ON %I EXECUTE FUNCTION refuse_change()',
    partition_name);
  IF EXISTS (SELECT FROM usage_removal_marks WHERE closed_until > from_at) THEN PERFORM guard_removed_usage(partition_name); END IF;
END $$;

CREATE FUNCTION guard_removed_usage(partition_name text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM pg_trigger WHERE tgrelid = to_regclass(partition_name) AND tgname = 'usage_events_not_removed') THEN
    RETURN;
  END IF;
  EXECUTE format(
    'CREATE TRIGGER usage_events_not_removed BEFORE INSERT ON %I FOR EACH ROW EXECUTE FUNCTION refuse_removed_usage()',
    partition_name);
END $$;

-- The partitions of months, with their bounds.
CREATE VIEW usage_months AS
  SELECT c.relname::text AS partition_name, to_date(right(c.relname, 7), 'YYYY_MM') AS month_on,
    to_date(right(c.relname, 7), 'YYYY_MM')::timestamp AT TIME ZONE 'UTC' AS from_at,
    (to_date(right(c.relname, 7), 'YYYY_MM') + interval '1 month')::timestamp AT TIME ZONE 'UTC' AS to_at
  FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
  WHERE i.inhparent = 'usage_events'::regclass AND c.relname ~ '^usage_events_\d{4}_\d{2}$';

-- Invoices that bill use of these customers from before an instant, and the periods that they bill: those that settled a
-- period, and those that took their place. A period that no invoice has settled is there with none.
CREATE FUNCTION usage_billed(customer_ids uuid[], before timestamptz)
RETURNS TABLE (customer_id uuid, period_id uuid, start_at timestamptz, end_at timestamptz, invoice_id uuid)
LANGUAGE sql STABLE AS $$
  WITH RECURSIVE billed AS (
    SELECT p.customer_id, p.id AS period_id, p.start_at, p.end_at, p.settled_by AS invoice_id
    FROM subscriptions s JOIN periods p ON p.subscription_id = s.id AND p.kind = 'arrears'
    WHERE s.customer_id = ANY ($1) AND p.start_at < $2
    UNION ALL
    SELECT b.customer_id, b.period_id, b.start_at, b.end_at, i.id
    FROM billed b JOIN invoices i ON i.replaces = b.invoice_id
  )
  SELECT * FROM billed
$$;

-- ---------------------------------------------------------------------------------------------------------------
-- The one road
-- ---------------------------------------------------------------------------------------------------------------

-- Takes the events of a month away for these customers, but for types that are kept, by a new partition with what stays. Row
-- triggers refuse every DELETE as before, and this is no DELETE; so it looks itself whether all is billed and recorded. Whoever
-- calls it has locked the customers and the partition. The whole table is locked for a moment at the end, and waited for a fifth
-- of a second only, since everybody stands behind: then the caller tries again.
CREATE FUNCTION remove_usage_month(month_start date, customer_ids uuid[], kept_types text[]) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
  old_name text := 'usage_events_' || to_char(month_start, 'YYYY_MM');
  new_name text := old_name || '_kept';
  from_at timestamptz := month_start::timestamp AT TIME ZONE 'UTC';
  to_at timestamptz := (month_start + interval '1 month')::timestamp AT TIME ZONE 'UTC';
  kept bigint;
BEGIN
  IF EXISTS (SELECT FROM usage_billed(customer_ids, to_at) b
    WHERE b.invoice_id IS NULL OR NOT EXISTS (SELECT FROM usage_records r WHERE r.invoice_id = b.invoice_id))
  THEN
    RAISE EXCEPTION 'usage of % is not billed and recorded', to_char(month_start, 'YYYY-MM') USING ERRCODE = 'DB001';
  END IF;
  IF EXISTS (SELECT FROM unnest(customer_ids) AS c (id) WHERE NOT EXISTS (
    SELECT FROM usage_removal_marks m WHERE m.customer_id = c.id AND m.removed_before >= to_at))
  THEN
    RAISE EXCEPTION 'usage of % has no watermark', to_char(month_start, 'YYYY-MM') USING ERRCODE = 'DB001';
  END IF;
  IF EXISTS (SELECT FROM meters m WHERE m.options ? 'carries' AND m.event_type <> ALL (kept_types)) THEN
    RAISE EXCEPTION 'meters read all history of a type that is not kept' USING ERRCODE = 'DB001';
  END IF;
  EXECUTE format('CREATE TABLE %I (LIKE usage_events INCLUDING ALL)', new_name);
  EXECUTE format(
    'INSERT INTO %I SELECT * FROM %I WHERE NOT (customer_id = ANY ($1) AND event_type <> ALL ($2))', new_name, old_name)
    USING customer_ids, kept_types;
  GET DIAGNOSTICS kept = ROW_COUNT;
  -- Says the bounds beforehand, so that nothing is read again under the lock.
  EXECUTE format('ALTER TABLE %I ADD CONSTRAINT usage_events_month CHECK (occurred_at >= %L AND occurred_at < %L)',
    new_name, from_at, to_at);
  EXECUTE format('CREATE TRIGGER usage_events_no_truncate BEFORE TRUNCATE ON %I EXECUTE FUNCTION refuse_change()', new_name);
  PERFORM set_config('lock_timeout', '200ms', true);
  EXECUTE format('ALTER TABLE usage_events DETACH PARTITION %I', old_name);
  EXECUTE format('DROP TABLE %I', old_name);
  EXECUTE format('ALTER TABLE %I RENAME TO %I', new_name, old_name);
  EXECUTE format('ALTER TABLE usage_events ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', old_name, from_at, to_at);
  EXECUTE format('ALTER TABLE %I DROP CONSTRAINT usage_events_month', old_name);
  PERFORM guard_removed_usage(old_name);
  RETURN kept;
END $$;
