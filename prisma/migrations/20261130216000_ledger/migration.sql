-- What customers have with us: a double-entry ledger, and the wallets whose grants stand in it.

-- ---------------------------------------------------------------------------------------------------------------
-- Wallets
-- ---------------------------------------------------------------------------------------------------------------

CREATE TABLE wallets (
  id uuid PRIMARY KEY,
  customer_id uuid NOT NULL REFERENCES customers,
  currency text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
  name text NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
  -- Smaller ones pay first.
  priority integer NOT NULL DEFAULT 50 CHECK (priority BETWEEN 1 AND 100),
  -- Its grants end with it at the latest.
  ends_at timestamptz(3),
  -- Automatic top-up: at or below the threshold so much is asked for, and no more than so much in a month.
  threshold_minor bigint CHECK (threshold_minor >= 0),
  top_up_minor bigint CHECK (top_up_minor > 0),
  top_up_monthly_minor bigint CHECK (top_up_monthly_minor >= top_up_minor),
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  CHECK ((threshold_minor IS NULL) = (top_up_minor IS NULL)),
  CHECK ((top_up_monthly_minor IS NULL) = (top_up_minor IS NULL)),
  UNIQUE (customer_id, name)
);

CREATE FUNCTION wallets_keep_their_owner() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (NEW.id, NEW.customer_id, NEW.currency, NEW.name) IS DISTINCT FROM (OLD.id, OLD.customer_id, OLD.currency, OLD.name) THEN
    RAISE EXCEPTION 'wallet % keeps its customer, currency and name', OLD.id USING ERRCODE = 'DB020';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER wallets_keep_their_owner BEFORE UPDATE ON wallets FOR EACH ROW EXECUTE FUNCTION wallets_keep_their_owner();
CREATE TRIGGER wallets_stay BEFORE DELETE OR TRUNCATE ON wallets EXECUTE FUNCTION refuse_change();

CREATE TABLE wallet_grants (
  id uuid PRIMARY KEY,
  wallet_id uuid NOT NULL REFERENCES wallets,
  -- The sender's own id: the same again is no second grant.
  request_id text NOT NULL CHECK (length(request_id) BETWEEN 1 AND 255),
  amount_minor bigint NOT NULL CHECK (amount_minor > 0),
  -- The customer has paid for it; a gift otherwise.
  is_paid boolean NOT NULL,
  priority integer NOT NULL DEFAULT 50 CHECK (priority BETWEEN 1 AND 100),
  starts_at timestamptz(3) NOT NULL,
  ends_at timestamptz(3) CHECK (ends_at > starts_at),
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  UNIQUE (wallet_id, request_id)
);
CREATE TRIGGER wallet_grants_fixed BEFORE UPDATE OR DELETE OR TRUNCATE ON wallet_grants EXECUTE FUNCTION refuse_change();

-- ---------------------------------------------------------------------------------------------------------------
-- The ledger
-- ---------------------------------------------------------------------------------------------------------------

-- A customer's account has its balance beside it, and is never below zero. The deployment's, one of each kind for every
-- clock and currency, are the other side of all customers: their balance is the sum of their entries, since a row that
-- every invoice changes would make all of them wait for each other.
CREATE TABLE ledger_accounts (
  id uuid PRIMARY KEY,
  customer_id uuid REFERENCES customers,
  clock_id uuid REFERENCES clocks,
  currency text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
  kind text NOT NULL,
  grant_id uuid UNIQUE REFERENCES wallet_grants,
  balance_minor bigint CHECK (balance_minor >= 0),
  CHECK ((customer_id IS NULL) <> (clock_id IS NULL)),
  CHECK ((customer_id IS NULL) = (balance_minor IS NULL)),
  CHECK ((kind = 'grant') = (grant_id IS NOT NULL)),
  CHECK ((kind IN ('balance', 'grant')) = (customer_id IS NOT NULL)),
  CHECK (kind IN ('balance', 'grant', 'granted', 'funded', 'carried', 'credited', 'applied', 'expired', 'refunded')),
  UNIQUE (id, currency)
);
CREATE UNIQUE INDEX ledger_accounts_balance ON ledger_accounts (customer_id, currency) WHERE kind = 'balance';
CREATE UNIQUE INDEX ledger_accounts_deployment ON ledger_accounts (clock_id, currency, kind) WHERE clock_id IS NOT NULL;
CREATE INDEX ledger_accounts_customer ON ledger_accounts (customer_id, id) WHERE customer_id IS NOT NULL;
-- Of the grants, those that something is left of: what the scan looks through.
CREATE INDEX ledger_accounts_grants ON ledger_accounts (id) WHERE kind = 'grant' AND balance_minor > 0;

CREATE TABLE ledger_transfers (
  id uuid PRIMARY KEY,
  position bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
  kind text NOT NULL CHECK (kind IN ('grant', 'carry', 'credit', 'apply', 'unapply', 'uncarry', 'expire', 'refund')),
  -- What it was booked for: the same is never booked twice.
  reference text NOT NULL CHECK (length(reference) BETWEEN 1 AND 255),
  customer_id uuid NOT NULL REFERENCES customers,
  currency text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
  invoice_id uuid REFERENCES invoices,
  actor text NOT NULL,
  -- Business time.
  at timestamptz(3) NOT NULL,
  booked_at timestamptz(3) NOT NULL DEFAULT now(),
  entry_count smallint NOT NULL CHECK (entry_count >= 2),
  UNIQUE (kind, reference),
  UNIQUE (id, currency)
);
CREATE INDEX ledger_transfers_customer ON ledger_transfers (customer_id, position);
CREATE INDEX ledger_transfers_invoice ON ledger_transfers (invoice_id) WHERE invoice_id IS NOT NULL;

-- Above zero into the account, below zero out of it.
CREATE TABLE ledger_entries (
  transfer_id uuid NOT NULL,
  position smallint NOT NULL CHECK (position >= 1),
  account_id uuid NOT NULL,
  currency text NOT NULL,
  amount_minor bigint NOT NULL CHECK (amount_minor <> 0),
  PRIMARY KEY (transfer_id, position),
  UNIQUE (transfer_id, account_id),
  -- One currency on both sides of every entry, and so in every transfer.
  FOREIGN KEY (transfer_id, currency) REFERENCES ledger_transfers (id, currency),
  FOREIGN KEY (account_id, currency) REFERENCES ledger_accounts (id, currency)
);
CREATE INDEX ledger_entries_account ON ledger_entries (account_id) INCLUDE (amount_minor);

CREATE TRIGGER ledger_transfers_fixed BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_transfers EXECUTE FUNCTION refuse_change();
CREATE TRIGGER ledger_entries_fixed BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_entries EXECUTE FUNCTION refuse_change();
CREATE TRIGGER ledger_accounts_stay BEFORE DELETE OR TRUNCATE ON ledger_accounts EXECUTE FUNCTION refuse_change();

-- Balances move with entries and in no other way; in the order of the accounts, so that nobody waits in a circle.
CREATE FUNCTION ledger_move_balances() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM 1 FROM ledger_accounts WHERE customer_id IS NOT NULL AND id IN (SELECT account_id FROM added)
    ORDER BY id FOR NO KEY UPDATE;
  UPDATE ledger_accounts a SET balance_minor = a.balance_minor + m.moved
    FROM (SELECT account_id, sum(amount_minor) AS moved FROM added GROUP BY account_id) m
    WHERE a.id = m.account_id AND a.customer_id IS NOT NULL;
  RETURN NULL;
END $$;
CREATE TRIGGER ledger_entries_move_balances AFTER INSERT ON ledger_entries
  REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION ledger_move_balances();

CREATE FUNCTION ledger_accounts_begin_empty() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.balance_minor <> 0 THEN
    RAISE EXCEPTION 'account % cannot begin with %', NEW.id, NEW.balance_minor USING ERRCODE = 'DB021';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER ledger_accounts_begin_empty BEFORE INSERT ON ledger_accounts
  FOR EACH ROW EXECUTE FUNCTION ledger_accounts_begin_empty();

CREATE FUNCTION ledger_accounts_follow_entries() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  -- One trigger deep it is this one alone: somebody's own UPDATE, and not that of the entries.
  IF pg_trigger_depth() < 2 OR (NEW.id, NEW.customer_id, NEW.clock_id, NEW.currency, NEW.kind, NEW.grant_id)
    IS DISTINCT FROM (OLD.id, OLD.customer_id, OLD.clock_id, OLD.currency, OLD.kind, OLD.grant_id)
  THEN
    RAISE EXCEPTION 'account % changes by entries only', OLD.id USING ERRCODE = 'DB021';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER ledger_accounts_follow_entries BEFORE UPDATE ON ledger_accounts
  FOR EACH ROW EXECUTE FUNCTION ledger_accounts_follow_entries();

-- Looked at when the transaction ends: a transfer has all of its entries, they add up to zero, and those of customers are
-- its own customer's. An entry that is added to an old transfer is one too many.
CREATE FUNCTION ledger_require_balance(transfer uuid) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  found_count bigint;
  found_sum numeric;
  is_foreign boolean;
  expected ledger_transfers%ROWTYPE;
BEGIN
  SELECT * INTO expected FROM ledger_transfers WHERE id = transfer;
  SELECT count(*), coalesce(sum(e.amount_minor), 0), coalesce(bool_or(a.customer_id <> expected.customer_id), false)
    INTO found_count, found_sum, is_foreign
    FROM ledger_entries e JOIN ledger_accounts a ON a.id = e.account_id WHERE e.transfer_id = transfer;
  IF found_count <> expected.entry_count OR found_sum <> 0 OR is_foreign THEN
    RAISE EXCEPTION 'transfer % is out of balance: % of % entries add up to %, another customer''s among them: %',
      transfer, found_count, expected.entry_count, found_sum, is_foreign USING ERRCODE = 'DB022';
  END IF;
END $$;

CREATE FUNCTION ledger_transfer_balances() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM ledger_require_balance(NEW.id);
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER ledger_transfers_balance AFTER INSERT ON ledger_transfers
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger_transfer_balances();

CREATE FUNCTION ledger_entry_balances() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM ledger_require_balance(NEW.transfer_id);
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER ledger_entries_balance AFTER INSERT ON ledger_entries
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger_entry_balances();

-- ---------------------------------------------------------------------------------------------------------------
-- Automatic top-ups
-- ---------------------------------------------------------------------------------------------------------------

-- Of one wallet one is open at a time: a crossing of the threshold that is asked for already is not asked for again.
CREATE TABLE top_up_orders (
  id uuid PRIMARY KEY,
  wallet_id uuid NOT NULL REFERENCES wallets,
  number integer NOT NULL CHECK (number >= 1),
  amount_minor bigint NOT NULL CHECK (amount_minor > 0),
  -- What the wallet had when it was asked for.
  balance_minor bigint NOT NULL CHECK (balance_minor >= 0),
  -- Business time, and the first day of its month where the customer is.
  ordered_at timestamptz(3) NOT NULL,
  month_on date NOT NULL,
  -- The invoice that asks for the money; once that is paid, the grant.
  invoice_id uuid UNIQUE REFERENCES invoices,
  grant_id uuid UNIQUE REFERENCES wallet_grants,
  closed_at timestamptz(3),
  -- `credited` to the balance where the wallet had ended before it was paid.
  outcome text CHECK (outcome IN ('granted', 'credited', 'cancelled')),
  UNIQUE (wallet_id, number),
  CHECK ((closed_at IS NULL) = (outcome IS NULL)),
  CHECK ((grant_id IS NOT NULL) = (outcome IS NOT DISTINCT FROM 'granted'))
);
CREATE UNIQUE INDEX top_up_orders_one_open ON top_up_orders (wallet_id) WHERE closed_at IS NULL;
CREATE INDEX top_up_orders_open ON top_up_orders (id) WHERE closed_at IS NULL;
CREATE INDEX wallets_topped_up ON wallets (customer_id) WHERE threshold_minor IS NOT NULL;
CREATE TRIGGER top_up_orders_stay BEFORE DELETE OR TRUNCATE ON top_up_orders EXECUTE FUNCTION refuse_change();
