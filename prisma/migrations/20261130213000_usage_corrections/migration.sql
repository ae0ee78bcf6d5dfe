-- Corrections of usage: versions of events, previews that are applied as they were shown, what they bill later, reissues.

-- ---------------------------------------------------------------------------------------------------------------
-- Corrections
-- ---------------------------------------------------------------------------------------------------------------

CREATE TABLE usage_corrections (
  id uuid PRIMARY KEY,
  kind text NOT NULL CHECK (kind IN ('events', 'late-usage')),
  state text NOT NULL DEFAULT 'previewed' CHECK (state IN ('previewed', 'applied', 'refused', 'discarded')),
  -- What is to be done, as it was read: changes of events, or whose late usage, and how invoices are treated.
  content jsonb NOT NULL,
  reason text NOT NULL CHECK (reason <> ''),
  actor text NOT NULL,
  -- Which invoices change, line by line; and SHA-256 of it as canonical JSON, by which applying knows that nothing moved.
  outcome jsonb NOT NULL,
  outcome_hash bytea NOT NULL CHECK (length(outcome_hash) = 32),
  previewed_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  ended_at timestamptz(3),
  ended_by text,
  -- Why it was refused or discarded.
  end_reason text,
  CHECK ((state = 'previewed') = (ended_at IS NULL) AND (ended_at IS NULL) = (ended_by IS NULL))
);
CREATE INDEX usage_corrections_newest ON usage_corrections (previewed_at DESC, id);

-- What was shown stays what was shown; the end comes once.
CREATE FUNCTION usage_corrections_end_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND OLD.state = 'previewed' AND NEW.state <> 'previewed'
    AND (NEW.id, NEW.kind, NEW.content, NEW.reason, NEW.actor, NEW.outcome, NEW.outcome_hash, NEW.previewed_at)
      = (OLD.id, OLD.kind, OLD.content, OLD.reason, OLD.actor, OLD.outcome, OLD.outcome_hash, OLD.previewed_at)
  THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'correction % stays as it was previewed and ended', OLD.id USING ERRCODE = 'DB001';
END $$;
CREATE TRIGGER usage_corrections_end_once BEFORE UPDATE OR DELETE ON usage_corrections
  FOR EACH ROW EXECUTE FUNCTION usage_corrections_end_once();
CREATE TRIGGER usage_corrections_no_truncate BEFORE TRUNCATE ON usage_corrections EXECUTE FUNCTION refuse_change();

-- ---------------------------------------------------------------------------------------------------------------
-- Versions of events
-- ---------------------------------------------------------------------------------------------------------------

-- Versions share source and event id. Of an event there is one at most that is not superseded; a deprecated one has none.
ALTER TABLE usage_events
  ADD COLUMN version integer NOT NULL DEFAULT 1 CHECK (version >= 1),
  -- Machine time from which on it no longer counts, and the correction that said so.
  ADD COLUMN superseded_at timestamptz(3),
  ADD COLUMN superseded_by uuid,
  -- The correction that wrote it; NULL for what a sender sent. No foreign keys: ingest would pay for them.
  ADD COLUMN correction_id uuid,
  -- Of a version that a correction wrote; that of the first one stands with its key.
  ADD COLUMN content_hash bytea,
  ADD CONSTRAINT usage_events_superseded CHECK ((superseded_at IS NULL) = (superseded_by IS NULL)),
  ADD CONSTRAINT usage_events_amended CHECK (
    version = 1 OR (correction_id IS NOT NULL AND content_hash IS NOT NULL AND length(content_hash) = 32));
-- Finds the later versions of an event, wherever they were moved to. Ingest writes none of these.
CREATE INDEX usage_events_versions ON usage_events (source, event_id) WHERE version > 1;

-- Rows are only ever added, but for one change: a correction marks one as superseded, once, and from no earlier instant
-- than the one at which that correction is carried out.
CREATE FUNCTION usage_events_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND OLD.superseded_at IS NULL AND NEW.superseded_at >= now()::timestamptz(3)
    AND (NEW.customer_id, NEW.event_type, NEW.occurred_at, NEW.source, NEW.event_id, NEW.properties, NEW.received_at,
         NEW.written_by, NEW.version) = (OLD.customer_id, OLD.event_type, OLD.occurred_at, OLD.source, OLD.event_id,
         OLD.properties, OLD.received_at, OLD.written_by, OLD.version)
    AND NEW.correction_id IS NOT DISTINCT FROM OLD.correction_id
    AND NEW.content_hash IS NOT DISTINCT FROM OLD.content_hash
    AND EXISTS (SELECT FROM usage_corrections WHERE id = NEW.superseded_by AND state = 'previewed')
  THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION '% on % is refused: its rows are only ever added', TG_OP, TG_TABLE_NAME USING ERRCODE = 'DB001';
END $$;
DROP TRIGGER usage_events_fixed ON usage_events;
CREATE TRIGGER usage_events_fixed BEFORE UPDATE OR DELETE ON usage_events
  FOR EACH ROW EXECUTE FUNCTION usage_events_kept();

-- ---------------------------------------------------------------------------------------------------------------
-- What was billed later
-- ---------------------------------------------------------------------------------------------------------------

-- A revision of an invoice that bills the periods of a void one again. The order waits until that one is void.
CREATE TABLE invoice_reissues (
  id uuid PRIMARY KEY,
  replaces uuid NOT NULL REFERENCES invoices,
  state text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'done', 'refused')),
  -- Takes the place of the version of the same plan by which the periods were laid out; NULL for that one.
  plan_version_id uuid REFERENCES plan_versions,
  reason text NOT NULL CHECK (reason <> ''),
  actor text NOT NULL,
  correction_id uuid REFERENCES usage_corrections,
  ordered_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  invoice_id uuid UNIQUE REFERENCES invoices DEFERRABLE INITIALLY DEFERRED,
  ended_at timestamptz(3),
  end_reason text,
  CHECK ((state = 'waiting') = (ended_at IS NULL) AND (state = 'done') = (invoice_id IS NOT NULL))
);
-- One that was refused may be ordered again.
CREATE UNIQUE INDEX invoice_reissues_replaces ON invoice_reissues (replaces) WHERE state <> 'refused';
CREATE INDEX invoice_reissues_waiting ON invoice_reissues (id) WHERE state = 'waiting';

CREATE FUNCTION invoice_reissues_end_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND OLD.state = 'waiting' AND (NEW.id, NEW.replaces, NEW.reason, NEW.actor, NEW.ordered_at)
      = (OLD.id, OLD.replaces, OLD.reason, OLD.actor, OLD.ordered_at)
    AND NEW.plan_version_id IS NOT DISTINCT FROM OLD.plan_version_id
    AND NEW.correction_id IS NOT DISTINCT FROM OLD.correction_id
  THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'the reissue of invoice % stays as it is', OLD.replaces USING ERRCODE = 'DB001';
END $$;
CREATE TRIGGER invoice_reissues_end_once BEFORE UPDATE OR DELETE ON invoice_reissues
  FOR EACH ROW EXECUTE FUNCTION invoice_reissues_end_once();
CREATE TRIGGER invoice_reissues_no_truncate BEFORE TRUNCATE ON invoice_reissues EXECUTE FUNCTION refuse_change();

-- What a period's line was billed beside its invoice: the difference of a correction, or taken back by a reissue that has
-- it in its own line. Their sum is what was billed already when the difference is taken again.
CREATE TABLE usage_adjustments (
  id uuid PRIMARY KEY,
  period_id uuid NOT NULL REFERENCES periods,
  price_key text NOT NULL,
  group_values jsonb CHECK (jsonb_typeof(group_values) = 'array'),
  -- The issued invoice that has, or lacks, the line.
  invoice_id uuid NOT NULL REFERENCES invoices,
  correction_id uuid REFERENCES usage_corrections,
  reissue_id uuid REFERENCES invoice_reissues,
  currency text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
  quantity_before numeric,
  quantity_after numeric,
  amount_minor bigint NOT NULL CHECK (amount_minor <> 0),
  pending_item_id uuid NOT NULL UNIQUE,
  made_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  CHECK (num_nonnulls(correction_id, reissue_id) = 1)
);
CREATE INDEX usage_adjustments_period ON usage_adjustments (period_id);
CREATE TRIGGER usage_adjustments_fixed BEFORE UPDATE OR DELETE OR TRUNCATE ON usage_adjustments
  EXECUTE FUNCTION refuse_change();

-- ---------------------------------------------------------------------------------------------------------------
-- Freshness: when each source was heard of last
-- ---------------------------------------------------------------------------------------------------------------

-- A cache beside the rollups, brought along by the same roller: how far it has come. Transaction numbers belong to the
-- cluster that gave them; in another one it begins anew.
CREATE TABLE usage_freshness (
  is_only boolean PRIMARY KEY DEFAULT true CHECK (is_only),
  cluster_id bigint NOT NULL,
  -- Every event written by a transaction below is counted, and no other one.
  watermark xid8 NOT NULL DEFAULT '0',
  -- Machine time at which nothing was left to count.
  caught_up_at timestamptz(3)
);

CREATE TABLE usage_sources (
  source text PRIMARY KEY,
  event_count bigint NOT NULL,
  last_occurred_at timestamptz(3) NOT NULL,
  last_received_at timestamptz(3) NOT NULL
);

-- By hour of the machine's time in which they came in; of the last days only.
CREATE TABLE usage_source_hours (
  source text NOT NULL,
  hour_at timestamptz(3) NOT NULL,
  event_count bigint NOT NULL,
  PRIMARY KEY (source, hour_at)
);

-- The UTC days on which a source has events of a customer and type: what is usual for it, and since when it is silent.
CREATE TABLE usage_source_days (
  customer_id uuid NOT NULL,
  event_type text NOT NULL,
  source text NOT NULL,
  day_on date NOT NULL,
  event_count bigint NOT NULL,
  last_occurred_at timestamptz(3) NOT NULL,
  PRIMARY KEY (customer_id, event_type, source, day_on)
);
