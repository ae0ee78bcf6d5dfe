-- The audit log is read by time, over all subjects, the newest first. Links are written nearly in that order, so each goes to
-- the right end of the index.
CREATE INDEX audit_log_by_time ON audit_log (at);

-- What people did is a small part of what runs and syncs write, and is what is asked for most.
CREATE INDEX audit_log_of_people ON audit_log (at)
  WHERE actor LIKE 'api-key:%' OR actor LIKE 'operator:%' OR actor LIKE 'user:%';

-- Whoever looked at a customer's pages, once for each session: the audit log tells of the first look.
CREATE TABLE customer_views (
  viewer text NOT NULL CHECK (length(viewer) BETWEEN 1 AND 200),
  customer_id uuid NOT NULL REFERENCES customers,
  viewed_at timestamptz(3) NOT NULL DEFAULT now(),
  PRIMARY KEY (viewer, customer_id)
);
CREATE INDEX customer_views_by_customer ON customer_views (customer_id);
