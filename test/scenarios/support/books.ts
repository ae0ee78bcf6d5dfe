import assert from 'node:assert/strict';
import type { Database } from '../../../src/store/database.ts';
import { until } from '../../broker/support.ts';

export type BilledInvoice = {
  id: string;
  customerId: string;
  clockId: string;
  /** External id of the customer. */
  customer: string;
  number: string | null;
  totalMinor: bigint;
  periodStartAt: Date;
  dueAt: Date;
  issuedAt: Date | null;
  lifecycle: string;
  sync: string;
  /** Why it is parked, backing off or held. */
  failureReason: string | null;
};

/** All invoices of a clock, by number and then by customer. */
export async function invoicesOf(database: Database, clockId: string): Promise<BilledInvoice[]> {
  const { rows } = await database.query<BilledInvoice>(
    `SELECT i.id, i.customer_id AS "customerId", i.clock_id AS "clockId", c.external_id AS customer, i.number,
            i.total_minor AS "totalMinor",
            i.period_start_at AS "periodStartAt", i.due_at AS "dueAt", i.issued_at AS "issuedAt", s.lifecycle, s.sync,
            s.failure_reason AS "failureReason"
     FROM invoices i JOIN invoice_states s ON s.invoice_id = i.id JOIN customers c ON c.id = i.customer_id
     WHERE i.clock_id = $1 ORDER BY i.number, c.external_id`,
    [clockId],
  );
  return rows;
}

/** Waits until so many invoices of the clock are issued and each of them is at Stripe; fails when one is parked. */
export async function untilSynced(database: Database, clockId: string, count: number, limitMs = 60_000): Promise<void> {
  const allSynced = async () => {
    const issued = (await invoicesOf(database, clockId)).filter(({ lifecycle }) => lifecycle === 'issued');
    for (const { number, sync, failureReason } of issued)
      assert.notEqual(sync, 'parked', `${number}: ${failureReason}`);
    return issued.length === count && issued.every(({ sync }) => sync === 'synced');
  };
  await until(allSynced, `${count} invoices are synced`, limitMs);
}

/** The clock's numbers are 1, 2, 3 … without a gap, and the next one is the one after the last. */
export async function assertGapless(database: Database, clockId: string, prefix: string): Promise<void> {
  const numbers = (await invoicesOf(database, clockId)).flatMap(({ number }) => number ?? []);
  const expected = numbers.map((_, index) => `${prefix}-${String(index + 1).padStart(6, '0')}`);
  assert.deepEqual(numbers, expected);
  const { rows } = await database.query('SELECT next_number FROM number_series WHERE clock_id = $1', [clockId]);
  assert.equal(rows[0]?.['next_number'], BigInt(numbers.length + 1));
}

/**
 * Makes transactions meet: takes the lock that they need, starts the work, waits until `waiting` of them stand before
 * the lock, does what is to happen in that moment, and lets go.
 * @returns what was started
 */
export async function meetAt<Started>(
  database: Database,
  lock: string,
  meeting: { waiting: number; start: () => Promise<Started>; meanwhile?: () => Promise<void> },
): Promise<Started> {
  let started: Promise<Started> | undefined;
  await database.transaction(async (sql) => {
    await sql.query(lock);
    started = meeting.start();
    // Whoever awaits the result below hears of a failure; until then it must not count as unheard.
    started.catch(() => undefined);
    await until(async () => (await countWaiting(database)) >= meeting.waiting, `${meeting.waiting} wait for: ${lock}`);
    await meeting.meanwhile?.();
  });
  return await (started as unknown as Promise<Started>);
}

/** Statements of the database that wait for a lock. */
export async function countWaiting(database: Database): Promise<number> {
  const { rows } = await database.query<{ waiting: number }>(
    `SELECT count(*)::int AS waiting FROM pg_stat_activity
     WHERE datname = current_database() AND wait_event_type = 'Lock'`,
  );
  return rows[0]?.waiting ?? 0;
}
