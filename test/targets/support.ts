import { randomUUID } from 'node:crypto';
import type Stripe from 'stripe';
import { type BringOutcome, bringToStripe } from '../../src/billing/bring-to-stripe.ts';
import { createCustomer } from '../../src/billing/create-customer.ts';
import { invoiceIdOf, lineIdOf, runIdOf } from '../../src/billing/ids.ts';
import { bindStripe } from '../../src/billing/stripe-account.ts';
import { syncCustomer } from '../../src/billing/sync-customer.ts';
import { plainBill } from '../../src/store/bill-parts.ts';
import type { Database } from '../../src/store/database.ts';
import { insertDrafts } from '../../src/store/invoice-facts.ts';
import { issueDrafts } from '../../src/store/invoice-issue.ts';
import { openRun } from '../../src/store/runs.ts';
import type { FaultRule } from '../../src/stripe-simulator/faults.ts';
import { type Simulator, startSimulator } from '../../src/stripe-simulator/index.ts';
import type { RequestEntry } from '../../src/stripe-simulator/journal.ts';
import { openStripe } from '../../src/targets/stripe/client.ts';
import { createEventSource } from '../../src/targets/stripe/events.ts';
import { createStripeTarget } from '../../src/targets/stripe/target.ts';
import { clientOf, control, journalOf, setFaults } from '../stripe-simulator/support.ts';
import { openBooks } from '../support/books.ts';
import { useTestDatabase } from '../support/database.ts';

/** Below the 30 s of production, so that an answer that never comes is given up soon. */
const impatientMs = 1_000;

export type Bill = {
  currency?: string;
  amountsMinor: bigint[];
  clock?: string;
  externalId?: string;
  month?: 'November' | 'December';
};

/**
 * The books and a simulated Stripe, with the use case between them as it is in production; only the customer's writer is
 * called directly, without its workflow.
 */
export function useTarget() {
  const books = useTestDatabase();
  let simulator: Simulator | undefined;
  before(async () => {
    simulator = await startSimulator();
    await openBooks(books.database);
  });
  afterEach(() => control(current(), 'DELETE', '/faults'));
  after(() => simulator?.stop());

  const current = (): Simulator => {
    if (simulator === undefined) throw new Error('The simulator is started before the tests.');
    return simulator;
  };

  const bringWith = (stripe: Stripe, invoiceId: string) =>
    bringOnce(books.database, { stripe, secretKey: current().key }, invoiceId);

  return {
    get database() {
      return books.database;
    },
    get url() {
      return books.url;
    },
    get simulator() {
      return current();
    },
    get stripe() {
      return clientOf(current());
    },
    issue: (bill: Bill) => issueInvoice(books.database, bill),
    bring: (invoiceId: string) =>
      bringWith(openStripe({ secretKey: current().key, apiBase: current().url }), invoiceId),
    bringImpatiently: (invoiceId: string) => bringWith(clientOf(current(), current().key, impatientMs), invoiceId),
    fail: (...rules: FaultRule[]) => setFaults(current(), ...rules),
    heal: () => control(current(), 'DELETE', '/faults'),
    /** Lets a day pass at Stripe, and in what we remember of our requests: Stripe forgets its keys. */
    async letKeysAge() {
      await control(current(), 'POST', '/clock', { advanceSeconds: 25 * 3_600 });
      await books.database.query(`UPDATE stored_requests SET first_sent_at = first_sent_at - interval '25 hours'`);
    },
    journal: (since = 0): Promise<RequestEntry[]> => journalOf(current(), `?since=${since}`),
    async lastEntry(): Promise<number> {
      return (await journalOf(current())).at(-1)?.seq ?? 0;
    },
  };
}

/** One attempt, as the activity makes it; only the customer's writer is called without its workflow. */
export async function bringOnce(
  database: Database,
  { stripe, secretKey }: { stripe: Stripe; secretKey: string },
  invoiceId: string,
): Promise<BringOutcome> {
  const account = bindStripe(database, {
    target: createStripeTarget(stripe, secretKey),
    events: createEventSource(stripe),
  });
  const ensureCustomer = (customerId: string) => syncCustomer(database, account, customerId);
  return await bringToStripe({ database, stripe: account, slots: 500, ensureCustomer }, invoiceId);
}

export type Target = ReturnType<typeof useTarget>;

export const usd = (count: number): bigint[] => Array.from({ length: count }, (_, index) => BigInt(100 + index));

/** An issued invoice, of a customer of its own unless one is named, with one line for each amount. @returns its ids and number */
export async function issueInvoice(
  database: Database,
  {
    currency = 'USD',
    amountsMinor,
    clock = 'sample',
    externalId = `airline-${randomUUID()}`,
    month = 'December',
  }: Bill,
): Promise<{ id: string; customerId: string; number: string; totalMinor: bigint }> {
  const input = { externalId, name: 'Blue Heron Air', currency, zone: 'America/New_York', clock };
  const { customer } = await createCustomer(database, input, 'test');
  const { rows } = await database.query<{ id: string }>('SELECT id FROM clocks WHERE name = $1', [clock]);
  const clockId = rows[0]!.id;
  const cutoffAt = new Date('2013-01-01T13:00:00Z');
  const runId = runIdOf(clockId, 'invoicing', cutoffAt);
  const key = {
    customerId: customer.id,
    currency,
    billingGroup: '',
    periodStartAt: new Date(month === 'December' ? '2012-12-01T05:00:00Z' : '2012-11-01T04:00:00Z'),
    periodEndAt: new Date(month === 'December' ? '2013-01-01T05:00:00Z' : '2012-12-01T05:00:00Z'),
    purpose: 'period',
  };
  const id = invoiceIdOf(key, 1);
  const totalMinor = amountsMinor.reduce((sum, amount) => sum + amount, 0n);
  const draft = { ...key, id, revision: 1, clockId, zone: 'America/New_York', runId, cutoffAt, dueAt: cutoffAt };
  await database.transaction(async (sql) => {
    await openRun(sql, { id: runId, clockId, kind: 'invoicing', cutoffAt, workflowId: 'test' });
    const lines = amountsMinor.map((amountMinor, index) => ({
      id: lineIdOf(id, index + 1),
      invoiceId: id,
      position: index + 1,
      subscriptionId: null,
      priceId: null,
      priceKey: `price-${index + 1}`,
      description: `Line ${index + 1}`,
      meterKey: null,
      quantity: null,
      billableQuantity: null,
      exactAmount: String(amountMinor),
      amountMinor,
      eventCount: 0n,
      skippedCount: 0n,
      working: [],
      group: null,
      periodId: null,
      discountMinor: 0n,
      taxMinor: 0n,
      inclusiveTaxMinor: 0n,
    }));
    await insertDrafts(sql, [{ ...draft, usageCutAt: cutoffAt, bill: plainBill(totalMinor), lines }]);
    await issueDrafts(sql, clockId, [id]);
  });
  const issued = await database.query<{ number: string }>('SELECT number FROM invoices WHERE id = $1', [id]);
  return { id, customerId: customer.id, number: issued.rows[0]!.number, totalMinor };
}
