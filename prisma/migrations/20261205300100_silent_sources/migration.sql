-- A source that usually sends for a customer and falls silent is told of, once for each silence.

-- When to look whether a source has fallen silent. Beside the days that it is judged by, which are counted anew on a restored database:
-- what has been told stays told.
CREATE TABLE usage_source_watches (
  customer_id uuid NOT NULL REFERENCES customers,
  event_type text NOT NULL,
  source text NOT NULL,
  clock_id uuid NOT NULL REFERENCES clocks,
  last_occurred_at timestamptz(3) NOT NULL,
  -- Time of the customer's clock from which on a look may find it silent; null when there is nothing to be found until it sends again.
  look_at timestamptz(3),
  -- Once it is silent: for how many whole days it was, and its longest pause before.
  silent_days integer CHECK (silent_days > 0),
  longest_pause_days integer CHECK (longest_pause_days > 0),
  PRIMARY KEY (customer_id, event_type, source),
  CHECK ((silent_days IS NULL) = (longest_pause_days IS NULL)),
  CHECK (silent_days IS NULL OR look_at IS NULL)
);
CREATE INDEX usage_source_watches_due ON usage_source_watches (clock_id, look_at) WHERE look_at IS NOT NULL;

INSERT INTO usage_source_watches (customer_id, event_type, source, clock_id, last_occurred_at, look_at)
SELECT d.customer_id, d.event_type, d.source, c.clock_id, max(d.last_occurred_at), max(d.last_occurred_at) + interval '2 days'
FROM usage_source_days d JOIN customers c ON c.id = d.customer_id GROUP BY d.customer_id, d.event_type, d.source, c.clock_id;

CREATE FUNCTION usage_source_watches_webhooks() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM tell_webhooks('usage.source_silent', NEW.customer_id, true, jsonb_build_object('customerId', NEW.customer_id,
    'source', NEW.source, 'eventType', NEW.event_type,
    'lastOccurredAt', to_char(NEW.last_occurred_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
    'silentDays', NEW.silent_days, 'longestPauseDays', NEW.longest_pause_days));
  RETURN NULL;
END $$;
CREATE TRIGGER usage_source_watches_webhooks AFTER UPDATE ON usage_source_watches FOR EACH ROW
  WHEN (NEW.silent_days IS NOT NULL AND OLD.silent_days IS NULL) EXECUTE FUNCTION usage_source_watches_webhooks();
