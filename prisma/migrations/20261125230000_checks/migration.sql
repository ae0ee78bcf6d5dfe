-- Why drafts were held, and which of the reasons a person has let pass.

-- An answer names the number of the parking that it answers; drafts that are held already get theirs.
UPDATE invoice_states SET parking_number = parking_number + 1 WHERE lifecycle = 'held';

-- A draft that would pay out is held where its lines can be read. What has a number never pays out.
ALTER TABLE invoices DROP CONSTRAINT invoices_total_minor_check;
ALTER TABLE invoices ADD CONSTRAINT invoices_total_minor_check CHECK (total_minor >= 0 OR number IS NULL);

CREATE TABLE held_findings (
  invoice_id uuid NOT NULL REFERENCES invoices,
  parking_number integer NOT NULL CHECK (parking_number >= 1),
  -- The first one leads: its code is the invoice's failure_code.
  place integer NOT NULL CHECK (place >= 1),
  code text NOT NULL,
  -- What it is about beside the invoice, such as an event type; '' for the invoice itself.
  subject text NOT NULL,
  -- By which it would be worse: minor units, lines or events. What was waived holds again only above it.
  figure bigint NOT NULL,
  reason text NOT NULL,
  -- The figures that were compared; never personal data.
  evidence jsonb NOT NULL,
  found_at timestamptz(3) NOT NULL DEFAULT now(),
  PRIMARY KEY (invoice_id, parking_number, place)
);
CREATE TRIGGER held_findings_fixed BEFORE UPDATE OR DELETE OR TRUNCATE ON held_findings EXECUTE FUNCTION refuse_change();

-- The findings of one parking that a decision has let pass. The decision is stored in the same transaction.
CREATE TABLE finding_waivers (
  invoice_id uuid NOT NULL REFERENCES invoices,
  parking_number integer NOT NULL CHECK (parking_number >= 1),
  decision_id uuid NOT NULL UNIQUE REFERENCES decisions DEFERRABLE INITIALLY DEFERRED,
  waived_at timestamptz(3) NOT NULL DEFAULT now(),
  PRIMARY KEY (invoice_id, parking_number)
);
CREATE TRIGGER finding_waivers_fixed BEFORE UPDATE OR DELETE OR TRUNCATE ON finding_waivers
  EXECUTE FUNCTION refuse_change();
