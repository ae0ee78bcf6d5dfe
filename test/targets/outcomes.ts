import assert from 'node:assert/strict';
import type Stripe from 'stripe';
import { lineIdOf } from '../../src/billing/ids.ts';
import type { RequestEntry } from '../../src/stripe-simulator/journal.ts';
import { TargetError } from '../../src/targets/port.ts';
import type { Target } from './support.ts';

export const writes = (entries: RequestEntry[]) => entries.filter(({ method }) => method === 'POST');
export const operationsOf = (entries: RequestEntry[]) => entries.map(({ operation }) => operation);

export async function failureOf(call: Promise<unknown>): Promise<TargetError> {
  try {
    await call;
  } catch (error) {
    assert.ok(error instanceof TargetError, String(error));
    return error;
  }
  assert.fail('the call was expected to fail');
}

/** Tries as Temporal and then a person would, until the invoice is at Stripe; the limit is what a person would bear. */
export async function bringInTheEnd(target: Target, invoiceId: string, tries = 6): Promise<number> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      const { state } = await target.bringImpatiently(invoiceId);
      if (state === 'synced') return attempt;
      // Another attempt has taken over, or holds the invoice in this moment: the next look finds what that one did.
      assert.ok(attempt < tries && ['again', 'paused', 'no slot'].includes(state), state);
    } catch (error) {
      if (!(error instanceof TargetError) || attempt === tries) throw error;
    }
  }
}

/** What Stripe has is one customer and one open invoice, equal to ours line by line, and no key had two bodies. */
export async function assertOneEqual(
  target: Target,
  invoice: { id: string; customerId: string; number: string; totalMinor: bigint },
  lineCount: number,
): Promise<void> {
  await target.heal();
  const { stripe } = target;
  const customers: Stripe.Customer[] = [];
  for await (const customer of stripe.customers.list({ limit: 100 })) {
    if (customer.metadata['durabill_customer'] === invoice.customerId) customers.push(customer);
  }
  assert.equal(customers.length, 1, 'one customer at Stripe');
  const invoices = await stripe.invoices.list({ customer: customers[0]!.id, limit: 100 });
  assert.equal(invoices.data.length, 1, 'one invoice at Stripe');
  const remote = invoices.data[0]!;
  assert.equal(remote.status, 'open');
  assert.equal(remote.number, invoice.number);
  assert.equal(remote.total, Number(invoice.totalMinor));
  const lines: string[] = [];
  for await (const line of stripe.invoices.listLineItems(remote.id, { limit: 100 })) {
    lines.push(line.metadata['durabill_line']!);
  }
  const ours = Array.from({ length: lineCount }, (_, index) => lineIdOf(invoice.id, index + 1));
  assert.deepEqual(lines.toSorted(), ours.toSorted(), 'each line once');
  assertOneBodyAKey(await target.journal());
}

export function assertOneBodyAKey(entries: RequestEntry[]): void {
  const bodies = new Map<string, string>();
  for (const { idempotencyKey, operation, path, params } of writes(entries)) {
    // What a customer does on Stripe's own pages is no request of ours.
    if (operation?.startsWith('hosted.')) continue;
    assert.ok(idempotencyKey, 'every write has a key');
    const body = JSON.stringify([path, params]);
    assert.equal(bodies.get(idempotencyKey) ?? body, body, `${idempotencyKey} was sent with two bodies`);
    bodies.set(idempotencyKey, body);
  }
}
