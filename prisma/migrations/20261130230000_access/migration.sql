-- Who may see and do what: users of customers, operators, their sessions, and the links by which they come in. Of every secret
-- only its SHA-256 is stored, but for the secrets of one-time codes, from which codes have to be computed.

-- ---------------------------------------------------------------------------------------------------------------
-- Customers
-- ---------------------------------------------------------------------------------------------------------------

-- A key that is bound to a customer reaches nothing of anybody else's. It stays bound as it was made.
ALTER TABLE api_keys ADD COLUMN customer_id uuid REFERENCES customers;
CREATE INDEX api_keys_customer ON api_keys (customer_id) WHERE customer_id IS NOT NULL;

-- People who see the pages of a customer. One address may be a user of several customers.
CREATE TABLE customer_users (
  id uuid PRIMARY KEY,
  customer_id uuid NOT NULL REFERENCES customers,
  email text NOT NULL CHECK (length(email) BETWEEN 3 AND 320 AND email = lower(email)),
  name text NOT NULL CHECK (length(name) BETWEEN 1 AND 255),
  role text NOT NULL CHECK (role IN ('admin', 'billing', 'member')),
  -- Gets the mails about invoices too, beside the contact for bills.
  receives_invoices boolean NOT NULL DEFAULT false,
  state text NOT NULL DEFAULT 'invited' CHECK (state IN ('invited', 'active', 'disabled')),
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  signed_in_at timestamptz(3),
  UNIQUE (customer_id, email)
);
CREATE INDEX customer_users_email ON customer_users (email);
CREATE TRIGGER customer_users_not_erased BEFORE INSERT OR UPDATE ON customer_users
  FOR EACH ROW EXECUTE FUNCTION refuse_erased_customer();

-- ---------------------------------------------------------------------------------------------------------------
-- Operators
-- ---------------------------------------------------------------------------------------------------------------

CREATE TABLE operators (
  id uuid PRIMARY KEY,
  email text NOT NULL UNIQUE CHECK (length(email) BETWEEN 3 AND 320 AND email = lower(email)),
  name text NOT NULL CHECK (length(name) BETWEEN 1 AND 255),
  role text NOT NULL CHECK (role IN ('viewer', 'support', 'finance', 'admin')),
  -- Argon2id in the PHC form; null until an invitation is taken up, and for who comes in by OpenID Connect only.
  password_hash text,
  -- Base32. Wanted while it waits to be confirmed by a code, in force after that.
  totp_wanted text,
  totp_secret text,
  -- The last step of half a minute whose code was taken: it is never taken twice.
  totp_step bigint NOT NULL DEFAULT 0,
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  signed_in_at timestamptz(3),
  disabled_at timestamptz(3)
);

CREATE TABLE operator_recovery_codes (
  operator_id uuid NOT NULL REFERENCES operators ON DELETE CASCADE,
  code_hash bytea NOT NULL CHECK (length(code_hash) = 32),
  PRIMARY KEY (operator_id, code_hash)
);

-- ---------------------------------------------------------------------------------------------------------------
-- Sessions and links
-- ---------------------------------------------------------------------------------------------------------------

CREATE TABLE sessions (
  id uuid PRIMARY KEY,
  secret_hash bytea NOT NULL UNIQUE CHECK (length(secret_hash) = 32),
  operator_id uuid REFERENCES operators ON DELETE CASCADE,
  customer_id uuid REFERENCES customers,
  -- Null where the product of the operator has vouched for the customer without naming anybody.
  user_id uuid REFERENCES customer_users ON DELETE CASCADE,
  -- Of who has no user; a user's own role is read anew each time.
  role text CHECK (role IN ('admin', 'billing', 'member')),
  signed_in_by text NOT NULL CHECK (signed_in_by IN ('mail', 'link', 'password', 'oidc')),
  -- What the browser says it is, cut short, so that its owner knows it again.
  user_agent text CHECK (length(user_agent) <= 200),
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  seen_at timestamptz(3) NOT NULL DEFAULT now(),
  -- Unused for so long it is over; and in any case from that instant on.
  idle_seconds integer NOT NULL CHECK (idle_seconds > 0),
  expires_at timestamptz(3) NOT NULL,
  revoked_at timestamptz(3),
  CHECK ((operator_id IS NULL) <> (customer_id IS NULL)),
  CHECK (user_id IS NULL OR customer_id IS NOT NULL),
  CHECK ((role IS NULL) = (customer_id IS NULL OR user_id IS NOT NULL))
);
CREATE INDEX sessions_operator ON sessions (operator_id) WHERE operator_id IS NOT NULL;
CREATE INDEX sessions_customer ON sessions (customer_id) WHERE customer_id IS NOT NULL;
CREATE INDEX sessions_expiry ON sessions (expires_at);
CREATE TRIGGER sessions_not_erased BEFORE INSERT ON sessions
  FOR EACH ROW WHEN (NEW.customer_id IS NOT NULL) EXECUTE FUNCTION refuse_erased_customer();

-- What opens a session once: a mailed link, a link that a product of the operator's asked for, an invitation.
CREATE TABLE sign_in_links (
  id uuid PRIMARY KEY,
  secret_hash bytea NOT NULL UNIQUE CHECK (length(secret_hash) = 32),
  kind text NOT NULL CHECK (kind IN ('mail', 'session', 'invite')),
  email text CHECK (length(email) BETWEEN 3 AND 320),
  customer_id uuid REFERENCES customers,
  user_id uuid REFERENCES customer_users ON DELETE CASCADE,
  role text CHECK (role IN ('admin', 'billing', 'member')),
  operator_id uuid REFERENCES operators ON DELETE CASCADE,
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  expires_at timestamptz(3) NOT NULL,
  used_at timestamptz(3),
  CHECK ((kind = 'mail') = (email IS NOT NULL)),
  CHECK ((kind = 'session') = (customer_id IS NOT NULL)),
  CHECK ((kind = 'invite') = (operator_id IS NOT NULL)),
  CHECK ((role IS NOT NULL) = (kind = 'session' AND user_id IS NULL))
);
CREATE INDEX sign_in_links_expiry ON sign_in_links (expires_at);
CREATE TRIGGER sign_in_links_not_erased BEFORE INSERT ON sign_in_links
  FOR EACH ROW WHEN (NEW.customer_id IS NOT NULL) EXECUTE FUNCTION refuse_erased_customer();

-- A sign-in by OpenID Connect that is under way at the provider.
CREATE TABLE oidc_attempts (
  state_hash bytea PRIMARY KEY CHECK (length(state_hash) = 32),
  -- Ties the answer to the browser that asked.
  browser_hash bytea NOT NULL CHECK (length(browser_hash) = 32),
  code_verifier text NOT NULL,
  nonce text NOT NULL,
  expires_at timestamptz(3) NOT NULL
);

-- How often a sign-in was tried, by account and by address, each as a hash. Unused for a day a row is forgotten.
CREATE TABLE sign_in_throttles (
  key_hash bytea PRIMARY KEY CHECK (length(key_hash) = 32),
  attempts integer NOT NULL CHECK (attempts >= 1),
  next_at timestamptz(3) NOT NULL,
  tried_at timestamptz(3) NOT NULL
);
CREATE INDEX sign_in_throttles_tried ON sign_in_throttles (tried_at);

-- ---------------------------------------------------------------------------------------------------------------
-- What customers see of plans
-- ---------------------------------------------------------------------------------------------------------------

-- Since when a plan is offered to all customers. Others see of it only who has it: a plan that was made for one of them says much
-- about them.
ALTER TABLE plans ADD COLUMN offered_at timestamptz(3);
