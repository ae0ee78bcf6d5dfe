-- Reconciliation: what was last seen at Stripe, the runs that looked, and how it differed from the books.

CREATE TABLE reconciliations (
  id uuid PRIMARY KEY,
  kind text NOT NULL CHECK (kind IN ('nightly', 'on-demand', 'adoption')),
  asked_by text NOT NULL,
  -- By when the objects were created at the target; null where the window has no end on that side.
  from_at timestamptz(3),
  to_at timestamptz(3),
  workflow_id text NOT NULL,
  requested_at timestamptz(3) NOT NULL DEFAULT now(),
  -- Machine time at which its listing began: only what was at rest before is compared.
  started_at timestamptz(3),
  -- Machine time of its last step. One that has been silent for an hour does not keep others from beginning.
  touched_at timestamptz(3) NOT NULL DEFAULT now(),
  finished_at timestamptz(3),
  counts jsonb NOT NULL DEFAULT '{}',
  CHECK (from_at < to_at),
  CHECK (finished_at IS NULL OR started_at IS NOT NULL)
);
CREATE INDEX reconciliations_newest ON reconciliations (requested_at DESC, id);
-- One at a time: what was seen is stored with the run that saw it last.
CREATE UNIQUE INDEX reconciliations_one_open ON reconciliations ((true)) WHERE started_at IS NOT NULL AND finished_at IS NULL;

-- What was last seen of an object at a target. Amounts are in the minor unit of the books' currency; a fraction can only
-- be the target's. No foreign keys to the books: after a restore they may lack what the target has.
CREATE TABLE remote_invoices (
  account_id text NOT NULL,
  remote_id text NOT NULL,
  -- Ours, by the mark that it carries there.
  invoice_id uuid,
  revision integer,
  number text,
  remote_customer_id text,
  currency text NOT NULL,
  total_minor numeric NOT NULL,
  subtotal_minor numeric NOT NULL,
  amount_paid_minor numeric NOT NULL,
  amount_remaining_minor numeric NOT NULL,
  -- The target's own word, or 'gone' where there is no such object any more.
  status text NOT NULL,
  line_count integer NOT NULL,
  -- SHA-256 over "mark=amount" of the lines in order of their marks; null where the lines were not read.
  lines_digest bytea CHECK (length(lines_digest) = 32),
  auto_advance boolean NOT NULL,
  due_at timestamptz(3),
  created_at timestamptz(3) NOT NULL,
  livemode boolean NOT NULL,
  seen_at timestamptz(3) NOT NULL,
  run_id uuid NOT NULL,
  PRIMARY KEY (account_id, remote_id)
);
CREATE INDEX remote_invoices_invoice ON remote_invoices (invoice_id, revision) WHERE invoice_id IS NOT NULL;
CREATE INDEX remote_invoices_run ON remote_invoices (run_id);

CREATE TABLE remote_customers (
  account_id text NOT NULL,
  remote_id text NOT NULL,
  customer_id uuid,
  is_deleted boolean NOT NULL,
  created_at timestamptz(3) NOT NULL,
  livemode boolean NOT NULL,
  seen_at timestamptz(3) NOT NULL,
  run_id uuid NOT NULL,
  PRIMARY KEY (account_id, remote_id)
);
CREATE INDEX remote_customers_customer ON remote_customers (customer_id) WHERE customer_id IS NOT NULL;
CREATE INDEX remote_customers_run ON remote_customers (run_id);

CREATE TABLE reconciliation_differences (
  id uuid PRIMARY KEY,
  -- The run that found it, and the one that found it last.
  run_id uuid NOT NULL REFERENCES reconciliations,
  last_run_id uuid NOT NULL REFERENCES reconciliations,
  kind text NOT NULL CHECK (kind IN ('missing', 'orphan', 'duplicate', 'amount', 'line', 'currency', 'status', 'number',
    'customer', 'mark', 'auto_advance')),
  invoice_id uuid,
  customer_id uuid,
  remote_id text,
  -- The evidence, both sides, as it was found last: ids, amounts and states, never personal data.
  ours jsonb NOT NULL,
  theirs jsonb NOT NULL,
  action text NOT NULL CHECK (action IN ('repair', 'alert')),
  -- open: just found. repairing: its sync was told to look. alerted: waits for a person. repaired and closed: over, after
  -- a repair and by itself.
  state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'repairing', 'repaired', 'alerted', 'closed')),
  opened_at timestamptz(3) NOT NULL DEFAULT now(),
  closed_at timestamptz(3),
  CHECK ((closed_at IS NULL) = (state IN ('open', 'repairing', 'alerted'))),
  CHECK (num_nonnulls(invoice_id, customer_id, remote_id) > 0)
);
-- A later run that finds the same again keeps the row.
CREATE UNIQUE INDEX reconciliation_differences_open ON reconciliation_differences
  (kind, coalesce(invoice_id, customer_id, '00000000-0000-0000-0000-000000000000'), coalesce(remote_id, ''))
  WHERE closed_at IS NULL;
CREATE INDEX reconciliation_differences_run ON reconciliation_differences (run_id, id);
CREATE INDEX reconciliation_differences_last_run ON reconciliation_differences (last_run_id, id);
CREATE INDEX reconciliation_differences_alerted ON reconciliation_differences (id) WHERE state = 'alerted';
CREATE INDEX reconciliation_differences_to_act ON reconciliation_differences (id) WHERE state = 'open';
