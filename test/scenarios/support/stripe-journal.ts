import assert from 'node:assert/strict';
import type { JournalEntry, RequestEntry } from '../../../src/stripe-simulator/journal.ts';
import { State } from '../../../src/stripe-simulator/state.ts';
import type { World } from '../../support/world.ts';
import type { StripeCopy } from './independent-check.ts';

/** All requests that the world's Stripe has had, oldest first. */
export async function readJournal(world: World): Promise<RequestEntry[]> {
  const { entries } = (await world.control('GET', '/journal')) as { entries: JournalEntry[] };
  return entries.filter((entry) => entry.kind === 'request');
}

/** Those of them that wrote; the sweep of events asks once a minute, whether or not anything is billed. */
export async function readWrites(world: World): Promise<RequestEntry[]> {
  return (await readJournal(world)).filter(({ method }) => method !== 'GET');
}

/**
 * Every invoice that is at Stripe according to what the journal says was written; drafts too, for a draft that is left
 * over is a fault. Lines are read from the writes, the total from the answer to the last call.
 */
export function stripeCopies(journal: readonly RequestEntry[]): (StripeCopy & { status: string })[] {
  const state = new State();
  const totals = new Map<string, number>();
  for (const { writes, response } of journal) {
    state.apply(writes);
    const { object, id, total } = (response ?? {}) as { object?: string; id?: string; total?: number };
    if (object === 'invoice' && id !== undefined && total !== undefined) totals.set(id, total);
  }
  const lines = state.inOrderOfCreation('line');
  return state.inOrderOfCreation('invoice').map((invoice) => ({
    remoteId: invoice.id,
    invoiceId: invoice.metadata['durabill_invoice'] ?? 'none of ours',
    number: invoice.number,
    currency: invoice.currency,
    status: invoice.status,
    totalMinor: BigInt(totals.get(invoice.id) ?? -1),
    lineAmountsMinor: lines.filter((line) => line.invoice === invoice.id).map(({ amount }) => BigInt(amount)),
  }));
}

/** Journal entries of the writes for one customer or invoice of ours, whose id stands in their idempotency keys. */
export function writesFor(journal: readonly RequestEntry[], subjectId: string): RequestEntry[] {
  return journal.filter(({ idempotencyKey }) => idempotencyKey?.includes(`/${subjectId}/`));
}

const threeCalls = ['invoices.create', 'invoices.addLines', 'invoices.finalizeInvoice'];

/**
 * Stripe was asked to write just what had to be: one call for each customer, three for each invoice, none of them twice,
 * and nothing besides.
 */
export function assertCalmWrites(
  journal: readonly RequestEntry[],
  subjects: { customers: readonly string[]; invoices: readonly string[] },
): void {
  const told = (entries: readonly RequestEntry[]) =>
    entries.map(({ operation, outcome, status }) => `${operation} ${outcome} ${status}`);
  for (const id of subjects.customers)
    assert.deepEqual(told(writesFor(journal, id)), ['customers.create executed 200']);
  const calm = threeCalls.map((operation) => `${operation} executed 200`);
  for (const id of subjects.invoices) assert.deepEqual(told(writesFor(journal, id)), calm);
  const writes = journal.filter(({ method }) => method !== 'GET');
  assert.equal(writes.length, subjects.customers.length + 3 * subjects.invoices.length);
}
