import type { Sql } from './database.ts';
import { waits } from './pending-items.ts';

/** The earliest instants at which something of a clock is due: a period to bill, a draft to issue; and whether an item waits. */
export async function earliestDue(
  sql: Sql,
  clockId: string,
): Promise<{ now: Date; billableAt: Date | null; dueAt: Date | null; hasPending: boolean }> {
  const { rows } = await sql.query<{ now: Date; billableAt: Date | null; dueAt: Date | null; hasPending: boolean }>(
    `SELECT business_now(k) AS now,
       -- A parked period waits for a person; the next run that something else brings tries it again.
       (SELECT min(p.billable_at) FROM periods p JOIN customers c ON c.id = p.customer_id
        WHERE c.clock_id = k.id AND p.settled_by IS NULL
          AND NOT EXISTS (SELECT FROM parked_periods w WHERE w.period_id = p.id AND w.resolved_at IS NULL)) AS "billableAt",
       (SELECT min(i.due_at) FROM invoice_states s JOIN invoices i ON i.id = s.invoice_id
        WHERE s.lifecycle = 'draft' AND i.clock_id = k.id) AS "dueAt",
       EXISTS (SELECT FROM pending_items p JOIN customers c ON c.id = p.customer_id
         WHERE c.clock_id = k.id AND ${waits}) AS "hasPending"
     FROM clocks k WHERE k.id = $1`,
    [clockId],
  );
  if (rows[0] === undefined) throw new Error(`there is no clock ${clockId}`);
  return rows[0];
}

/** Sets a test clock, forward only: an instant that it has passed changes nothing. */
export async function moveTestClock(sql: Sql, clockId: string, at: Date): Promise<void> {
  await sql.query(`UPDATE clocks SET now_at = greatest(now_at, $2) WHERE id = $1 AND kind = 'test'`, [clockId, at]);
}
