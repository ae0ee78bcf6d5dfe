import type { Sql } from './database.ts';
import { fewestDays, lookBackDays } from './usage-freshness.ts';

/**
 * Looks at the sources of which a look is due by the clocks of their customers, and notes those that have fallen silent; a
 * trigger tells of them. It is the rule of data gaps, with the present for the end of the period: events on three days at
 * least of the last 56, and silent for more whole days than the longest pause in them. Who has no subscription that goes on is
 * not expected to send. One look suffices for each day of a silence.
 * A process of an earlier version counts days and knows no watches, so that both say when a source was heard of.
 * @param limit sources that are looked at; the others are due still
 */
export async function noteSilentSources(sql: Sql, limit: number): Promise<void> {
  await sql.query(
    `WITH due AS MATERIALIZED (
       SELECT w.customer_id, w.event_type, w.source, w.last_occurred_at, business_now(k) AS now_at
       FROM clocks k CROSS JOIN LATERAL (
         SELECT * FROM usage_source_watches w WHERE w.clock_id = k.id AND w.look_at <= business_now(k)
         ORDER BY w.look_at LIMIT $1) w
       LIMIT $1
     ), days AS (
       SELECT customer_id, event_type, source, d.last_occurred_at,
         d.day_on - lag(d.day_on) OVER (PARTITION BY customer_id, event_type, source ORDER BY d.day_on) AS pause
       FROM due u JOIN usage_source_days d USING (customer_id, event_type, source)
       WHERE d.day_on >= (u.now_at AT TIME ZONE 'UTC')::date - ${lookBackDays}
     ), usual AS (
       SELECT customer_id, event_type, source, max(last_occurred_at) AS last_occurred_at,
         max(pause) FILTER (WHERE count >= ${fewestDays}) AS pause
       FROM (SELECT *, count(*) OVER (PARTITION BY customer_id, event_type, source) FROM days) counted
       GROUP BY customer_id, event_type, source
     ), heard AS (
       SELECT customer_id, event_type, source, u.now_at, n.pause,
         greatest(u.last_occurred_at, n.last_occurred_at) AS last_occurred_at
       FROM due u LEFT JOIN usual n USING (customer_id, event_type, source)
     ), judged AS (
       SELECT u.*, floor(extract(epoch FROM u.now_at - u.last_occurred_at) / 86400)::int AS silent,
         EXISTS (SELECT FROM subscriptions s WHERE s.customer_id = u.customer_id AND s.starts_at <= u.now_at
           AND (s.ends_at IS NULL OR s.ends_at > u.now_at)) AS is_expected
       FROM heard u
     )
     UPDATE usage_source_watches w SET last_occurred_at = j.last_occurred_at,
       silent_days = CASE WHEN j.is_expected AND j.silent > j.pause THEN j.silent END,
       longest_pause_days = CASE WHEN j.is_expected AND j.silent > j.pause THEN j.pause END,
       look_at = CASE WHEN j.is_expected AND j.silent <= j.pause
         THEN j.last_occurred_at + (j.silent + 1) * interval '1 day' END
     FROM judged j
     WHERE (w.customer_id, w.event_type, w.source) = (j.customer_id, j.event_type, j.source)`,
    [limit],
  );
}
