-- Mails about webhook endpoints that fail, and what is kept for those that were given up.

-- Who is told of an event: everybody but those that a person has disabled. First, since writers lock endpoints before messages: the
-- other way round they and this would wait for each other.
DROP INDEX webhook_endpoints_told;
CREATE INDEX webhook_endpoints_told ON webhook_endpoints (customer_id) WHERE disabled_because IS DISTINCT FROM 'person';

-- ---------------------------------------------------------------------------------------------------------------
-- The outbox has mails about endpoints too
-- ---------------------------------------------------------------------------------------------------------------

ALTER TABLE messages
  DROP CONSTRAINT messages_kind_check,
  ALTER COLUMN customer_id DROP NOT NULL,
  ALTER COLUMN invoice_id DROP NOT NULL,
  -- No reference: the mail is kept when its endpoint is removed.
  ADD COLUMN endpoint_id uuid,
  -- As they were when the mail became due: the reason of the last attempt, and since when there was no success.
  ADD COLUMN last_answer text CHECK (length(last_answer) <= 60),
  ADD COLUMN failing_since timestamptz(3);
ALTER TABLE messages
  ADD CONSTRAINT messages_kind_check CHECK (kind IN ('invoice-sent', 'reminder', 'payment-failed', 'final-notice',
    'payment-received', 'webhook-failing', 'webhook-given-up')),
  -- About an invoice of a customer, or about an endpoint of a customer or of the business.
  ADD CONSTRAINT messages_subject_check CHECK (CASE WHEN kind IN ('webhook-failing', 'webhook-given-up')
    THEN invoice_id IS NULL AND num_nulls(endpoint_id, last_answer, failing_since) = 0
    ELSE num_nulls(customer_id, invoice_id) = 0 AND num_nonnulls(endpoint_id, last_answer, failing_since) = 0 END);
CREATE INDEX messages_of_endpoint ON messages (endpoint_id, created_at DESC, id) WHERE endpoint_id IS NOT NULL;

CREATE OR REPLACE FUNCTION messages_move_forward() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.state = 'sent' OR NEW.attempts < OLD.attempts OR
     (NEW.id, NEW.key, NEW.kind, NEW.customer_id, NEW.invoice_id, NEW.ordinal, NEW.endpoint_id, NEW.last_answer,
       NEW.failing_since) IS DISTINCT FROM
     (OLD.id, OLD.key, OLD.kind, OLD.customer_id, OLD.invoice_id, OLD.ordinal, OLD.endpoint_id, OLD.last_answer,
       OLD.failing_since) THEN
    RAISE EXCEPTION 'message % is % and cannot become %', OLD.id, OLD.state, NEW.state USING ERRCODE = 'DB011';
  END IF;
  RETURN NEW;
END $$;

-- ---------------------------------------------------------------------------------------------------------------
-- What happens while an endpoint is given up is kept for it as failed, so that it can be sent again
-- ---------------------------------------------------------------------------------------------------------------

CREATE OR REPLACE FUNCTION tell_webhooks(event_type text, of_customer uuid, is_for_customers boolean, event_data jsonb)
RETURNS void LANGUAGE sql AS $$
  WITH told AS (
    SELECT e.id, e.state = 'enabled' AS is_enabled FROM webhook_endpoints e
    WHERE e.disabled_because IS DISTINCT FROM 'person'
      AND (e.customer_id IS NULL OR (is_for_customers AND e.customer_id = of_customer))
      AND (e.event_types = '{}' OR event_type = ANY (e.event_types))
  ), event AS (
    INSERT INTO webhook_events (id, type, customer_id, data)
    SELECT gen_random_uuid(), event_type, of_customer, event_data WHERE EXISTS (SELECT FROM told) RETURNING id
  )
  INSERT INTO webhook_deliveries (id, endpoint_id, event_id, state, reason, ended_at)
  SELECT gen_random_uuid(), told.id, event.id, CASE WHEN is_enabled THEN 'pending' ELSE 'failed' END,
    CASE WHEN NOT is_enabled THEN 'endpoint-disabled' END, CASE WHEN NOT is_enabled THEN clock_timestamp() END
  FROM told, event
$$;

CREATE FUNCTION is_somebody_told() RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT EXISTS (SELECT FROM webhook_endpoints WHERE disabled_because IS DISTINCT FROM 'person')
$$;

CREATE OR REPLACE FUNCTION invoice_states_added_webhooks() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF is_somebody_told() THEN
    PERFORM tell_webhooks('invoice.drafted', a.customer_id, true, invoice_event_data(a)) FROM added a
      WHERE a.lifecycle IN ('draft', 'held');
    PERFORM tell_webhooks('invoice.held', a.customer_id, false, invoice_event_data(a)) FROM added a
      WHERE a.lifecycle = 'held';
  END IF;
  RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION invoice_states_webhooks() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  event_data jsonb;
BEGIN
  IF NOT is_somebody_told() THEN
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
