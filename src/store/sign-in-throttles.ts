import type { Database, Sql } from './database.ts';

export type ThrottleRule = {
  /** SHA-256 of what is counted. */
  keyHash: Buffer;
  /** So many attempts go without waiting. */
  free: number;
  /** The first wait after them, which doubles with each attempt … */
  firstWaitSeconds: number;
  /** … up to this. */
  longestWaitSeconds: number;
};

/** After a day without attempts all is forgotten. */
const forgetAfter = `interval '1 day'`;

class Waiting extends Error {}

/**
 * Counts an attempt for each rule, before it is known what comes of it: of many at once each is counted, and those wait
 * that come after the first which has to. While a rule has its caller wait, nothing is counted: who keeps trying waits no
 * longer than who does not.
 * @returns 0 if it may be tried, else how many seconds to wait
 */
export async function countAttempt(database: Database, rules: readonly ThrottleRule[]): Promise<number> {
  const isCounted = await database
    .transaction((sql) => count(sql, rules))
    .catch((error: unknown) => {
      if (error instanceof Waiting) return false;
      throw error;
    });
  if (isCounted) return 0;
  const { rows } = await database.query<{ seconds: number }>(
    `SELECT ceil(extract(epoch FROM greatest(max(next_at), now() + interval '1 s') - now()))::int AS seconds
     FROM sign_in_throttles WHERE key_hash = ANY ($1)`,
    [rules.map(({ keyHash }) => keyHash)],
  );
  return rows[0]?.seconds ?? 1;
}

/** @throws Waiting, by which nothing of it stays */
async function count(sql: Sql, rules: readonly ThrottleRule[]): Promise<true> {
  // In the order of their keys, so that two attempts never wait for each other in a circle. What need not wait is stored as
  // always free: instants are rounded to milliseconds, upward too, and who comes in between must not be refused for that.
  const { rowCount } = await sql.query(
    `INSERT INTO sign_in_throttles AS t (key_hash, attempts, next_at, tried_at)
     SELECT r.key_hash, 1, '-infinity', clock_timestamp()
     FROM unnest($1::bytea[]) AS r (key_hash) ORDER BY r.key_hash
     ON CONFLICT (key_hash) DO UPDATE SET
       attempts = CASE WHEN t.tried_at < clock_timestamp() - ${forgetAfter} THEN 1 ELSE t.attempts + 1 END,
       tried_at = clock_timestamp(),
       next_at = (
         SELECT CASE WHEN t.tried_at < clock_timestamp() - ${forgetAfter} OR t.attempts + 1 < w.free THEN '-infinity'
           ELSE clock_timestamp() +
             interval '1 s' * least(w.longest, w.first * power(2, least(t.attempts + 1 - w.free, 30))) END
         FROM unnest($1::bytea[], $2::int[], $3::int[], $4::int[]) AS w (key_hash, free, first, longest)
         WHERE w.key_hash = t.key_hash)
     WHERE t.next_at <= clock_timestamp()`,
    [
      rules.map(({ keyHash }) => keyHash),
      rules.map(({ free }) => free),
      rules.map(({ firstWaitSeconds }) => firstWaitSeconds),
      rules.map(({ longestWaitSeconds }) => longestWaitSeconds),
    ],
  );
  if (rowCount !== rules.length) throw new Waiting();
  return true;
}

/** Who has come in is not held by earlier mistakes. */
export async function forgetAttempts(sql: Sql, keyHashes: readonly Buffer[]): Promise<void> {
  await sql.query('DELETE FROM sign_in_throttles WHERE key_hash = ANY ($1)', [keyHashes]);
}
