import type { Sql } from './database.ts';
import { isCurrent } from './usage-expressions.ts';

/** What was heard of a customer's usage last. */
export type HeardOf = {
  eventType: string;
  /** When the latest event of the type happened, by its own word, and when it came in; null where none has. */
  lastOccurredAt: Date | null;
  lastReceivedAt: Date | null;
  lastSource: string | null;
};

/**
 * The latest event of each type, found from the end of the index, however many there are.
 * @param before events that are dated later are left out: what is to come is no news
 */
export async function readLastHeard(
  sql: Sql,
  customerId: string,
  eventTypes: readonly string[],
  before: Date,
): Promise<HeardOf[]> {
  if (eventTypes.length === 0) return [];
  const { rows } = await sql.query<HeardOf>(
    `SELECT t.event_type AS "eventType", e.occurred_at AS "lastOccurredAt", e.received_at AS "lastReceivedAt",
       e.source AS "lastSource"
     FROM unnest($2::text[]) AS t (event_type) LEFT JOIN LATERAL (
       SELECT u.occurred_at, u.received_at, u.source FROM usage_events u
       WHERE u.customer_id = $1 AND u.event_type = t.event_type AND u.occurred_at < $3 AND ${isCurrent}
       ORDER BY u.occurred_at DESC LIMIT 1) e ON true
     ORDER BY 1`,
    [customerId, eventTypes, before],
  );
  return rows;
}
