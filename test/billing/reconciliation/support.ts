import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type Stripe from 'stripe';
import { adoptRemote } from '../../../src/billing/adopt-remote.ts';
import { beginRecorded } from '../../../src/billing/begin-reconciliation.ts';
import { mendDifferences } from '../../../src/billing/mend-differences.ts';
import { bindStripe } from '../../../src/billing/stripe-account.ts';
import { inventoryStages, takeInventory } from '../../../src/billing/take-inventory.ts';
import type { Database } from '../../../src/store/database.ts';
import { recordDifferences } from '../../../src/store/differences.ts';
import { type DifferenceView, listDifferences } from '../../../src/store/reconciliation-views.ts';
import { finishReconciliation } from '../../../src/store/reconciliations.ts';
import type { Simulator } from '../../../src/stripe-simulator/index.ts';
import { openStripe } from '../../../src/targets/stripe/client.ts';
import { createEventSource } from '../../../src/targets/stripe/events.ts';
import { createStripeInventory } from '../../../src/targets/stripe/inventory.ts';
import { createStripeTarget } from '../../../src/targets/stripe/target.ts';

export type Books = { database: Database; simulator: Simulator };
type Window = { kind?: 'nightly' | 'on-demand' | 'adoption'; fromAt?: Date | null; toAt?: Date | null };

/** Begins a reconciliation as its workflow does. @returns its id */
export async function begin({ database }: Books, { kind = 'nightly', fromAt = null, toAt = null }: Window = {}) {
  const id = randomUUID();
  const outcome = await beginRecorded(database, { id, kind, fromAt, toAt, askedBy: 'test', workflowId: `test/${id}` });
  assert.deepEqual(outcome, { state: 'begun' });
  return id;
}

/** What the worker has, for these books. */
export function dependenciesOf({ database, simulator }: Books) {
  const client = openStripe({ secretKey: simulator.key, apiBase: simulator.url });
  const events = createEventSource(client);
  const stripe = bindStripe(database, { target: createStripeTarget(client, simulator.key), events });
  return { database, stripe, events, inventory: createStripeInventory(client) };
}

/** Takes everything that Stripe has into the books, through all stages to their ends. @returns counts by name */
export async function takeAll(books: Books, reconciliationId: string): Promise<Record<string, number>> {
  const dependencies = dependenciesOf(books);
  const sums: Record<string, number> = {};
  for (const stage of inventoryStages) {
    let after: string | null = null;
    do {
      const page = await takeInventory(dependencies, { reconciliationId, stage, after });
      for (const [name, count] of Object.entries(page.counts)) sums[name] = (sums[name] ?? 0) + count;
      after = page.after;
    } while (after !== null);
  }
  return sums;
}

export async function compare({ database }: Books, id: string) {
  const found = await recordDifferences(database, id);
  const { alerted, repairing } = await mendDifferences(database, id);
  await finishReconciliation(database, id, { ...found, alerted: alerted.length, repairing });
  return found;
}

/** A whole reconciliation. @returns its id and what it found, first or again */
export async function reconcile(books: Books, window: Window = {}) {
  const id = await begin(books, window);
  const seen = await takeAll(books, id);
  const found = await compare(books, id);
  const differences = await listDifferences(books.database, { runId: id }, { after: undefined, limit: 200 });
  return { id, seen, found, differences };
}

/** A whole adoption. @returns counts by name */
export async function adopt(books: Books): Promise<Record<string, number>> {
  const id = await begin(books, { kind: 'adoption' });
  const seen = await takeAll(books, id);
  const adopted = await adoptRemote(dependenciesOf(books), id);
  await finishReconciliation(books.database, id, adopted);
  return { ...seen, ...adopted };
}

/** The evidence of one kind of difference of an invoice or customer. */
export function evidenceOf(differences: readonly DifferenceView[], kind: DifferenceView['kind'], ofId: string) {
  const found = differences.filter((one) => one.kind === kind && [one.invoiceId, one.customerId].includes(ofId));
  return found.map(({ remoteId, ours, theirs, action, state }) => ({ remoteId, ours, theirs, action, state }));
}

/** The kinds in which an invoice differs, in order. */
export function kindsOf(differences: readonly DifferenceView[], invoiceId: string): string[] {
  return differences.flatMap((one) => (one.invoiceId === invoiceId ? [one.kind] : [])).sort();
}

export type Copy = { id: string; number: string; customerId: string };

/**
 * Somebody makes an invoice at Stripe by hand and the books are made to mean it: the way to a copy that differs in what
 * Stripe does not let anybody change afterwards.
 */
export async function makeCopy(
  { database }: Books,
  stripe: Stripe,
  invoice: Copy,
  copy: {
    customer: string;
    amounts: number[];
    currency?: string;
    number?: string;
    isDraft?: boolean;
    isOurs?: boolean;
  },
): Promise<string> {
  const { rows } = await database.query<{ id: string }>(
    'SELECT id FROM invoice_lines WHERE invoice_id = $1 ORDER BY position',
    [invoice.id],
  );
  const made = await stripe.invoices.create({
    customer: copy.customer,
    currency: copy.currency ?? 'usd',
    number: copy.number ?? invoice.number,
    auto_advance: false,
    collection_method: 'send_invoice',
    days_until_due: 14,
    metadata: { durabill_invoice: invoice.id, durabill_revision: '1' },
  });
  await stripe.invoices.addLines(made.id, {
    lines: copy.amounts.map((amount, index) => ({
      amount,
      description: `Line ${index + 1}`,
      metadata: { durabill_line: rows[index]?.id ?? '' },
    })),
  });
  if (copy.isDraft !== true) await stripe.invoices.finalizeInvoice(made.id, { auto_advance: false });
  if (copy.isOurs !== false) await mapTo(database, invoice.id, made.id);
  return made.id;
}

/** The books mean this invoice at Stripe, and believe that the two are equal. */
export async function mapTo(database: Database, invoiceId: string, remoteId: string): Promise<void> {
  await database.query(
    `INSERT INTO invoice_mappings (account_id, invoice_id, remote_id, remote_status, remote_total_minor)
     SELECT a.account_id, i.id, $2, 'open', i.total_minor FROM target_accounts a, invoices i WHERE i.id = $1
     ON CONFLICT (account_id, invoice_id) DO UPDATE SET remote_id = excluded.remote_id`,
    [invoiceId, remoteId],
  );
  await database.query(
    `UPDATE invoice_states SET sync = 'synced', synced_at = now(), touched_at = now() WHERE invoice_id = $1`,
    [invoiceId],
  );
}

/** Ids at Stripe, by the mappings of the books. */
export async function remoteIdsOf(
  database: Database,
  invoiceId: string,
): Promise<{ invoice: string; customer: string }> {
  const { rows } = await database.query<{ invoice: string; customer: string }>(
    `SELECT m.remote_id AS invoice, k.remote_id AS customer FROM invoice_mappings m JOIN invoices i ON i.id = m.invoice_id
     JOIN customer_mappings k ON k.customer_id = i.customer_id WHERE i.id = $1`,
    [invoiceId],
  );
  assert.ok(rows[0], `invoice ${invoiceId} and its customer are mapped`);
  return rows[0];
}
