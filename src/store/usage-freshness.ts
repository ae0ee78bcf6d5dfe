import type { Sql } from './database.ts';

const here = `(SELECT system_identifier FROM pg_control_system())`;

/** Days of hourly counts that are kept. */
const keptHours = `interval '3 days'`;

/** A source is silent for longer than its longest pause, and that is a day at least. */
const soonestSilent = `interval '2 days'`;

/**
 * Takes the mark for this transaction, so that one roller at a time counts; one of another cluster begins anew.
 * @returns from where events are to be counted, and the number below which every transaction has ended
 */
export async function lockFreshness(sql: Sql): Promise<{ from: bigint; horizon: bigint }> {
  await sql.query(`INSERT INTO usage_freshness (cluster_id) VALUES (${here}) ON CONFLICT DO NOTHING`);
  const { rows } = await sql.query<{ from: string; isOurs: boolean }>(
    `SELECT watermark::text AS "from",
       cluster_id = ${here} AND watermark <= pg_snapshot_xmin(pg_current_snapshot()) AS "isOurs"
     FROM usage_freshness FOR UPDATE`,
  );
  const { from, isOurs } = rows[0]!;
  if (!isOurs) {
    await sql.query('DELETE FROM usage_sources');
    await sql.query('DELETE FROM usage_source_hours');
    await sql.query('DELETE FROM usage_source_days');
    await sql.query(`UPDATE usage_freshness SET cluster_id = ${here}, watermark = '0', caught_up_at = NULL`);
  }
  const { rows: now } = await sql.query<{ horizon: string }>(
    `SELECT pg_snapshot_xmin(pg_current_snapshot())::text AS horizon`,
  );
  return { from: isOurs ? BigInt(from) : 0n, horizon: BigInt(now[0]!.horizon) };
}

/**
 * Counts the events of the next transactions in [from, before), by source, by source and hour, and by source, customer,
 * type and day; and notes of which sources it is to be seen later whether they have fallen silent. What a correction wrote is no word of its source. What one transaction wrote is never divided.
 * @returns how far it has come: `before` when none is left
 */
export async function countSources(
  sql: Sql,
  { from, before, limit }: { from: bigint; before: bigint; limit: number },
): Promise<bigint> {
  const { rows } = await sql.query<{ until: string }>(
    `WITH next AS MATERIALIZED (
       SELECT u.written_by, u.source, u.customer_id, u.event_type, u.occurred_at, u.received_at,
         u.correction_id IS NULL AS is_sent
       FROM usage_events u WHERE u.written_by >= $1::text::xid8 AND u.written_by < $2::text::xid8
       ORDER BY u.written_by LIMIT $3::int + 1
     ), cut AS MATERIALIZED (
       SELECT CASE WHEN count(*) <= $3::int THEN $2::text::xid8 ELSE max(written_by) END AS until FROM next
     ), sent AS MATERIALIZED (
       SELECT source, customer_id, event_type, (occurred_at AT TIME ZONE 'UTC')::date AS day_on,
         date_bin('1 hour', received_at, '2000-01-01Z') AS hour_at, count(*) AS event_count,
         max(occurred_at) AS last_occurred_at, max(received_at) AS last_received_at
       FROM next, cut WHERE written_by < until AND is_sent GROUP BY 1, 2, 3, 4, 5
     ), sources AS (
       INSERT INTO usage_sources AS s (source, event_count, last_occurred_at, last_received_at)
       SELECT source, sum(event_count), max(last_occurred_at), max(last_received_at) FROM sent GROUP BY 1 ORDER BY 1
       ON CONFLICT (source) DO UPDATE SET event_count = s.event_count + excluded.event_count,
         last_occurred_at = greatest(s.last_occurred_at, excluded.last_occurred_at),
         last_received_at = greatest(s.last_received_at, excluded.last_received_at)
     ), hours AS (
       INSERT INTO usage_source_hours AS h (source, hour_at, event_count)
       SELECT source, hour_at, sum(event_count) FROM sent WHERE hour_at > now() - ${keptHours}
       GROUP BY 1, 2 ORDER BY 1, 2
       ON CONFLICT (source, hour_at) DO UPDATE SET event_count = h.event_count + excluded.event_count
     ), days AS (
       INSERT INTO usage_source_days AS d (customer_id, event_type, source, day_on, event_count, last_occurred_at)
       SELECT customer_id, event_type, source, day_on, sum(event_count), max(last_occurred_at) FROM sent
       GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4
       ON CONFLICT (customer_id, event_type, source, day_on) DO UPDATE SET
         event_count = d.event_count + excluded.event_count,
         last_occurred_at = greatest(d.last_occurred_at, excluded.last_occurred_at)
     ), watched AS (
       INSERT INTO usage_source_watches AS w (customer_id, event_type, source, clock_id, last_occurred_at, look_at)
       SELECT s.customer_id, s.event_type, s.source, c.clock_id, max(s.last_occurred_at),
         max(s.last_occurred_at) + ${soonestSilent}
       FROM sent s JOIN customers c ON c.id = s.customer_id GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3
       ON CONFLICT (customer_id, event_type, source) DO UPDATE SET last_occurred_at = excluded.last_occurred_at,
         look_at = excluded.look_at, silent_days = NULL, longest_pause_days = NULL
       WHERE excluded.last_occurred_at > w.last_occurred_at
     ), forgotten AS (
       DELETE FROM usage_source_hours WHERE hour_at <= now() - ${keptHours}
     ), moved AS (
       UPDATE usage_freshness SET watermark = until,
         caught_up_at = CASE WHEN until = $2::text::xid8 THEN clock_timestamp() ELSE caught_up_at END FROM cut
     )
     SELECT until::text AS until FROM cut`,
    [String(from), String(before), limit],
  );
  return BigInt(rows[0]!.until);
}

export type UsageSource = {
  source: string;
  eventCount: bigint;
  lastOccurredAt: Date;
  lastReceivedAt: Date;
  /** Events received in the last 24 whole hours and the hour that goes on. */
  lastDayCount: bigint;
};

/** A page of the sources, by name after the cursor, as far as the roller has come. */
export async function listSources(
  sql: Sql,
  page: { after: string | undefined; limit: number },
): Promise<UsageSource[]> {
  const { rows } = await sql.query<UsageSource>(
    `SELECT s.source, s.event_count AS "eventCount", s.last_occurred_at AS "lastOccurredAt",
       s.last_received_at AS "lastReceivedAt",
       (SELECT coalesce(sum(h.event_count), 0)::bigint FROM usage_source_hours h
        WHERE h.source = s.source AND h.hour_at >= date_bin('1 hour', now(), '2000-01-01Z') - interval '24 hours')
         AS "lastDayCount"
     FROM usage_sources s WHERE ($1::text IS NULL OR s.source > $1) ORDER BY s.source LIMIT $2`,
    [page.after ?? null, page.limit],
  );
  return rows;
}

/** Days before the end of an invoice's period in which is seen what is usual, and the fewest with events to say so. */
export const lookBackDays = 56;
export const fewestDays = 3;

/** A source that usually sends for a customer and was silent when the period of an invoice ended, and is since. */
export type DataGap = {
  source: string;
  eventType: string;
  /** Meters of the invoice's lines that read such events. */
  meterKeys: string[];
  lastOccurredAt: Date;
  /** Whole days from its last event to the end of the period. */
  silentDays: number;
  /** Days from one day with events to the next, at the most, before that. */
  longestPauseDays: number;
};

/** Whether all that came in before the usage of the invoice `i` was read is counted. */
const isCounted = `coalesce((SELECT f.caught_up_at >= i.usage_cut_at AND f.cluster_id = ${here} FROM usage_freshness f), false)`;

/** Silent sources of the invoice `i`, each as a row. */
const silentSources = `WITH types AS (
       SELECT m.event_type, array_agg(DISTINCT m.key ORDER BY m.key) AS meter_keys
       FROM invoice_lines l JOIN meters m ON m.key = l.meter_key WHERE l.invoice_id = i.id GROUP BY m.event_type
     ), days AS (
       SELECT d.source, d.event_type, t.meter_keys, d.last_occurred_at,
         d.day_on - lag(d.day_on) OVER (PARTITION BY d.event_type, d.source ORDER BY d.day_on) AS pause
       FROM types t JOIN usage_source_days d ON d.customer_id = i.customer_id
         AND d.event_type = t.event_type AND d.day_on >= (i.period_end_at AT TIME ZONE 'UTC')::date - ${lookBackDays}
     ), sources AS (
       SELECT source, event_type, meter_keys, max(last_occurred_at) AS last_occurred_at, count(*) AS days,
         max(pause) AS pause, floor(extract(epoch FROM i.period_end_at - max(last_occurred_at)) / 86400)::int AS silent
       FROM days GROUP BY source, event_type, meter_keys
     )
     SELECT source, event_type AS "eventType", meter_keys AS "meterKeys", last_occurred_at AS "lastOccurredAt",
       silent AS "silentDays", pause AS "longestPauseDays"
     FROM sources WHERE days >= ${fewestDays} AND silent > pause ORDER BY event_type, source`;

/**
 * Sources from which the invoice `i` may lack data, as JSON. A source is usual for a customer and an event type if it has
 * events on three days at least of the 56 before the end of the period; and it is silent if it was so for more whole days
 * than its longest pause in them, to the end of the period and ever since. Null while it is not known: what came in before
 * the usage was read is not all counted yet.
 */
export const selectedDataGaps = `CASE WHEN ${isCounted} THEN
    (SELECT coalesce(json_agg(gap), '[]') FROM (${silentSources}) gap) END`;

/** Data gaps as they come out of JSON. */
export type StoredGaps = (Omit<DataGap, 'lastOccurredAt'> & { lastOccurredAt: string })[];

export function dataGapsOf(stored: StoredGaps | null): DataGap[] | null {
  if (stored === null) return null;
  return stored.map((gap) => ({ ...gap, lastOccurredAt: new Date(gap.lastOccurredAt) }));
}
