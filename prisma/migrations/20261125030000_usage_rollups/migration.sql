-- Usage rollups: hourly sums beside the raw events, as far as a watermark says.

-- The transaction that wrote an event. Transactions end in another order than they begin in, so "everything before" is
-- only certain below the oldest one that still runs: pg_snapshot_xmin. Events that were there already all carry the
-- transaction of this migration. A B-tree, since xid8 has no BRIN operators, and it finds the next so many in order.
ALTER TABLE usage_events ADD COLUMN written_by xid8 NOT NULL DEFAULT pg_current_xact_id();
CREATE INDEX usage_events_written ON usage_events (written_by);

-- What is rolled up of a meter: the properties that prices filter by, each with the values that any price names. It never
-- changes; another need makes another definition, which replaces this one when it has come as far.
CREATE TABLE usage_rollup_definitions (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  meter_id uuid NOT NULL REFERENCES meters,
  filters jsonb NOT NULL,
  -- Transaction numbers belong to the cluster that gave them: restored elsewhere, the watermark means nothing.
  cluster_id bigint NOT NULL,
  -- Every event written by a transaction below is in the rollups, and no other one. It only moves forward.
  watermark xid8 NOT NULL DEFAULT '0',
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  UNIQUE (meter_id, filters)
);

-- Never filled until now, so it can be made anew: keyed by definition, with values in the order of its properties.
DROP TABLE usage_rollups;
CREATE TABLE usage_rollups (
  -- No foreign key, which would be looked up for every row: only who holds the definition's lock writes here.
  definition_id bigint NOT NULL,
  customer_id uuid NOT NULL,
  hour_at timestamptz(3) NOT NULL,
  -- NULL stands for every value that no price names, and for the lack of one: no filter passes either.
  filter_values text[] NOT NULL,
  quantity numeric NOT NULL,
  event_count bigint NOT NULL,
  skipped_count bigint NOT NULL,
  PRIMARY KEY (definition_id, customer_id, hour_at, filter_values)
);
