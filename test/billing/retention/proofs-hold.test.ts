import assert from 'node:assert/strict';
import fc from 'fast-check';
import { applyPlans } from '../../../src/billing/apply-plans.ts';
import { findLateUsage } from '../../../src/billing/late-usage.ts';
import { recordUsage } from '../../../src/billing/record-usage.ts';
import { parsePlanFile } from '../../../src/domain/rating/plan.ts';
import { useTarget } from '../../targets/support.ts';
import { type Business, flat, openBusiness } from '../business.ts';
import { amend, correct, deprecate, source } from '../corrections/support.ts';
import { close, figuresOf, keepFor, night, proofsOf, requireHolding } from './support.ts';

const regions = ['eu', 'us', ''] as const;
const zones = ['UTC', 'Asia/Tokyo', 'America/New_York'] as const;

/** One event, of a day from January to March; what it lacks is skipped by the meters that need it. */
type Drawn = { day: number; second: number; value: number | string | null; region: string; kind: 'use' | 'seat' };
const drawnEvent = fc.record<Drawn>({
  day: fc.nat(88),
  second: fc.nat(86_399),
  value: fc.oneof(fc.nat(400), fc.constant('12.5'), fc.constant(null)),
  region: fc.constantFrom(...regions),
  kind: fc.constantFrom('use', 'use', 'use', 'seat'),
});
const drawnBusiness = fc.record({
  zone: fc.constantFrom(...zones),
  events: fc.array(drawnEvent, { minLength: 5, maxLength: 40 }),
  corrections: fc.array(fc.record({ pick: fc.nat(1_000), amends: fc.boolean() }), { maxLength: 4 }),
});

/** A price of each way to read usage: counted, by group, one by one, by cell, as it came, weighed, and for as long as it stands. */
const fileOf = (key: string, run: number) => {
  const sum = { eventType: 'use', aggregation: 'sum', property: 'value' };
  const meters = [
    { key: 'used', name: 'Used', ...sum },
    { key: 'uses', name: 'Uses', eventType: 'use', aggregation: 'count' },
    { key: 'weight', name: 'Weight', ...sum, aggregation: 'weighted_sum' },
    { key: 'daily', name: 'Daily', ...sum, aggregation: 'max', window: 'day', over: 'average' },
    {
      key: `seats-${run}`,
      name: 'Seats',
      eventType: `seat-${run}`,
      aggregation: 'latest',
      property: 'value',
      carries: true,
    },
  ];
  const cells = [{ values: ['eu'], unitAmount: '0.20' }];
  const prices = [
    flat('10'),
    { key: 'uses', name: 'Uses', model: 'per_unit', meter: 'uses', unitAmount: '0.01', groupBy: ['region'] },
    {
      key: 'paid',
      name: 'Paid',
      model: 'percentage',
      meter: 'used',
      rate: '1.5',
      freeTransactions: '2',
      transactionMinimum: '0.30',
    },
    { key: 'cells', name: 'Cells', model: 'matrix', meter: 'used', properties: ['region'], cells, otherwise: '0.03' },
    { key: 'resold', name: 'Resold', model: 'dynamic', meter: 'uses', amountProperty: 'value', multiplier: '1.1' },
    { key: 'weight', name: 'Weight', model: 'per_unit', meter: 'weight', unitAmount: '0.07' },
    { key: 'daily', name: 'Daily', model: 'per_unit', meter: 'daily', unitAmount: '0.11' },
    { key: 'seats', name: 'Seats', model: 'seats', meter: `seats-${run}`, unitAmount: '3' },
  ];
  return { meters, plans: [{ key, name: 'All', currency: 'USD', interval: 'month', minimumAmount: '12', prices }] };
};

describe('The proof of every invoice', () => {
  const target = useTarget();
  let run = 0;

  async function opened({ zone, events }: { zone: string; events: readonly Drawn[] }) {
    run += 1;
    const business: Business = await openBusiness(target.database);
    const key = `all-${run}`;
    await applyPlans(target.database, parsePlanFile(fileOf(key, run)), 'test');
    const customer = await business.customer('C', { plan: key, zone });
    const sent = events.map(({ day, second, value, region, kind }, index) => ({
      id: `${run}-${index}`,
      source,
      customer,
      type: kind === 'use' ? 'use' : `seat-${run}`,
      occurredAt: new Date(Date.UTC(2013, 0, 1 + day, 0, 0, second)).toISOString(),
      properties: { ...(value !== null && { value }), ...(region !== '' && { region }) },
    }));
    return { business, customer, sent };
  }

  it('says the same before and after its events are gone', async function () {
    this.timeout(300_000);
    await fc.assert(
      fc.asyncProperty(drawnBusiness, async (drawn) => {
        await keepFor(target.database, null);
        const { business, customer, sent } = await opened(drawn);
        const send = async (part: readonly (typeof sent)[number][]) => {
          if (part.length > 0) await recordUsage(target.database, part);
        };
        const early = sent.filter(({ occurredAt }) => occurredAt < '2013-03-01');
        await send(early.slice(1));
        for (const month of [1, 2]) await close(business, target, month);
        // Some usage comes late, and some is corrected; all of it is billed beside the invoices.
        await send(sent.filter(({ occurredAt }) => occurredAt >= '2013-03-01'));
        await send(early.slice(0, 1));
        await close(business, target, 3);
        const corrected = new Set<number>();
        for (const { pick, amends } of drawn.corrections) {
          const index = pick % sent.length;
          if (corrected.has(index)) continue;
          corrected.add(index);
          const { id } = sent[index]!;
          const change = amends
            ? amend(id, customer, { properties: { value: 7, odd: true } })
            : deprecate(id, customer);
          await correct(target.database, { changes: [change] });
        }
        await correct(target.database, { lateUsage: { customer } });
        for (let month = 4; month <= 8; month += 1) await close(business, target, month);

        const before = await proofsOf(target.database, customer);
        requireHolding(before);
        await keepFor(target.database, 3);
        const { blocked } = await night(target.database);
        assert.equal(blocked, 0);
        const after = await proofsOf(target.database, customer);
        requireHolding(after);
        assert.deepEqual(after.map(figuresOf), before.map(figuresOf));
        const { rows } = await target.database.query(
          `SELECT count(*) FILTER (WHERE event_type = 'use')::int AS uses,
             count(*) FILTER (WHERE event_type <> 'use')::int AS seats FROM usage_events WHERE customer_id = $1`,
          [customer],
        );
        const seats = sent.filter(({ type }) => type !== 'use').length;
        const amendedSeats = [...corrected].filter(
          (index) =>
            sent[index]!.type !== 'use' && drawn.corrections.find(({ pick }) => pick % sent.length === index)!.amends,
        ).length;
        assert.deepEqual(rows, [{ uses: 0, seats: seats + amendedSeats }]);
        assert.equal((await findLateUsage(target.database, business.clockId)).differing, 0);
      }),
      { numRuns: 6 },
    );
  });
});
