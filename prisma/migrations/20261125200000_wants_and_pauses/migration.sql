-- What Stripe is to have of an invoice, what was seen there, and pauses that stop every write.

ALTER TABLE invoice_states
  ADD COLUMN wanted text NOT NULL DEFAULT 'final' CHECK (wanted IN ('final', 'void')),
  -- Machine time of the last change of what is wanted, or of the last reason to look at Stripe again. An attempt that
  -- began before it does not end the sync.
  ADD COLUMN want_changed_at timestamptz(3),
  ADD COLUMN amount_paid_minor bigint NOT NULL DEFAULT 0 CHECK (amount_paid_minor >= 0),
  ADD COLUMN paid_at timestamptz(3);

-- While one is open nothing is issued and no request to Stripe is stored, so that none is sent.
CREATE TABLE pauses (
  id uuid PRIMARY KEY,
  kind text NOT NULL CHECK (kind IN ('operator', 'restore')),
  reason text NOT NULL CHECK (reason <> ''),
  begun_by text NOT NULL,
  begun_at timestamptz(3) NOT NULL DEFAULT now(),
  ended_by text,
  ended_at timestamptz(3),
  end_reason text,
  CHECK ((ended_at IS NULL) = (ended_by IS NULL) AND (ended_at IS NULL) = (end_reason IS NULL))
);
-- One of a kind at a time: a second call finds the first.
CREATE UNIQUE INDEX pauses_open ON pauses (kind) WHERE ended_at IS NULL;
