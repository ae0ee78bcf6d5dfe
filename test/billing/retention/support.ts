import assert from 'node:assert/strict';
import { chooseRetention } from '../../../src/billing/choose-retention.ts';
import { type InvoiceProof, proveInvoice } from '../../../src/billing/prove-invoice.ts';
import { checkOldUsage } from '../../../src/billing/retention/check-old-usage.ts';
import { removeOldUsage } from '../../../src/billing/retention/remove-old-usage.ts';
import type { Database } from '../../../src/store/database.ts';
import { readMachineTime } from '../../../src/store/invoice-facts.ts';
import { type Business, invoicesOf, throughPages } from '../business.ts';

export const keepFor = (database: Database, usageMonths: number | null) =>
  chooseRetention(database, { usageMonths }, 'Ada');

export const look = (database: Database, afterRecord?: () => void) =>
  throughPages((after) => checkOldUsage(database, { after, limit: 2 }, afterRecord));

/** A night: all that is old enough is looked at, and goes. */
export async function night(database: Database) {
  const since = await readMachineTime(database);
  const looked = await look(database);
  return { ...looked, ...(await removeOldUsage(database, since)) };
}

/** Bills a month of 2013, on the 1st of the next and the day after, and brings what was issued to Stripe. */
export async function close(
  business: Business,
  { database, bring }: { database: Database; bring(invoiceId: string): Promise<unknown> },
  month: number,
): Promise<void> {
  const [year, next] = month === 12 ? [2014, 1] : [2013, month + 1];
  const day = (of: number) => `${year}-${String(next).padStart(2, '0')}-0${of}`;
  // However much more that is than the month before: what is held is another story.
  const limits = { jumpFactor: 1_000_000 };
  await business.invoice(`${day(1)}T13:00:00Z`, { limits });
  await business.scan(`${day(2)}T15:00:00Z`, { limits });
  for (const { id, sync } of await invoicesOf(database, business.clockId)) if (sync === 'pending') await bring(id);
}

/** Events that are there, by type and month of UTC. */
export async function eventsOf(database: Database, customerId: string): Promise<Record<string, number>> {
  const { rows } = await database.query<{ name: string; events: number }>(
    `SELECT event_type || ' ' || to_char(occurred_at AT TIME ZONE 'UTC', 'YYYY-MM') AS name, count(*)::int AS events
     FROM usage_events WHERE customer_id = $1 GROUP BY 1 ORDER BY 1`,
    [customerId],
  );
  return Object.fromEntries(rows.map(({ name, events }) => [name, events]));
}

/** Proves each invoice of a customer. */
export async function proofsOf(database: Database, customerId: string): Promise<InvoiceProof[]> {
  const proofs: InvoiceProof[] = [];
  for (const { id } of await invoicesOf(database, customerId)) proofs.push((await proveInvoice(database, id))!);
  return proofs;
}

/** Whether each holds; and where not, why. */
export function requireHolding(proofs: readonly InvoiceProof[]): void {
  const faults = proofs.flatMap(({ failure, comparisons, lines }) => [
    ...(failure === null ? [] : [failure]),
    ...[...comparisons, ...lines.flatMap((line) => line.comparisons)]
      .filter(({ holds }) => holds === false)
      .map(({ sentence }) => sentence),
  ]);
  assert.deepEqual(faults, []);
  assert.ok(proofs.every(({ holds }) => holds));
}

/** What a proof says but for its sentences and how long the history is, which a removal writes to. */
export const figuresOf = ({ facts, holds, failure, comparisons, lines }: InvoiceProof) => ({
  id: facts.id,
  totalMinor: facts.totalMinor,
  holds,
  failure,
  comparisons: comparisons.filter(({ what }) => what !== 'record').map(({ sentence: _, ...rest }) => rest),
  lines: lines.map((line) => ({
    ...line,
    comparisons: line.comparisons.map(({ sentence: _, ...rest }) => rest),
  })),
});
