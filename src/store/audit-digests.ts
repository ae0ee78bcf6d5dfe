import type { Sql } from './database.ts';

export type Digest = {
  sequence: number;
  untilAt: Date;
  chains: bigint;
  links: bigint;
  headsDigest: Buffer;
  previousHash: Buffer | null;
  hash: Buffer;
  /** Whether the digest before was the same still; null for the first. */
  previousHolds: boolean | null;
};

const columns = `sequence, until_at AS "untilAt", chains, links, heads_digest AS "headsDigest",
  previous_hash AS "previousHash", hash, previous_holds AS "previousHolds"`;

/** What a digest's own hash covers. */
const ownHash = `sha256(coalesce(previous_hash, ''::bytea) || convert_to(jsonb_build_array(
  sequence, extract(epoch FROM until_at), chains, links, encode(heads_digest, 'hex'))::text, 'UTF8'))`;

/**
 * The digest of all chains as they were at an instant: over the last link that each had, by subject. A chain's instants
 * never go back, so that what was there by then can be told for ever. One pass along the index.
 */
async function digestHeads(sql: Sql, untilAt: Date): Promise<{ chains: bigint; links: bigint; headsDigest: Buffer }> {
  const { rows } = await sql.query<{ chains: bigint; links: bigint; headsDigest: Buffer }>(
    `SELECT count(*) AS chains, coalesce(sum(sequence), 0)::bigint AS links,
       chain_digest(jsonb_build_array(subject_kind, subject_id, sequence, encode(hash, 'hex'))::text
         ORDER BY subject_kind COLLATE "C", subject_id) AS "headsDigest"
     FROM (SELECT DISTINCT ON (subject_kind, subject_id) subject_kind, subject_id, sequence, hash FROM audit_log
           WHERE at < $1 ORDER BY subject_kind, subject_id, sequence DESC) head`,
    [untilAt],
  );
  return rows[0] as (typeof rows)[0];
}

/** The digest that was taken last. */
export async function lastDigest(sql: Sql): Promise<Digest | undefined> {
  const { rows } = await sql.query<Digest>(`SELECT ${columns} FROM audit_digests ORDER BY sequence DESC LIMIT 1`);
  return rows[0];
}

/** Whether the chains that a digest is over are still what they were. */
export async function digestHolds(sql: Sql, digest: Digest): Promise<boolean> {
  const now = await digestHeads(sql, digest.untilAt);
  return now.chains === digest.chains && now.links === digest.links && now.headsDigest.equals(digest.headsDigest);
}

/**
 * Takes the digest of all chains as they were at `untilAt`, behind the last one.
 * @returns the digest; the one that another has taken meanwhile, if there is one for the instant
 */
export async function takeDigest(
  sql: Sql,
  untilAt: Date,
  previous: { digest: Digest; holds: boolean } | undefined,
): Promise<Digest> {
  const { chains, links, headsDigest } = await digestHeads(sql, untilAt);
  const { rows } = await sql.query<Digest>(
    `INSERT INTO audit_digests
       (sequence, until_at, chains, links, heads_digest, previous_hash, previous_holds, hash)
     SELECT *, ${ownHash} FROM (VALUES ($1::int, $2::timestamptz(3), $3::bigint, $4::bigint, $5::bytea, $6::bytea, $7::boolean))
       AS given (sequence, until_at, chains, links, heads_digest, previous_hash, previous_holds)
     ON CONFLICT DO NOTHING RETURNING ${columns}`,
    [
      (previous?.digest.sequence ?? 0) + 1,
      untilAt,
      chains,
      links,
      headsDigest,
      previous?.digest.hash ?? null,
      previous?.holds ?? null,
    ],
  );
  return rows[0] ?? ((await lastDigest(sql)) as Digest);
}

/** Digests whose own chain does not hold: changed, taken out, or behind another than the one that stands before. */
export async function faultyDigests(sql: Sql): Promise<number[]> {
  const { rows } = await sql.query<{ sequence: number }>(
    `SELECT sequence FROM (
       SELECT *, lag(sequence) OVER chain AS before, lag(hash) OVER chain AS hash_before FROM audit_digests
       WINDOW chain AS (ORDER BY sequence)) digest
     WHERE sequence <> coalesce(before, 0) + 1 OR previous_hash IS DISTINCT FROM hash_before OR hash <> ${ownHash}
     ORDER BY sequence`,
  );
  return rows.map(({ sequence }) => sequence);
}

/** Digests in order after the cursor, the next so many. */
export async function digestsAfter(sql: Sql, after: number, limit: number): Promise<Digest[]> {
  const { rows } = await sql.query<Digest>(
    `SELECT ${columns} FROM audit_digests WHERE sequence > $1 ORDER BY sequence LIMIT $2`,
    [after, limit],
  );
  return rows;
}
