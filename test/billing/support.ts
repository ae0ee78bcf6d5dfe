import type { EventOutcome, UsageEvent } from '../../src/billing/record-usage.ts';
import type { Sql } from '../../src/store/database.ts';

/** One departure of JetBlue, late on 31 January in New York. */
export const departure = (id: string, rest: Record<string, unknown> = {}): UsageEvent => ({
  id,
  customer: 'B6',
  type: 'departure',
  occurredAt: '2013-01-31T23:59:00-05:00',
  properties: { origin: 'JFK', miles: 2475 },
  ...rest,
});

export const statuses = (outcomes: readonly EventOutcome[]): string[] => outcomes.map(({ status }) => status);

/** What is stored of a source, with the partition that each event is in. */
export async function storedEvents(sql: Sql, source: string) {
  const { rows } = await sql.query<{ id: string; at: Date; month: string; properties: unknown }>(
    `SELECT event_id AS id, occurred_at AS at, tableoid::regclass::text AS month, properties
     FROM usage_events WHERE source = $1 ORDER BY event_id`,
    [source],
  );
  return rows;
}
