-- A restore takes the database back, and nothing that stands outside of it.

-- Where sweeps of the events stand between two pages. It is kept here and not with whoever runs them, so that a backup has
-- the pages and the place together: a sweep whose place is not here has to begin anew.
CREATE TABLE open_sweeps (
  id uuid PRIMARY KEY,
  account_id text NOT NULL REFERENCES target_accounts (account_id),
  -- Machine time at which it began.
  started_at timestamptz(3) NOT NULL DEFAULT now(),
  touched_at timestamptz(3) NOT NULL DEFAULT now(),
  -- By Stripe's clock: from there on everything is read, and of the newest event that was seen.
  since_at timestamptz(3) NOT NULL,
  newest_at timestamptz(3),
  -- The event behind which the next page begins; NULL before the first.
  after_event_id text
);

-- What was known of Stripe, or began there, by then is adopted; what came later is not, although it came before the end.
ALTER TABLE pauses ADD COLUMN adopted_until timestamptz(3);
UPDATE pauses SET adopted_until = ended_at WHERE kind = 'restore';
ALTER TABLE pauses ADD CHECK (adopted_until IS NULL OR (kind = 'restore' AND ended_at IS NOT NULL));

-- Drafts at Stripe that were deleted: the only trace of an invoice that was abandoned.
CREATE INDEX stripe_events_deleted ON stripe_events (named_invoice_id) WHERE type = 'invoice.deleted';
