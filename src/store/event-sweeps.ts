import { randomUUID } from 'node:crypto';
import type { Sql } from './database.ts';

/** Where a sweep stands between two pages, as this database has it. */
export type SweepPlace = {
  sweepId: string;
  /** By Stripe's clock: from there on everything is read. */
  sinceAt: Date;
  /** The event behind which the next page begins; null before the first. */
  after: string | null;
};

const place = `id AS "sweepId", since_at AS "sinceAt", after_event_id AS after`;

/**
 * Begins a sweep at the watermark of the last one.
 * @param back.overlapMs read again each time
 * @param back.firstMs how far the first sweep of an account goes back
 */
export async function beginSweep(
  sql: Sql,
  accountId: string,
  back: { overlapMs: number; firstMs: number },
): Promise<SweepPlace> {
  const { rows } = await sql.query<SweepPlace>(
    `INSERT INTO open_sweeps (id, account_id, since_at)
     SELECT $1, $2, coalesce((SELECT watermark_at - $3::float8 * interval '1 ms' FROM event_sweeps WHERE account_id = $2),
                             now() - $4::float8 * interval '1 ms')
     RETURNING ${place}`,
    [randomUUID(), accountId, back.overlapMs, back.firstMs],
  );
  return rows[0] as SweepPlace;
}

/** Where a sweep stands; undefined if this database does not know it. */
export async function readSweep(sql: Sql, accountId: string, sweepId: string): Promise<SweepPlace | undefined> {
  const { rows } = await sql.query<SweepPlace>(`SELECT ${place} FROM open_sweeps WHERE account_id = $1 AND id = $2`, [
    accountId,
    sweepId,
  ]);
  return rows[0];
}

/**
 * Goes on behind a page that is stored. @returns undefined if the sweep does not stand before this page here: somebody
 * else has gone on with it, or the database is another one than the page was asked for
 */
export async function advanceSweep(
  sql: Sql,
  { sweepId, after }: SweepPlace,
  to: { after: string; newestAt: Date | null },
): Promise<SweepPlace | undefined> {
  const { rows } = await sql.query<SweepPlace>(
    `UPDATE open_sweeps SET after_event_id = $3, newest_at = coalesce(newest_at, $4), touched_at = now()
     WHERE id = $1 AND after_event_id IS NOT DISTINCT FROM $2 RETURNING ${place}`,
    [sweepId, after, to.after, to.newestAt],
  );
  return rows[0];
}

/**
 * Records that a sweep has stored its last page, so that everything from its beginning back to its `since` is here. The
 * watermark never goes back, whatever ends late; where nothing has happened it stays, since only Stripe's clock counts.
 * @returns false if the sweep does not stand before this page here
 */
export async function finishSweep(
  sql: Sql,
  { sweepId, after }: SweepPlace,
  { newestAt, overlapMs }: { newestAt: Date | null; overlapMs: number },
): Promise<boolean> {
  const { rowCount } = await sql.query(
    `WITH done AS (DELETE FROM open_sweeps WHERE id = $1 AND after_event_id IS NOT DISTINCT FROM $2 RETURNING *)
     INSERT INTO event_sweeps AS s (account_id, watermark_at, swept_at)
     SELECT account_id, coalesce(newest_at, $3, since_at + $4::float8 * interval '1 ms'), started_at FROM done
     ON CONFLICT (account_id) DO UPDATE SET watermark_at = greatest(s.watermark_at, EXCLUDED.watermark_at),
       swept_at = greatest(s.swept_at, EXCLUDED.swept_at)`,
    [sweepId, after, newestAt, overlapMs],
  );
  return rowCount === 1;
}

/** Forgets sweeps that nobody has gone on with for a day. */
export async function forgetLostSweeps(sql: Sql): Promise<void> {
  await sql.query(`DELETE FROM open_sweeps WHERE touched_at < now() - interval '1 day'`);
}

/** True if a sweep of this account that began at the given time or later was read to its end. */
export async function isSweptSince(sql: Sql, accountId: string, at: Date): Promise<boolean> {
  const { rows } = await sql.query<{ isSwept: boolean }>(
    'SELECT EXISTS (SELECT FROM event_sweeps WHERE account_id = $1 AND swept_at >= $2) AS "isSwept"',
    [accountId, at],
  );
  return rows[0]?.isSwept === true;
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
