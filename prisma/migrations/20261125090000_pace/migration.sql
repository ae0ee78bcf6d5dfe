-- The pace of requests to a target, shared by all processes: when the next request of an operation, and of all together,
-- may be sent. Unlogged, because it is worth nothing after a crash: who takes a turn waits for no disk, and an empty
-- table means that the next turn is now.
CREATE UNLOGGED TABLE request_turns (
  name text PRIMARY KEY,
  next_at timestamptz NOT NULL
) WITH (fillfactor = 10);

-- Whether a target is away: failures of its own in a row, over all processes. A success takes the row's count to zero.
CREATE TABLE target_outages (
  target text PRIMARY KEY,
  failures_in_row integer NOT NULL CHECK (failures_in_row >= 0),
  last_failed_at timestamptz(3) NOT NULL
);
