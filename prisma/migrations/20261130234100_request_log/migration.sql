-- What was asked with which key, and what was answered to requests that came with an Idempotency-Key.

-- When a key was last used, to the second or so; null for one that never was.
ALTER TABLE api_keys ADD COLUMN used_at timestamptz(3);
CREATE INDEX api_keys_newest ON api_keys (created_at DESC, id);

-- Neither addresses nor bodies, which have personal data in them. Kept for 30 days.
CREATE TABLE request_log (
  -- The answer's x-request-id.
  id uuid PRIMARY KEY,
  at timestamptz(3) NOT NULL,
  key_id uuid NOT NULL REFERENCES api_keys,
  -- Of a key that is bound to a customer.
  customer_id uuid REFERENCES customers,
  method text NOT NULL CHECK (length(method) <= 20),
  route text NOT NULL CHECK (length(route) <= 200),
  status smallint NOT NULL CHECK (status BETWEEN 100 AND 599),
  -- The code of a refusal.
  code text CHECK (length(code) <= 60),
  duration_ms integer NOT NULL CHECK (duration_ms >= 0)
);
CREATE INDEX request_log_newest ON request_log (at DESC, id);
CREATE INDEX request_log_key ON request_log (key_id, at DESC, id);
CREATE INDEX request_log_customer ON request_log (customer_id, at DESC, id) WHERE customer_id IS NOT NULL;

-- A key is known by its hash only, and opens the answer that is kept: who reads this table reads no secret in it.
CREATE TABLE idempotent_requests (
  -- SHA-256 of who asked, by which method and address, under which key.
  hash bytea PRIMARY KEY CHECK (length(hash) = 32),
  -- SHA-256 of what was asked.
  content_hash bytea NOT NULL CHECK (length(content_hash) = 32),
  begun_at timestamptz(3) NOT NULL DEFAULT now(),
  status smallint CHECK (status BETWEEN 200 AND 499),
  -- AES-256-GCM: the nonce, the tag, and what was answered.
  answer bytea,
  CHECK ((status IS NULL) = (answer IS NULL))
);
CREATE INDEX idempotent_requests_age ON idempotent_requests (begun_at);
