import type { Sql } from './database.ts';

/** How far the list of events was read, by the target's clock; undefined before the first sweep. */
export async function readWatermark(sql: Sql, accountId: string): Promise<Date | undefined> {
  const { rows } = await sql.query<{ watermarkAt: Date }>(
    'SELECT watermark_at AS "watermarkAt" FROM event_sweeps WHERE account_id = $1',
    [accountId],
  );
  return rows[0]?.watermarkAt;
}

/**
 * Records that everything up to the watermark is stored. It never goes back, whatever ends late.
 * @param sweep.watermarkAt by the target's clock
 * @param sweep.sweptAt when the sweep began, by ours
 */
export async function recordSweep(
  sql: Sql,
  accountId: string,
  sweep: { watermarkAt: Date; sweptAt: Date },
): Promise<void> {
  await sql.query(
    `INSERT INTO event_sweeps AS s (account_id, watermark_at, swept_at) VALUES ($1, $2, $3)
     ON CONFLICT (account_id) DO UPDATE SET watermark_at = greatest(s.watermark_at, EXCLUDED.watermark_at),
       swept_at = greatest(s.swept_at, EXCLUDED.swept_at)`,
    [accountId, sweep.watermarkAt, sweep.sweptAt],
  );
}

/** So old the last whole sweep may be while requests are sent. Whatever is younger has keys that the target still knows. */
const sweptWithin = `interval '1 hour'`;

/** True in a statement while the list of events of the account was read to its end lately. */
export const isSwept = (accountId: string) =>
  `EXISTS (SELECT FROM event_sweeps WHERE account_id = ${accountId} AND swept_at > now() - ${sweptWithin})`;

export async function isSweptLately(sql: Sql, accountId: string): Promise<boolean> {
  const { rows } = await sql.query<{ isSwept: boolean }>(`SELECT ${isSwept('$1')} AS "isSwept"`, [accountId]);
  return rows[0]?.isSwept === true;
}

/** Longer than the target tells of an event by any way, so that one that is forgotten here cannot come again. */
const keptForDays = 45;

/** Forgets events that were settled long ago, so many at once. Those that are parked stay. @returns how many */
export async function forgetOldEvents(sql: Sql, limit: number): Promise<number> {
  const { rowCount } = await sql.query(
    `DELETE FROM stripe_events WHERE (account_id, event_id) IN (
       SELECT account_id, event_id FROM stripe_events
       WHERE outcome <> 'parked' AND processed_at < now() - $1::int * interval '1 day' ORDER BY processed_at LIMIT $2)`,
    [keptForDays, limit],
  );
  return rowCount ?? 0;
}

/** Seconds since the last sweep that came to its end began; undefined where none ever did. */
export async function readSweepAgeSeconds(sql: Sql): Promise<number | undefined> {
  const { rows } = await sql.query<{ age: number | null }>(
    'SELECT extract(epoch FROM now() - max(swept_at))::float8 AS age FROM event_sweeps',
  );
  return rows[0]?.age ?? undefined;
}
