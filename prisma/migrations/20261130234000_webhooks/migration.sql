-- Webhooks to others: who is to be told of what, what has happened, and how far each delivery is.

-- ---------------------------------------------------------------------------------------------------------------
-- Endpoints
-- ---------------------------------------------------------------------------------------------------------------

CREATE TABLE webhook_endpoints (
  id uuid PRIMARY KEY,
  -- Of one customer, told of nothing but what is theirs. Null: of the business, told of everybody.
  customer_id uuid REFERENCES customers,
  url text NOT NULL CHECK (length(url) BETWEEN 8 AND 2000),
  description text NOT NULL DEFAULT '' CHECK (length(description) <= 200),
  -- None named: of all types, those that come later too.
  event_types text[] NOT NULL DEFAULT '{}' CHECK (cardinality(event_types) <= 100),
  state text NOT NULL DEFAULT 'enabled' CHECK (state IN ('enabled', 'disabled')),
  -- gone: it has answered 410. failing: nothing but failures for days.
  disabled_because text CHECK (disabled_because IN ('person', 'gone', 'failing')),
  disabled_at timestamptz(3),
  -- What deliveries are signed with has to be known as it is, and so is no hash. The one before stays in force for a day.
  secret text NOT NULL CHECK (secret ~ '^whsec_[A-Za-z0-9+/]+=*$'),
  previous_secret text CHECK (previous_secret ~ '^whsec_[A-Za-z0-9+/]+=*$'),
  previous_until timestamptz(3),
  -- Since when nothing but failures have come back; null after a success.
  failing_since timestamptz(3),
  created_by text NOT NULL,
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  changed_at timestamptz(3) NOT NULL DEFAULT now(),
  CHECK ((state = 'disabled') = (disabled_because IS NOT NULL) AND (state = 'disabled') = (disabled_at IS NOT NULL)),
  CHECK ((previous_secret IS NULL) = (previous_until IS NULL))
);
CREATE INDEX webhook_endpoints_newest ON webhook_endpoints (created_at DESC, id);
CREATE INDEX webhook_endpoints_told ON webhook_endpoints (customer_id) WHERE state = 'enabled';
CREATE INDEX webhook_endpoints_given_up ON webhook_endpoints (id) WHERE disabled_because IN ('gone', 'failing');
CREATE TRIGGER webhook_endpoints_not_erased BEFORE INSERT OR UPDATE ON webhook_endpoints
  FOR EACH ROW WHEN (NEW.customer_id IS NOT NULL) EXECUTE FUNCTION refuse_erased_customer();

-- Whoever is erased is told of nothing any more; an address may name a person, so nothing is left of it.
CREATE FUNCTION customer_erasures_end_webhooks() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM webhook_endpoints WHERE customer_id = NEW.customer_id;
  RETURN NULL;
END $$;
CREATE TRIGGER customer_erasures_end_webhooks AFTER INSERT ON customer_erasures
  FOR EACH ROW EXECUTE FUNCTION customer_erasures_end_webhooks();

-- ---------------------------------------------------------------------------------------------------------------
-- What happened, and to whom it is told: kept for 30 days
-- ---------------------------------------------------------------------------------------------------------------

-- Ids, amounts and states as the API has them; no name and no address.
CREATE TABLE webhook_events (
  id uuid PRIMARY KEY,
  type text NOT NULL CHECK (type ~ '^[a-z_]+\.[a-z_]+$'),
  customer_id uuid REFERENCES customers,
  data jsonb NOT NULL,
  happened_at timestamptz(3) NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX webhook_events_age ON webhook_events (happened_at, id);

CREATE TABLE webhook_deliveries (
  id uuid PRIMARY KEY,
  endpoint_id uuid NOT NULL REFERENCES webhook_endpoints ON DELETE CASCADE,
  event_id uuid NOT NULL REFERENCES webhook_events ON DELETE CASCADE,
  state text NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'delivered', 'failed')),
  attempts integer NOT NULL DEFAULT 0 CHECK (attempts >= 0),
  -- Of the attempts since it was last asked for, which decide how long is waited.
  tries integer NOT NULL DEFAULT 0 CHECK (tries >= 0),
  -- Machine time. Whoever takes one moves it on by the time that an attempt may last: if that process dies, it is due again.
  next_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  -- A status or a word of ours: why the last attempt failed.
  reason text CHECK (length(reason) <= 60),
  created_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  ended_at timestamptz(3),
  UNIQUE (endpoint_id, event_id),
  CHECK ((state = 'pending') = (ended_at IS NULL))
);
CREATE INDEX webhook_deliveries_due ON webhook_deliveries (endpoint_id, next_at, id) WHERE state = 'pending';
CREATE INDEX webhook_deliveries_oldest ON webhook_deliveries (next_at) WHERE state = 'pending';
CREATE INDEX webhook_deliveries_newest ON webhook_deliveries (endpoint_id, created_at DESC, id);
CREATE INDEX webhook_deliveries_event ON webhook_deliveries (event_id);

CREATE TABLE webhook_attempts (
  delivery_id uuid NOT NULL REFERENCES webhook_deliveries ON DELETE CASCADE,
  attempt integer NOT NULL CHECK (attempt >= 1),
  at timestamptz(3) NOT NULL,
  duration_ms integer NOT NULL CHECK (duration_ms >= 0),
  status smallint CHECK (status BETWEEN 100 AND 999),
  -- Why it was no success; null for one.
  reason text CHECK (length(reason) <= 60),
  -- The first 1,024 bytes of what was answered.
  answer text CHECK (length(answer) <= 1024),
  PRIMARY KEY (delivery_id, attempt)
);

-- ---------------------------------------------------------------------------------------------------------------
-- Written in the transaction that makes it so, whoever writes it
-- ---------------------------------------------------------------------------------------------------------------

CREATE FUNCTION tell_webhooks(event_type text, of_customer uuid, is_for_customers boolean, event_data jsonb)
RETURNS void LANGUAGE sql AS $$
  WITH told AS (
    SELECT e.id FROM webhook_endpoints e
    WHERE e.state = 'enabled' AND (e.customer_id IS NULL OR (is_for_customers AND e.customer_id = of_customer))
      AND (e.event_types = '{}' OR event_type = ANY (e.event_types))
  ), event AS (
    INSERT INTO webhook_events (id, type, customer_id, data)
    SELECT gen_random_uuid(), event_type, of_customer, event_data WHERE EXISTS (SELECT FROM told) RETURNING id
  )
  INSERT INTO webhook_deliveries (id, endpoint_id, event_id) SELECT gen_random_uuid(), told.id, event.id FROM told, event
$$;

CREATE FUNCTION invoice_event_data(standing invoice_states) RETURNS jsonb LANGUAGE sql STABLE AS $$
  SELECT jsonb_build_object('id', i.id, 'customerId', i.customer_id, 'number', i.number, 'currency', i.currency,
    'totalMinor', i.total_minor, 'amountPaidMinor', standing.amount_paid_minor, 'lifecycle', standing.lifecycle,
    'payment', standing.payment, 'paymentDueOn', standing.payment_due_on)
  FROM invoices i WHERE i.id = standing.invoice_id
$$;

-- Once for a page of drafts, and nothing but one look where nobody is to be told.
CREATE FUNCTION invoice_states_added_webhooks() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM webhook_endpoints WHERE state = 'enabled') THEN
    PERFORM tell_webhooks('invoice.drafted', a.customer_id, true, invoice_event_data(a)) FROM added a
      WHERE a.lifecycle IN ('draft', 'held');
    PERFORM tell_webhooks('invoice.held', a.customer_id, false, invoice_event_data(a)) FROM added a
      WHERE a.lifecycle = 'held';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER invoice_states_added_webhooks AFTER INSERT ON invoice_states
  REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION invoice_states_added_webhooks();

CREATE FUNCTION invoice_states_webhooks() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  event_data jsonb;
BEGIN
  IF NOT EXISTS (SELECT FROM webhook_endpoints WHERE state = 'enabled') THEN
    RETURN NULL;
  END IF;
  event_data := invoice_event_data(NEW);
  IF NEW.lifecycle <> OLD.lifecycle THEN
    IF NEW.lifecycle = 'held' THEN
      PERFORM tell_webhooks('invoice.held', NEW.customer_id, false, event_data);
    ELSIF NEW.lifecycle = 'draft' THEN
      PERFORM tell_webhooks('invoice.released', NEW.customer_id, false, event_data);
    ELSIF NEW.lifecycle = 'issued' THEN
      PERFORM tell_webhooks('invoice.issued', NEW.customer_id, true, event_data);
    ELSIF NEW.lifecycle = 'void' THEN
      PERFORM tell_webhooks('invoice.voided', NEW.customer_id, true, event_data);
    END IF;
  END IF;
  IF NEW.lifecycle = 'issued' THEN
    IF NEW.payment = 'paid' AND OLD.payment <> 'paid' THEN
      PERFORM tell_webhooks('invoice.paid', NEW.customer_id, true, event_data);
    ELSIF NEW.payment = 'partly_paid' AND NEW.amount_paid_minor <> OLD.amount_paid_minor THEN
      PERFORM tell_webhooks('invoice.partially_paid', NEW.customer_id, true, event_data);
    ELSIF NEW.payment = 'uncollectible' AND OLD.payment <> 'uncollectible' THEN
      PERFORM tell_webhooks('invoice.uncollectible', NEW.customer_id, false, event_data);
    END IF;
    IF NEW.sync = 'synced' AND NEW.synced_at IS NOT NULL AND OLD.synced_at IS NULL THEN
      PERFORM tell_webhooks('invoice.synced', NEW.customer_id, false, event_data);
    ELSIF NEW.sync = 'parked' AND OLD.sync <> 'parked' THEN
      PERFORM tell_webhooks('invoice.parked', NEW.customer_id, false, event_data);
    END IF;
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER invoice_states_webhooks AFTER UPDATE ON invoice_states FOR EACH ROW
  WHEN (NEW.lifecycle <> OLD.lifecycle OR NEW.payment <> OLD.payment OR NEW.amount_paid_minor <> OLD.amount_paid_minor
    OR (NEW.sync <> OLD.sync AND NEW.sync IN ('synced', 'parked')))
  EXECUTE FUNCTION invoice_states_webhooks();

CREATE FUNCTION credit_notes_webhooks() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM tell_webhooks('credit_note.issued', NEW.customer_id, true, jsonb_build_object('id', NEW.id,
    'invoiceId', NEW.invoice_id, 'customerId', NEW.customer_id, 'number', NEW.number, 'currency', NEW.currency,
    'totalMinor', NEW.total_minor));
  RETURN NULL;
END $$;
CREATE TRIGGER credit_notes_webhooks AFTER INSERT ON credit_notes FOR EACH ROW EXECUTE FUNCTION credit_notes_webhooks();

CREATE FUNCTION collection_attempts_webhooks() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM tell_webhooks('payment.failed', i.customer_id, true, jsonb_build_object('id', i.id, 'invoiceId', i.id,
      'customerId', i.customer_id, 'attempt', NEW.attempt, 'currency', i.currency, 'totalMinor', i.total_minor))
    FROM invoices i WHERE i.id = NEW.invoice_id;
  RETURN NULL;
END $$;
CREATE TRIGGER collection_attempts_webhooks AFTER UPDATE OF outcome ON collection_attempts FOR EACH ROW
  WHEN (NEW.kind = 'pay' AND NEW.outcome = 'declined' AND OLD.outcome IS NULL)
  EXECUTE FUNCTION collection_attempts_webhooks();

CREATE FUNCTION remote_records_webhooks() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  event_type text;
BEGIN
  IF NEW.kind = 'refund' AND NEW.status = 'succeeded' AND (TG_OP = 'INSERT' OR OLD.status <> 'succeeded') THEN
    event_type := 'payment.refunded';
  ELSIF NEW.kind = 'dispute' AND TG_OP = 'INSERT' THEN
    event_type := 'payment.disputed';
  ELSIF NEW.kind = 'dispute' AND NEW.is_final AND NOT OLD.is_final THEN
    event_type := 'payment.dispute_closed';
  ELSE
    RETURN NULL;
  END IF;
  PERFORM tell_webhooks(event_type, i.customer_id, NEW.kind = 'refund', jsonb_build_object('id', NEW.remote_id,
      'invoiceId', i.id, 'customerId', i.customer_id, 'currency', NEW.currency, 'amountMinor', NEW.amount_minor,
      'status', NEW.status))
    FROM invoices i WHERE i.id = NEW.invoice_id;
  RETURN NULL;
END $$;
CREATE TRIGGER remote_records_webhooks AFTER INSERT OR UPDATE ON remote_records FOR EACH ROW
  WHEN (NEW.kind IN ('refund', 'dispute')) EXECUTE FUNCTION remote_records_webhooks();

CREATE FUNCTION top_up_orders_webhooks() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM tell_webhooks('wallet.low', w.customer_id, true, jsonb_build_object('id', w.id, 'customerId', w.customer_id,
      'currency', w.currency, 'balanceMinor', NEW.balance_minor, 'thresholdMinor', w.threshold_minor))
    FROM wallets w WHERE w.id = NEW.wallet_id;
  RETURN NULL;
END $$;
CREATE TRIGGER top_up_orders_webhooks AFTER INSERT ON top_up_orders FOR EACH ROW EXECUTE FUNCTION top_up_orders_webhooks();

CREATE FUNCTION wallet_grants_webhooks() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM tell_webhooks('wallet.topped_up', w.customer_id, true, jsonb_build_object('id', w.id, 'customerId', w.customer_id,
      'grantId', NEW.id, 'currency', w.currency, 'amountMinor', NEW.amount_minor, 'isPaid', NEW.is_paid))
    FROM wallets w WHERE w.id = NEW.wallet_id;
  RETURN NULL;
END $$;
CREATE TRIGGER wallet_grants_webhooks AFTER INSERT ON wallet_grants FOR EACH ROW EXECUTE FUNCTION wallet_grants_webhooks();
