-- What a person can answer to an invoice that waits, besides trying again.

-- A correction of contact or mapping data, stored before the answer that names it: messages carry no personal data, and
-- what is corrected can be erased, which an audit chain could not.
CREATE TABLE corrections (
  id uuid PRIMARY KEY,
  customer_id uuid NOT NULL REFERENCES customers,
  kind text NOT NULL CHECK (kind IN ('contact', 'customer-mapping')),
  changes jsonb NOT NULL,
  reason text NOT NULL,
  stored_by text NOT NULL,
  stored_at timestamptz(3) NOT NULL DEFAULT now(),
  applied_at timestamptz(3)
);
CREATE INDEX corrections_customer ON corrections (customer_id);

ALTER TABLE decisions ADD COLUMN correction_id uuid REFERENCES corrections;

-- The contact that the target has: that of this instant. A later one is sent before the next invoice.
ALTER TABLE customer_mappings ADD COLUMN contact_at timestamptz(3) NOT NULL DEFAULT now();

-- An attempt that a pause or a hold has stopped has neither failed nor ended well.
ALTER TABLE sync_attempts DROP CONSTRAINT sync_attempts_outcome_check,
  ADD CONSTRAINT sync_attempts_outcome_check CHECK (outcome IN ('synced', 'failed', 'stopped', 'voided', 'paid instead'));
