import assert from 'node:assert/strict';
import { applyPlans } from '../../src/billing/apply-plans.ts';
import type { DraftChecks } from '../../src/billing/check-drafts.ts';
import { createCustomer } from '../../src/billing/create-customer.ts';
import { extendPeriods, firstCursor } from '../../src/billing/extend-periods.ts';
import { generateInvoices } from '../../src/billing/generate-invoices.ts';
import { runIdOf } from '../../src/billing/ids.ts';
import { type BegunPage, inPages } from '../../src/billing/in-pages.ts';
import { issueInvoices } from '../../src/billing/issue-invoices.ts';
import { createTestClock } from '../../src/billing/open-clock.ts';
import { recordUsage } from '../../src/billing/record-usage.ts';
import { subscribe } from '../../src/billing/subscribe.ts';
import { type CheckLimits, linesPerInvoice } from '../../src/domain/invoice/limits.ts';
import { parsePlanFile } from '../../src/domain/rating/plan.ts';
import type { Database } from '../../src/store/database.ts';
import { moveTestClock } from '../../src/store/due-work.ts';
import { openRun, type RunKind } from '../../src/store/runs.ts';

/** One meter for each aggregation, all of departures, and one that has a filter of its own. */
export const meters = [
  { key: 'departures', name: 'Departures', eventType: 'departure', aggregation: 'count' },
  { key: 'miles', name: 'Miles', eventType: 'departure', aggregation: 'sum', property: 'miles' },
  { key: 'heaviest', name: 'Heaviest', eventType: 'departure', aggregation: 'max', property: 'tons' },
  { key: 'aircraft', name: 'Aircraft', eventType: 'departure', aggregation: 'unique_count', property: 'tail' },
  { key: 'seats', name: 'Seats', eventType: 'departure', aggregation: 'latest', property: 'seats' },
  {
    key: 'jfk-miles',
    name: 'Miles from JFK',
    eventType: 'departure',
    aggregation: 'sum',
    property: 'miles',
    filter: { origin: ['JFK'] },
  },
];

export const flat = (amount: string) => ({ key: 'base', name: 'Base fee', model: 'flat', amount });
export const perDeparture = (unitAmount: string) => ({
  key: 'landing',
  name: 'Departures',
  model: 'per_unit',
  meter: 'departures',
  unitAmount,
});
export const perMile = (unitAmount: string) => ({ ...perDeparture(unitAmount), key: 'miles', meter: 'miles' });

export type NewCustomer = {
  plan: string;
  currency?: string;
  zone?: string;
  startsAt?: string;
  billingGroup?: string;
  priority?: 'high';
};
export type Paged = {
  limit?: number;
  atOnce?: number;
  limits?: Partial<CheckLimits>;
  quoteTaxes?: DraftChecks['quoteTaxes'];
};
export type Departure = { id?: string; at: string; type?: string; properties?: Record<string, unknown> };

let businesses = 0;

/** As a deployment has them unless it is told otherwise. */
export const usualLimits: CheckLimits = {
  maxLines: linesPerInvoice,
  totalAboveMinor: new Map(),
  jumpFactor: 10,
  jumpAboveMinor: new Map(),
  holdsUnpriced: true,
};

/**
 * A business on a test clock of its own that stands at 1 January 2013 in UTC, so that the tests of a file share one
 * database and never each other's customers. Runs go page by page, as the activities do.
 */
export async function openBusiness(database: Database) {
  businesses += 1;
  const own = (name: string) => `${name}-${businesses}`;
  const startsAt = '2013-01-01T00:00:00Z';
  const told: string[][] = [];
  const checksWith = (limits: Partial<CheckLimits>) => ({
    limits: { ...usualLimits, ...limits },
    onHeld: async (ids: readonly string[]) => void told.push([...ids]),
  });
  const order = { name: own('clock'), startsAt, numberPrefix: `B${businesses}` };
  const { id: clockId } = (await createTestClock(database, order, 'test')).clock;

  async function open(kind: RunKind, at: string) {
    const cutoffAt = new Date(at);
    await moveTestClock(database, clockId, cutoffAt);
    const id = runIdOf(clockId, kind, cutoffAt);
    return await openRun(database, { id, clockId, kind, cutoffAt, workflowId: 'test' });
  }

  return {
    clockId,
    numberPrefix: order.numberPrefix,
    checks: checksWith({}),
    /** The ids of held drafts, a list for each time that somebody was told of some. */
    told,

    /** Applies a plan in dollars. @returns its key, which is of this business only */
    async plan(name: string, prices: readonly object[], currency = 'USD', terms: object = {}): Promise<string> {
      const key = own(name);
      const plans = [{ key, name, currency, interval: 'month', prices, ...terms }];
      await applyPlans(database, parsePlanFile({ meters, plans }), 'test');
      return key;
    },

    /** A customer who is subscribed from 1 January 2013 on. @returns its id */
    async customer(name: string, wanted: NewCustomer): Promise<string> {
      const { plan, currency = 'USD', zone = 'UTC', billingGroup, priority } = wanted;
      const subscription = { plan, startsAt: wanted.startsAt ?? startsAt, ...(billingGroup && { billingGroup }) };
      const input = { externalId: own(name), name, currency, zone, clock: order.name, subscription };
      return (await createCustomer(database, { ...input, ...(priority && { priority }) }, 'test')).customer.id;
    },

    async subscribe(customerId: string, plan: string, { from = startsAt, billingGroup = '' } = {}): Promise<void> {
      const wanted = { customerId, currency: 'USD', zone: 'UTC', plan, startsAt: new Date(from), billingGroup };
      await database.transaction((sql) => subscribe(sql, { ...wanted, now: new Date(from) }, 'test'));
    },

    /** Records departures of a customer, all of which have to be new and good. */
    async use(name: string, departures: readonly Departure[]): Promise<void> {
      const events = departures.map(({ id, at, type = 'departure', properties = {} }, index) => ({
        id: id ?? `${name} ${type} ${at} ${index}`,
        source: own('gate'),
        customer: own(name),
        type,
        occurredAt: at,
        properties,
      }));
      const outcomes = await recordUsage(database, events);
      assert.deepEqual(
        outcomes.filter(({ status }) => status !== 'accepted'),
        [],
      );
    },

    /** Lays out periods and bills those that may be billed at the cut-off, to which it advances the clock. */
    async invoice(at: string, { limit = 100, atOnce = 1, limits = {} }: Paged = {}) {
      const run = await open('invoicing', at);
      await extendPeriods(database, { clockId, until: run.cutoffAt });
      return await throughPages(
        (after) => generateInvoices(database, run, { after, limit }, checksWith(limits)),
        atOnce,
      );
    },

    /** Issues the drafts that are due at the cut-off, to which it advances the clock. */
    async scan(at: string, { limit = 100, atOnce = 1, limits = {}, quoteTaxes }: Paged = {}) {
      const { id, cutoffAt } = await open('due-scan', at);
      const checks = { ...checksWith(limits), ...(quoteTaxes && { quoteTaxes }) };
      return await throughPages(
        (after) => issueInvoices(database, { id, clockId, cutoffAt }, { after, limit }, checks),
        atOnce,
      );
    },
  };
}

export type Business = Awaited<ReturnType<typeof openBusiness>>;

/** The sums of all pages' counts. */
export async function throughPages<Counts extends Record<string, number>>(
  begin: (after: string) => Promise<BegunPage<Counts>>,
  atOnce = 1,
): Promise<Counts> {
  const sums: Record<string, number> = {};
  const onDone = (_cursor: string | undefined, counts: Counts) => {
    for (const [name, count] of Object.entries(counts)) sums[name] = (sums[name] ?? 0) + count;
  };
  await inPages({ after: firstCursor, atOnce, begin, onDone });
  return sums as Counts;
}

export type StoredInvoice = {
  id: string;
  customerId: string;
  billingGroup: string;
  revision: number;
  periodStartAt: Date;
  periodEndAt: Date;
  dueAt: Date;
  totalMinor: bigint;
  lineCount: number;
  number: string | null;
  lifecycle: string;
  sync: string;
  failureCode: string | null;
  failureReason: string | null;
};

/** The invoices of one customer or of a clock, by period, group and revision. */
export async function invoicesOf(database: Database, ownerId: string): Promise<StoredInvoice[]> {
  const { rows } = await database.query<StoredInvoice>(
    `SELECT i.id, i.customer_id AS "customerId", i.billing_group AS "billingGroup", i.revision,
            i.period_start_at AS "periodStartAt", i.period_end_at AS "periodEndAt", i.due_at AS "dueAt",
            i.total_minor AS "totalMinor", i.line_count AS "lineCount", i.number, s.lifecycle, s.sync,
            s.failure_code AS "failureCode", s.failure_reason AS "failureReason"
     FROM invoices i JOIN invoice_states s ON s.invoice_id = i.id WHERE $1 IN (i.customer_id, i.clock_id)
     ORDER BY i.period_start_at, i.billing_group, i.revision, i.id`,
    [ownerId],
  );
  return rows;
}

/** Makes issued invoices over a dollar, one for each of so many customers. @returns the ids */
export async function issuedInvoices(database: Database, count: number, priority?: 'high'): Promise<string[]> {
  const business = await openBusiness(database);
  const plan = await business.plan('dollar', [flat('1')]);
  for (let index = 0; index < count; index += 1) {
    await business.customer(`C${index}`, { plan, ...(priority && { priority }) });
  }
  await business.invoice('2013-02-01T13:00:00Z');
  await business.scan('2013-02-02T15:00:00Z');
  const issued = await invoicesOf(database, business.clockId);
  assert.deepEqual([issued.length, new Set(issued.map(({ lifecycle }) => lifecycle))], [count, new Set(['issued'])]);
  return issued.map(({ id }) => id);
}
