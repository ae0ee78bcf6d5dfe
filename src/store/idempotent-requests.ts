import type { Sql } from './database.ts';

export type IdempotentRequest =
  | { state: 'new' }
  | { state: 'running' }
  | { state: 'other content' }
  | { state: 'answered'; status: number; answer: Buffer };

/** An answer is kept for so long. */
const keptFor = `interval '1 day'`;
/** Longer than a request may take: what has no answer by then was cut off, and is begun anew. */
const cutOffAfter = `interval '1 minute'`;

/** Notes that a request begins, unless one of this hash has begun already; then how far that is. */
export async function beginIdempotent(sql: Sql, hash: Buffer, contentHash: Buffer): Promise<IdempotentRequest> {
  const { rowCount } = await sql.query(
    `INSERT INTO idempotent_requests AS r (hash, content_hash) VALUES ($1, $2)
     ON CONFLICT (hash) DO UPDATE SET content_hash = EXCLUDED.content_hash, begun_at = now(), status = NULL, answer = NULL
     WHERE r.begun_at < now() - ${keptFor}
       OR (r.status IS NULL AND r.begun_at < now() - ${cutOffAfter} AND r.content_hash = EXCLUDED.content_hash)`,
    [hash, contentHash],
  );
  if (rowCount === 1) return { state: 'new' };
  const { rows } = await sql.query<{ contentHash: Buffer; status: number | null; answer: Buffer | null }>(
    `SELECT content_hash AS "contentHash", status, answer FROM idempotent_requests WHERE hash = $1`,
    [hash],
  );
  const [found] = rows;
  if (found !== undefined && !found.contentHash.equals(contentHash)) return { state: 'other content' };
  // Gone meanwhile: it failed on our side just now, and whoever asks again begins anew.
  if (found === undefined || found.status === null || found.answer === null) return { state: 'running' };
  return { state: 'answered', status: found.status, answer: found.answer };
}

export async function keepAnswer(sql: Sql, hash: Buffer, status: number, answer: Buffer): Promise<void> {
  await sql.query(`UPDATE idempotent_requests SET status = $2, answer = $3 WHERE hash = $1`, [hash, status, answer]);
}

/** What failed on our side is as if it had never been asked. */
export async function forgetIdempotent(sql: Sql, hash: Buffer): Promise<void> {
  await sql.query(`DELETE FROM idempotent_requests WHERE hash = $1`, [hash]);
}

/** @returns how many answers that are older than they are kept were forgotten */
export async function forgetOldAnswers(sql: Sql, limit: number): Promise<number> {
  const { rowCount } = await sql.query(
    `DELETE FROM idempotent_requests WHERE hash IN (SELECT hash FROM idempotent_requests
       WHERE begun_at < now() - ${keptFor} ORDER BY begun_at LIMIT $1)`,
    [limit],
  );
  return rowCount ?? 0;
}
