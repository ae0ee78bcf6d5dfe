import assert from 'node:assert/strict';
import fc from 'fast-check';
import { applyUsageCorrection } from '../../../src/billing/apply-usage-correction.ts';
import type { EventChangeInput } from '../../../src/billing/corrections/event-changes.ts';
import { createCoupon } from '../../../src/billing/create-coupon.ts';
import { findLateUsage } from '../../../src/billing/late-usage.ts';
import { proveInvoice } from '../../../src/billing/prove-invoice.ts';
import { redeemCoupon } from '../../../src/billing/redeem-coupon.ts';
import { rollUpUsage } from '../../../src/billing/roll-up-usage.ts';
import { useTestDatabase } from '../../support/database.ts';
import { type Business, flat, invoicesOf, openBusiness, perDeparture } from '../business.ts';
import { amend, backfill, deprecate, type Flight, fly, preview } from './support.ts';

/** A change as it is drawn: which event it is of is found when those that count are known. */
type Drawn = { action: 'amend' | 'deprecate' | 'backfill'; pick: number; day: number; miles: number; moves: boolean };

const drawn = fc.record<Drawn>({
  action: fc.constantFrom('amend', 'deprecate', 'backfill', 'backfill'),
  pick: fc.nat(1_000),
  day: fc.integer({ min: 0, max: 118 }),
  miles: fc.nat(50),
  moves: fc.boolean(),
});

const dayOf = (day: number) => new Date(Date.UTC(2013, 0, 1, 12) + day * 86_400_000).toISOString();
const monthOf = (at: string) => Number(at.slice(5, 7));

/**
 * 1,000 random corrections of one business whose January and February are issued, March is a draft, April goes on: each is
 * previewed and then applied. Beside them the events that count are kept in memory, and what the customer is to pay for
 * the months is added up from them: 2.00 a departure, 0.30 a mile above 100, 10.00 a month. Every second customer has a
 * coupon of 50 %, and is asked for half of it: all lines are over whole even cents, and none was over nothing.
 */
describe('1,000 random corrections', () => {
  const books = useTestDatabase();
  /** Corrections a customer; customers that are corrected at once; and how often that is drawn. */
  const [perCustomer, atOnce, runs] = [25, 8, 5];
  let business: Business;
  let run = 0;
  let applied = 0;

  const miles = {
    key: 'miles',
    name: 'Miles',
    model: 'graduated',
    meter: 'miles',
    tiers: [
      { upTo: '100', unitAmount: '0' },
      { upTo: null, unitAmount: '0.30' },
    ],
  };
  const corrections = fc.array(
    fc.array(fc.array(drawn, { minLength: 1, maxLength: 3 }), { minLength: perCustomer, maxLength: perCustomer }),
    { minLength: atOnce, maxLength: atOnce },
  );

  it('do just what their previews have shown, and bring the books to what the events say', async () => {
    await fc.assert(
      fc.asyncProperty(corrections, async (all) => {
        run += 1;
        business = await openBusiness(books.database);
        const plan = await business.plan('random', [flat('10'), perDeparture('2'), miles]);
        const customers = await firstMonths(plan);
        await Promise.all(
          all.map(async (ofCustomer, place) => await correctAll(customers[place]!, `${run}-${place}`, ofCustomer)),
        );
        for (const customer of customers) await hold(customer);
        assert.equal((await findLateUsage(books.database, business.clockId)).differing, 0);
      }),
      { numRuns: runs, endOnFailure: true },
    );
    assert.equal(applied, 1_000);
  }).timeout(300_000);

  type Customer = { id: string; counting: Map<string, Flight>; isHalved: boolean };

  async function correctAll({ id, counting }: Customer, name: string, all: readonly Drawn[][]): Promise<void> {
    for (const [index, changes] of all.entries()) {
      const asked = changesOf(changes, counting, id, `${name}-${index}`);
      if (index % 10 === 0) await rollUpUsage(books.database);
      const shown = await preview(books.database, { changes: asked });
      const done = await applyUsageCorrection(books.database, shown.id, 'Grace');
      assert.deepEqual(done.outcome, shown.outcome);
      applied += 1;
    }
  }

  /** January and February are issued, March is a draft. @returns the customers, each with the events that count */
  async function firstMonths(plan: string): Promise<Customer[]> {
    const customers: Customer[] = [];
    const half = `half-${run}`;
    await createCoupon(books.database, { key: half, name: 'Half', percentage: '50', duration: 'forever' }, 'Ada');
    for (let place = 0; place < atOnce; place += 1) {
      const id = await business.customer(`C${place}`, { plan });
      const flights = Array.from({ length: 12 }, (_, index) => ({
        id: `${run}-${place}-first-${index}`,
        customer: id,
        at: dayOf(index * 5),
        miles: index * 7,
      }));
      await fly(books.database, flights);
      const isHalved = place % 2 === 1;
      if (isHalved) await redeemCoupon(books.database, { customer: id, coupon: half }, 'Ada');
      customers.push({ id, counting: new Map(flights.map((flight) => [flight.id, flight])), isHalved });
    }
    for (const month of ['02', '03']) {
      await business.invoice(`2013-${month}-01T13:00:00Z`);
      await business.scan(`2013-${month}-02T15:00:00Z`);
    }
    await business.invoice('2013-04-01T13:00:00Z');
    return customers;
  }

  async function hold({ id: customer, counting, isHalved }: Customer): Promise<void> {
    const invoices = await invoicesOf(books.database, customer);
    assert.deepEqual(
      invoices.map(({ lifecycle }) => lifecycle),
      ['issued', 'issued', 'draft'],
    );
    const billed = await billedByMonth(customer);
    assert.deepEqual(
      billed,
      [1, 2, 3].map((month) => owed(counting, month)),
    );
    assert.equal(
      await askedOf(customer),
      [1, 2, 3].reduce((sum, month) => sum + owed(counting, month), 0) / (isHalved ? 2 : 1),
    );
    for (const { id } of invoices) {
      const proof = (await proveInvoice(books.database, id))!;
      assert.deepEqual(
        proof.lines.filter(({ holds }) => !holds),
        [],
      );
    }
  }

  /** On the invoices and beside them, by the period that it is for. */
  async function billedByMonth(customer: string): Promise<number[]> {
    const { rows } = await books.database.query<{ minor: string }>(
      `SELECT (SELECT coalesce(sum(amount_minor), 0) FROM invoice_lines WHERE period_id = p.id)
         + (SELECT coalesce(sum(amount_minor), 0) FROM usage_adjustments WHERE period_id = p.id) AS minor
       FROM periods p WHERE p.customer_id = $1 AND p.settled_by IS NOT NULL ORDER BY p.start_at`,
      [customer],
    );
    return rows.map(({ minor }) => Number(minor));
  }

  /** All that the customer is asked for, net of coupons: on invoices, and waiting for one. */
  async function askedOf(customer: string): Promise<number> {
    const { rows } = await books.database.query<{ minor: string }>(
      `SELECT (SELECT sum(subtotal_minor - discount_minor) FROM invoices WHERE customer_id = $1)
         + (SELECT coalesce(sum(amount_minor), 0) FROM pending_items WHERE customer_id = $1 AND invoice_id IS NULL) AS minor`,
      [customer],
    );
    return Number(rows[0]!.minor);
  }

  function owed(counting: ReadonlyMap<string, Flight>, month: number): number {
    const flights = [...counting.values()].filter(({ at }) => monthOf(at) === month);
    const flown = flights.reduce((sum, { miles = 0 }) => sum + miles, 0);
    return 10_00 + flights.length * 2_00 + Math.max(0, flown - 100) * 30;
  }

  /** Names each event once, and keeps what counts afterwards. */
  function changesOf(
    all: readonly Drawn[],
    counting: Map<string, Flight>,
    customer: string,
    name: string,
  ): EventChangeInput[] {
    const named = new Set<string>();
    return all.map(({ action, pick, day, miles: flown, moves }, index): EventChangeInput => {
      const free = [...counting.keys()].filter((id) => !named.has(id)).sort();
      const id = free[pick % Math.max(1, free.length)];
      if (action === 'backfill' || id === undefined) {
        const flight = { id: `${name}-${index}`, customer, at: dayOf(day), miles: flown };
        counting.set(flight.id, flight);
        named.add(flight.id);
        return backfill(flight);
      }
      named.add(id);
      if (action === 'deprecate') {
        counting.delete(id);
        return deprecate(id, customer);
      }
      const before = counting.get(id)!;
      // An amendment to what the event says already is refused.
      const other = { ...before, miles: (before.miles ?? 0) + flown + 1, ...(moves && { at: dayOf(day) }) };
      counting.set(id, other);
      return amend(id, customer, { properties: { miles: other.miles }, ...(moves && { occurredAt: other.at }) });
    });
  }
});
