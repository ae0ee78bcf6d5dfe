-- The audit history of every request to Stripe, digests that show a chain cut off at its end, and digests of usage.

-- The hash of a link, in one place for whoever appends and whoever verifies. Anyone can compute it again: SHA-256 over
-- the hash before it and the link as one JSON list.
CREATE FUNCTION audit_hash(
  previous bytea, kind text, subject uuid, place integer, at timestamptz, actor text, action text, detail jsonb
) RETURNS bytea LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT sha256(coalesce(previous, ''::bytea) || convert_to(
    jsonb_build_array(kind, subject, place, extract(epoch FROM at), actor, action, detail)::text, 'UTF8'))
$$;

-- Appends one link, whoever else does so at the same instant. Each statement in here sees what was committed until then:
-- a rival for the same place is waited for, and its link is the one before ours at the next try. The statement around it
-- could not do that, since its snapshot is older than the wait.
CREATE FUNCTION append_audit_link(kind text, subject uuid, who text, what text, said jsonb)
RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
  last_sequence integer;
  last_hash bytea;
  last_at timestamptz(3);
  link_at timestamptz(3);
BEGIN
  FOR attempt IN 1..1000 LOOP
    SELECT a.sequence, a.hash, a.at INTO last_sequence, last_hash, last_at FROM audit_log a
      WHERE a.subject_kind = kind AND a.subject_id = subject ORDER BY a.sequence DESC LIMIT 1;
    last_sequence := coalesce(last_sequence, 0);
    -- Never before the link before it, even if the machine's clock was set back: digests cut chains by this instant.
    link_at := greatest(clock_timestamp()::timestamptz(3), last_at);
    INSERT INTO audit_log (subject_kind, subject_id, sequence, at, actor, action, detail, previous_hash, hash)
      VALUES (kind, subject, last_sequence + 1, link_at, who, what, said, last_hash,
        audit_hash(last_hash, kind, subject, last_sequence + 1, link_at, who, what, said))
      ON CONFLICT DO NOTHING;
    IF FOUND THEN RETURN last_sequence + 1; END IF;
  END LOOP;
  RAISE EXCEPTION 'the chain of % % is written to by too many at once', kind, subject USING ERRCODE = '40001';
END $$;

-- SHA-256 over a long series in order, with the memory of one: each step covers the digest so far and the next item.
CREATE FUNCTION chain_digest_step(digest bytea, item text) RETURNS bytea LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
  RETURN sha256(digest || convert_to(item, 'UTF8'));
END $$;
CREATE AGGREGATE chain_digest(text) (SFUNC = chain_digest_step, STYPE = bytea, INITCOND = '');

-- Once a day: over the last link that each chain had by an instant. A chain that is cut off at its end, or taken away as
-- a whole, still holds in itself; this shows it.
CREATE TABLE audit_digests (
  -- The digests are a chain of their own.
  sequence integer PRIMARY KEY CHECK (sequence >= 1),
  -- Links before this instant are in it. Taken an hour later at the earliest, when all of them have been committed.
  until_at timestamptz(3) NOT NULL UNIQUE,
  chains bigint NOT NULL CHECK (chains >= 0),
  links bigint NOT NULL CHECK (links >= 0),
  heads_digest bytea NOT NULL,
  previous_hash bytea,
  hash bytea NOT NULL,
  -- Whether the digest before was still the same when this one was taken; NULL for the first.
  previous_holds boolean,
  taken_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  CHECK ((sequence = 1) = (previous_hash IS NULL))
);
CREATE TRIGGER audit_digests_fixed BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_digests EXECUTE FUNCTION refuse_change();
