import type { Sql } from './database.ts';

/** How far the raw usage of a customer is gone. */
export type UsageMark = {
  /** Raw events before it are gone, but for those of types of which meters read all history. */
  removedBefore: Date;
  /** The end of the last period that had begun by then: no event before it is taken, corrected or billed any more. */
  closedUntil: Date;
};

/** The watermarks of these customers; one of whom nothing was removed is not there. */
export async function readUsageMarks(sql: Sql, customerIds: readonly string[]): Promise<Map<string, UsageMark>> {
  if (customerIds.length === 0) return new Map();
  const { rows } = await sql.query<UsageMark & { customerId: string }>({
    name: 'read-usage-marks',
    text: `SELECT customer_id AS "customerId", max(removed_before) AS "removedBefore", max(closed_until) AS "closedUntil"
           FROM usage_removal_marks WHERE customer_id = ANY ($1::uuid[]) GROUP BY customer_id`,
    values: [[...new Set(customerIds)]],
  });
  return new Map(rows.map(({ customerId, ...mark }) => [customerId, mark]));
}

/** Whether usage of an invoice row was removed, all of it or in part: it can be proved from its record, and not rated again. */
export const isUsageRemoved = (invoice: string): string => `EXISTS (
  SELECT FROM usage_records e JOIN usage_removal_marks k ON k.customer_id = ${invoice}.customer_id AND k.removed_before > e.from_at
  WHERE e.invoice_id = ${invoice}.id)`;

/** Of which of these event types something was removed. */
export async function removedTypes(sql: Sql, eventTypes: readonly string[]): Promise<Set<string>> {
  const { rows } = await sql.query<{ eventType: string }>(
    `SELECT t.type AS "eventType" FROM unnest($1::text[]) AS t (type)
     WHERE EXISTS (SELECT FROM usage_removal_counts c WHERE c.event_type = t.type)`,
    [eventTypes],
  );
  return new Set(rows.map(({ eventType }) => eventType));
}

/** What was removed of a customer, by type. */
export type RemovedUsage = { eventType: string; events: number; removedAt: Date };

export async function listRemovedUsage(sql: Sql, customerId: string): Promise<RemovedUsage[]> {
  const { rows } = await sql.query<RemovedUsage>(
    `SELECT c.event_type AS "eventType", sum(c.event_count)::float8 AS events, max(r.removed_at) AS "removedAt"
     FROM usage_removal_counts c JOIN usage_removals r ON r.id = c.removal_id
     WHERE c.customer_id = $1 GROUP BY c.event_type ORDER BY c.event_type`,
    [customerId],
  );
  return rows;
}

const turn = `hashtextextended('usage-removal', 0)`;

/** One removal at a time, and none while somebody relies on it that there is none. Ends with the transaction. */
export async function lockRemovals(sql: Sql): Promise<void> {
  await sql.query(`SELECT pg_advisory_xact_lock(${turn})`);
}

/** Nothing is removed until the transaction ends. */
export async function holdRemovals(sql: Sql): Promise<void> {
  await sql.query(`SELECT pg_advisory_xact_lock_shared(${turn})`);
}
