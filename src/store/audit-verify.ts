import type { Sql } from './database.ts';

export type Subject = { kind: string; id: string };

/**
 * The first place at which a chain does not hold. `changed`: the link does not have the hash of what it says. `missing`:
 * the one before it is gone. `not linked`: what stands before it is not what it was written behind.
 */
export type ChainFault = { sequence: number; fault: 'changed' | 'missing' | 'not linked' };

export type ChainState = {
  links: number;
  /** Hash of the last link, in hex; null for a subject of which nothing is told. */
  headHash: string | null;
  fault: ChainFault | null;
};

/** Each link beside the one before it, with what its hash has to be and what is wrong; one pass along the index. */
const judged = (where: string) => `
  SELECT subject_kind, subject_id, sequence, hash, CASE
      WHEN sequence <> coalesce(before, 0) + 1 THEN 'missing'
      WHEN previous_hash IS DISTINCT FROM hash_before THEN 'not linked'
      WHEN hash <> audit_hash(previous_hash, subject_kind, subject_id, sequence, at, actor, action, detail) THEN 'changed'
    END AS fault
  FROM (SELECT *, lag(sequence) OVER chain AS before, lag(hash) OVER chain AS hash_before FROM audit_log ${where}
        WINDOW chain AS (PARTITION BY subject_kind, subject_id ORDER BY sequence)) link`;

/**
 * Computes the chain of one subject again. It holds when each link has the hash of what it says and names the hash of
 * the one before. That its end was cut off shows in the digests only: see `verifyDigests`.
 */
export async function verifyChain(sql: Sql, subject: Subject): Promise<ChainState> {
  const { rows } = await sql.query<ChainState>({
    name: 'verify-chain',
    text: `WITH judged AS (${judged('WHERE subject_kind = $1 AND subject_id = $2')})
           SELECT count(*)::int AS links,
             (SELECT encode(hash, 'hex') FROM judged ORDER BY sequence DESC LIMIT 1) AS "headHash",
             (SELECT jsonb_build_object('sequence', sequence, 'fault', fault) FROM judged
              WHERE fault IS NOT NULL ORDER BY sequence LIMIT 1) AS fault
           FROM judged`,
    values: [subject.kind, subject.id],
  });
  return rows[0] as ChainState;
}

export type FaultyChain = Subject & ChainFault;

/** Chains at fault that are told one by one; more are only counted. */
const mostTold = 100;

/** Computes all chains again, in one pass that needs no memory to speak of. @returns the first fault of each, at most 100 */
export async function verifyChains(
  sql: Sql,
): Promise<{ chains: number; links: number; faulty: number; faults: FaultyChain[] }> {
  const { rows } = await sql.query<{ chains: bigint; links: bigint; faulty: bigint; faults: FaultyChain[] }>(
    `WITH chain AS (
       SELECT subject_kind, subject_id, count(*) AS links, min(sequence) FILTER (WHERE fault IS NOT NULL) AS sequence,
              min(lpad(sequence::text, 10, '0') || fault) FILTER (WHERE fault IS NOT NULL) AS first_fault
       FROM (${judged('')}) judged GROUP BY subject_kind, subject_id)
     SELECT count(*) AS chains, coalesce(sum(links), 0)::bigint AS links, count(sequence) AS faulty,
       (SELECT coalesce(jsonb_agg(jsonb_build_object('kind', subject_kind, 'id', subject_id, 'sequence', sequence,
          'fault', substr(first_fault, 11))), '[]')
        FROM (SELECT * FROM chain WHERE sequence IS NOT NULL ORDER BY subject_kind, subject_id LIMIT ${mostTold}) told
       ) AS faults
     FROM chain`,
  );
  const { chains, links, faulty, faults } = rows[0] as (typeof rows)[0];
  return { chains: Number(chains), links: Number(links), faulty: Number(faulty), faults };
}
