-- Mail and dunning: what customers are to be told, and by which steps an unpaid invoice is followed up.

ALTER TABLE billing_runs DROP CONSTRAINT billing_runs_kind_check;
ALTER TABLE billing_runs ADD CONSTRAINT billing_runs_kind_check
  CHECK (kind IN ('invoicing', 'hourly-invoicing', 'due-scan', 'dunning', 'advance'));

-- ---------------------------------------------------------------------------------------------------------------
-- Mail: an outbox
-- ---------------------------------------------------------------------------------------------------------------

-- Which mails go out by themselves, besides those of dunning. Without a row: none.
CREATE TABLE mail_notices (
  kind text PRIMARY KEY CHECK (kind IN ('invoice-sent', 'payment-failed', 'payment-received')),
  changed_by text NOT NULL,
  changed_at timestamptz(3) NOT NULL DEFAULT now()
);

-- One row is one mail. To whom is read when it is sent, so that no address is kept here.
CREATE TABLE messages (
  id uuid PRIMARY KEY,
  -- What it is about: the same mail is never owed twice.
  key text NOT NULL UNIQUE CHECK (length(key) BETWEEN 1 AND 200),
  kind text NOT NULL
    CHECK (kind IN ('invoice-sent', 'reminder', 'payment-failed', 'final-notice', 'payment-received')),
  customer_id uuid NOT NULL REFERENCES customers,
  invoice_id uuid NOT NULL REFERENCES invoices,
  -- Which reminder it is; null for other kinds.
  ordinal integer CHECK (ordinal >= 1),
  -- sending: claimed by a process; whether the mail server has it is unknown if that process dies.
  state text NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'sending', 'sent', 'failed', 'unknown', 'skipped')),
  attempts integer NOT NULL DEFAULT 0 CHECK (attempts >= 0),
  -- Of the tries since it was last asked for, which decide how long is waited.
  tries integer NOT NULL DEFAULT 0 CHECK (tries >= 0),
  -- Machine time: mail is sent when it can be, whatever the customer's clock shows.
  next_at timestamptz(3) NOT NULL DEFAULT now(),
  claimed_at timestamptz(3),
  -- The Message-ID that it was handed over with, by which a mail server's log is searched.
  message_id text CHECK (length(message_id) <= 255),
  -- A code of the mail server's or of ours; never its sentence, which may name the address.
  reason text CHECK (length(reason) <= 200),
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  sent_at timestamptz(3),
  CHECK ((state = 'sending') = (claimed_at IS NOT NULL)),
  CHECK ((state = 'sent') = (sent_at IS NOT NULL)),
  CHECK ((kind = 'reminder') = (ordinal IS NOT NULL))
);
CREATE INDEX messages_due ON messages (next_at, id) WHERE state = 'pending';
CREATE INDEX messages_claimed ON messages (claimed_at) WHERE state = 'sending';
CREATE INDEX messages_troubled ON messages (created_at, id) WHERE state IN ('failed', 'unknown');
CREATE INDEX messages_of_invoice ON messages (invoice_id, created_at);
CREATE INDEX messages_newest ON messages (created_at DESC, id);

-- What was sent stays sent, and no mail is forgotten.
CREATE FUNCTION messages_move_forward() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.state = 'sent' OR (NEW.id, NEW.key, NEW.kind, NEW.customer_id, NEW.invoice_id, NEW.ordinal) IS DISTINCT FROM
     (OLD.id, OLD.key, OLD.kind, OLD.customer_id, OLD.invoice_id, OLD.ordinal) OR NEW.attempts < OLD.attempts THEN
    RAISE EXCEPTION 'message % is % and cannot become %', OLD.id, OLD.state, NEW.state USING ERRCODE = 'DB011';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER messages_move_forward BEFORE UPDATE ON messages FOR EACH ROW EXECUTE FUNCTION messages_move_forward();
CREATE TRIGGER messages_kept BEFORE DELETE OR TRUNCATE ON messages EXECUTE FUNCTION refuse_change();

-- ---------------------------------------------------------------------------------------------------------------
-- Dunning: a policy, and rows of steps
-- ---------------------------------------------------------------------------------------------------------------

-- `default` is everybody's who has no other; where it is missing, nobody else is followed up.
CREATE TABLE dunning_policies (
  key text PRIMARY KEY CHECK (key ~ '^[a-z0-9][a-z0-9-]{0,39}$' AND key <> 'none'),
  -- [{days, after, action}], in the order in which they are done.
  steps jsonb NOT NULL CHECK (jsonb_typeof(steps) = 'array' AND jsonb_array_length(steps) BETWEEN 1 AND 20),
  changed_by text NOT NULL,
  changed_at timestamptz(3) NOT NULL DEFAULT now()
);

-- A customer's own policy; `none` is never followed up.
CREATE TABLE customer_dunning (
  customer_id uuid PRIMARY KEY REFERENCES customers,
  policy_key text NOT NULL,
  changed_by text NOT NULL,
  changed_at timestamptz(3) NOT NULL DEFAULT now()
);

-- An invoice that is followed up, or is to be once its steps are laid out.
CREATE TABLE dunnings (
  invoice_id uuid PRIMARY KEY REFERENCES invoices,
  clock_id uuid NOT NULL REFERENCES clocks,
  state text NOT NULL DEFAULT 'running' CHECK (state IN ('running', 'paused', 'ended')),
  paused_by text,
  pause_reason text CHECK (pause_reason <> ''),
  -- The policy as it was when the first steps were laid out: a later one is for later invoices.
  policy_key text,
  policy_steps jsonb,
  -- Business time of the first payment that failed.
  first_failed_at timestamptz(3),
  -- Something is to be laid out: the steps from the due day on, or those from a failure on.
  is_to_plan boolean NOT NULL DEFAULT true,
  began_at timestamptz(3) NOT NULL DEFAULT now(),
  CHECK ((state = 'paused') = (paused_by IS NOT NULL) AND (paused_by IS NULL) = (pause_reason IS NULL)),
  CHECK ((policy_key IS NULL) = (policy_steps IS NULL))
);
CREATE INDEX dunnings_to_plan ON dunnings (clock_id, invoice_id) WHERE is_to_plan;

CREATE TABLE dunning_steps (
  invoice_id uuid NOT NULL REFERENCES dunnings,
  step integer NOT NULL CHECK (step BETWEEN 1 AND 20),
  clock_id uuid NOT NULL REFERENCES clocks,
  action text NOT NULL CHECK (action IN ('remind', 'final_notice', 'retry', 'notify_operator', 'mark_uncollectible')),
  -- Business time.
  due_at timestamptz(3) NOT NULL,
  state text NOT NULL DEFAULT 'planned' CHECK (state IN ('planned', 'done', 'skipped')),
  -- Business time of its end, and why it was not done.
  done_at timestamptz(3),
  why text CHECK (length(why) <= 200),
  PRIMARY KEY (invoice_id, step),
  CHECK ((state = 'planned') = (done_at IS NULL)),
  CHECK ((state = 'skipped') = (why IS NOT NULL))
);
CREATE INDEX dunning_steps_due ON dunning_steps (clock_id, due_at) WHERE state = 'planned';
CREATE INDEX dunning_steps_for_operators ON dunning_steps (invoice_id)
  WHERE action = 'notify_operator' AND state = 'done';

-- What was done or skipped stays so: no step is taken twice.
CREATE FUNCTION dunning_steps_move_forward() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.state <> 'planned' OR (NEW.invoice_id, NEW.step, NEW.clock_id, NEW.action) IS DISTINCT FROM
     (OLD.invoice_id, OLD.step, OLD.clock_id, OLD.action) THEN
    RAISE EXCEPTION 'step % of the dunning of invoice % is %', OLD.step, OLD.invoice_id, OLD.state USING ERRCODE = 'DB012';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER dunning_steps_move_forward BEFORE UPDATE ON dunning_steps
  FOR EACH ROW EXECUTE FUNCTION dunning_steps_move_forward();
CREATE TRIGGER dunning_steps_kept BEFORE DELETE OR TRUNCATE ON dunning_steps EXECUTE FUNCTION refuse_change();

-- Whether money of an invoice is on its way, or an attempt to collect it is not settled.
CREATE FUNCTION is_being_paid(standing invoice_states) RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT standing.payment = 'processing'
    OR EXISTS (SELECT FROM remote_records r
      WHERE r.invoice_id = standing.invoice_id AND r.kind = 'payment' AND r.status = 'processing')
    OR EXISTS (SELECT FROM collection_attempts a
      WHERE a.invoice_id = standing.invoice_id AND a.kind = 'pay' AND a.outcome IS NULL)
$$;

-- Stops a follow-up for a while: a person has paused it, a payment is on its way or being tried, or the customer's bank has
-- objected. What is over (paid, void, given up) does not wait: its steps end.
CREATE FUNCTION dunning_waits(dunning dunnings, standing invoice_states) RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT standing.lifecycle <> 'void' AND standing.payment NOT IN ('paid', 'uncollectible') AND (
    dunning.state = 'paused' OR is_being_paid(standing) OR EXISTS (
      SELECT FROM remote_records r WHERE r.invoice_id = dunning.invoice_id AND r.kind = 'dispute' AND NOT r.is_final))
$$;

-- ---------------------------------------------------------------------------------------------------------------
-- What is owed is noted in the transaction that makes it so, whoever writes it
-- ---------------------------------------------------------------------------------------------------------------

CREATE FUNCTION owe_message(message_key text, message_kind text, of_invoice uuid) RETURNS void LANGUAGE sql AS $$
  INSERT INTO messages (id, key, kind, customer_id, invoice_id)
  SELECT gen_random_uuid(), message_key, message_kind, i.customer_id, i.id
  FROM invoices i JOIN mail_notices n ON n.kind = message_kind WHERE i.id = of_invoice
  ON CONFLICT (key) DO NOTHING
$$;

CREATE FUNCTION begin_dunning(of_invoice uuid) RETURNS void LANGUAGE sql AS $$
  INSERT INTO dunnings (invoice_id, clock_id)
  SELECT i.id, i.clock_id FROM invoices i LEFT JOIN customer_dunning c ON c.customer_id = i.customer_id
  WHERE i.id = of_invoice AND EXISTS (SELECT FROM dunning_policies p WHERE p.key = coalesce(c.policy_key, 'default'))
  -- One that was paused before it began has a row already.
  ON CONFLICT (invoice_id) DO UPDATE SET is_to_plan = true WHERE dunnings.policy_key IS NULL AND dunnings.state <> 'ended'
$$;

CREATE FUNCTION invoice_states_tell() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.payment = 'paid' THEN
    -- What a coupon or a credit has brought to nothing was not paid by anybody.
    IF OLD.payment <> 'paid' AND (SELECT total_minor FROM invoices WHERE id = NEW.invoice_id) > 0 THEN
      PERFORM owe_message('payment-received/' || NEW.invoice_id, 'payment-received', NEW.invoice_id);
    END IF;
  ELSE
    PERFORM owe_message('invoice-sent/' || NEW.invoice_id, 'invoice-sent', NEW.invoice_id);
    PERFORM begin_dunning(NEW.invoice_id);
  END IF;
  RETURN NULL;
END $$;
-- When it has come to rest at Stripe and is to be paid, and when it is paid.
CREATE TRIGGER invoice_states_tell AFTER UPDATE OF sync, payment ON invoice_states FOR EACH ROW
  WHEN (NEW.lifecycle = 'issued' AND ((NEW.payment = 'paid' AND OLD.payment <> 'paid')
    OR (NEW.sync = 'synced' AND NEW.payment IN ('unpaid', 'partly_paid')
      AND (OLD.sync <> 'synced' OR OLD.payment NOT IN ('unpaid', 'partly_paid')))))
  EXECUTE FUNCTION invoice_states_tell();

CREATE FUNCTION note_payment_failure(of_invoice uuid, attempt text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  PERFORM owe_message('payment-failed/' || of_invoice || '/' || attempt, 'payment-failed', of_invoice);
  PERFORM begin_dunning(of_invoice);
  UPDATE dunnings d SET first_failed_at = business_now(k), is_to_plan = true
  FROM clocks k WHERE d.invoice_id = of_invoice AND k.id = d.clock_id AND d.first_failed_at IS NULL AND d.state <> 'ended';
END $$;

CREATE FUNCTION collection_attempts_tell() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM note_payment_failure(NEW.invoice_id, NEW.attempt::text);
  RETURN NULL;
END $$;
-- An attempt of ours that was declined; who tries in vain on the hosted page is told there.
CREATE TRIGGER collection_attempts_tell AFTER UPDATE OF outcome ON collection_attempts FOR EACH ROW
  WHEN (NEW.kind = 'pay' AND NEW.outcome = 'declined' AND OLD.outcome IS NULL)
  EXECUTE FUNCTION collection_attempts_tell();
