-- The life of a subscription: trial, phases and pauses, from which its periods are laid out; other cycles than months.

ALTER TABLE plan_versions DROP CONSTRAINT plan_versions_billing_interval_check;
ALTER TABLE plan_versions ADD CONSTRAINT plan_versions_billing_interval_check
  CHECK (billing_interval IN ('week', 'month', 'quarter', 'half_year', 'year'));

-- plan_version_id is what it began with; what is in force stands in its phases. One that ends as it starts never began.
ALTER TABLE subscriptions ADD COLUMN trial_ends_at timestamptz(3);
ALTER TABLE subscriptions DROP CONSTRAINT subscriptions_check;
ALTER TABLE subscriptions ADD CONSTRAINT subscriptions_end CHECK (ends_at >= starts_at);
ALTER TABLE subscriptions ADD CONSTRAINT subscriptions_trial CHECK (trial_ends_at > starts_at);

-- From `starts_at` on this plan version is in force, until the next phase begins. An anniversary without an instant is that
-- of the trial's end, or of the start where there was no trial.
CREATE TABLE subscription_phases (
  subscription_id uuid NOT NULL REFERENCES subscriptions,
  starts_at timestamptz(3) NOT NULL,
  plan_version_id uuid NOT NULL REFERENCES plan_versions,
  anchor text NOT NULL DEFAULT 'calendar' CHECK (anchor IN ('calendar', 'anniversary')),
  anchor_at timestamptz(3),
  PRIMARY KEY (subscription_id, starts_at),
  CHECK (anchor_at IS NULL OR anchor = 'anniversary')
);
INSERT INTO subscription_phases (subscription_id, starts_at, plan_version_id)
  SELECT id, starts_at, plan_version_id FROM subscriptions;

-- [starts_at, ends_at), or open until somebody resumes.
CREATE TABLE subscription_pauses (
  subscription_id uuid NOT NULL REFERENCES subscriptions,
  starts_at timestamptz(3) NOT NULL,
  ends_at timestamptz(3),
  PRIMARY KEY (subscription_id, starts_at),
  CHECK (ends_at > starts_at),
  EXCLUDE USING gist (subscription_id WITH =, tstzrange(starts_at, ends_at) WITH &&)
);

-- What was asked for under an id of the sender's: a repetition is known by it, whatever has come after.
CREATE TABLE subscription_requests (
  customer_id uuid NOT NULL REFERENCES customers,
  request_id text NOT NULL CHECK (length(request_id) BETWEEN 1 AND 255),
  subscription_id uuid NOT NULL REFERENCES subscriptions,
  content jsonb NOT NULL,
  made_at timestamptz(3) NOT NULL DEFAULT now(),
  PRIMARY KEY (customer_id, request_id)
);
CREATE TRIGGER subscription_requests_fixed BEFORE UPDATE OR DELETE OR TRUNCATE ON subscription_requests
  EXECUTE FUNCTION refuse_change();

-- A period is billed by the plan for which it was laid out. Those that are settled get theirs once, here: until now a
-- subscription had one plan only.
ALTER TABLE periods ADD COLUMN plan_version_id uuid REFERENCES plan_versions;
ALTER TABLE periods DISABLE TRIGGER periods_stay_settled;
UPDATE periods p SET plan_version_id = s.plan_version_id FROM subscriptions s WHERE s.id = p.subscription_id;
ALTER TABLE periods ENABLE TRIGGER periods_stay_settled;
ALTER TABLE periods ALTER COLUMN plan_version_id SET NOT NULL;

-- Beside what is billed when it is over stands what is billed when its cycle begins, and what of that is given back. Only
-- the first kind tiles time.
ALTER TABLE periods ADD COLUMN kind text NOT NULL DEFAULT 'arrears' CHECK (kind IN ('arrears', 'advance', 'credit'));
ALTER TABLE periods DROP CONSTRAINT periods_check;
ALTER TABLE periods ADD CONSTRAINT periods_check CHECK (start_at < end_at AND cycle_start_at <= start_at
  AND end_at <= cycle_end_at AND billable_at >= start_at AND (kind <> 'arrears' OR billable_at >= end_at));
ALTER TABLE periods DROP CONSTRAINT periods_subscription_id_start_at_key;
CREATE UNIQUE INDEX periods_start ON periods (subscription_id, start_at) WHERE kind = 'arrears';
ALTER TABLE periods DROP CONSTRAINT periods_subscription_id_tstzrange_excl;
ALTER TABLE periods ADD CONSTRAINT periods_no_overlap
  EXCLUDE USING gist (subscription_id WITH =, tstzrange(start_at, end_at) WITH &&) WHERE (kind = 'arrears');
CREATE INDEX periods_ahead ON periods (subscription_id) WHERE kind <> 'arrears';

-- The runs of the hours, for all cycles but calendar months.
ALTER TABLE billing_runs DROP CONSTRAINT billing_runs_kind_check;
ALTER TABLE billing_runs ADD CONSTRAINT billing_runs_kind_check
  CHECK (kind IN ('invoicing', 'hourly-invoicing', 'due-scan', 'advance'));

-- The period that a line bills, since an invoice may have several of one subscription; on those from before it is the only
-- one. No foreign key, which would cost every line a look: it is settled by the invoice, and what is settled never goes.
ALTER TABLE invoice_lines ADD COLUMN period_id uuid;
ALTER TABLE invoice_lines DISABLE TRIGGER USER;
UPDATE invoice_lines l SET period_id = p.id FROM periods p
  WHERE p.settled_by = l.invoice_id AND p.subscription_id = l.subscription_id;
ALTER TABLE invoice_lines ENABLE TRIGGER USER;
