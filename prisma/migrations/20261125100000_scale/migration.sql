-- What hundreds of thousands of invoices ask of the tables that their states are in.

-- A state is written several times on its way to Stripe, its lifecycle once or twice. The checks are called for the
-- changes that they are about; for all others they only cost.
DROP TRIGGER invoice_states_move_forward ON invoice_states;
CREATE TRIGGER invoice_states_move_forward BEFORE UPDATE ON invoice_states FOR EACH ROW
  WHEN (OLD.lifecycle IS DISTINCT FROM NEW.lifecycle OR OLD.invoice_id IS DISTINCT FROM NEW.invoice_id)
  EXECUTE FUNCTION invoice_states_move_forward();
CREATE TRIGGER invoice_states_kept BEFORE DELETE ON invoice_states FOR EACH ROW
  EXECUTE FUNCTION invoice_states_move_forward();
DROP TRIGGER invoice_states_begin_as_drafts ON invoice_states;
CREATE TRIGGER invoice_states_begin_as_drafts BEFORE INSERT ON invoice_states FOR EACH ROW
  WHEN (NEW.lifecycle IS DISTINCT FROM 'draft') EXECUTE FUNCTION invoice_states_begin_as_drafts();

-- Pages of publishing go by id: an index that begins with the sync would be read and sorted as a whole for each page.
-- What is counted often has an index that holds just that, which is small whatever the backlog.
DROP INDEX invoice_states_unsynced;
CREATE INDEX invoice_states_open ON invoice_states (invoice_id) WHERE sync NOT IN ('none', 'synced');
CREATE INDEX invoice_states_syncing ON invoice_states (invoice_id) WHERE sync = 'syncing';
CREATE INDEX invoice_states_parked ON invoice_states (invoice_id) WHERE sync = 'parked';
CREATE INDEX invoice_states_held ON invoice_states (invoice_id) WHERE lifecycle = 'held';
CREATE INDEX parked_periods_open ON parked_periods (period_id) WHERE resolved_at IS NULL;
