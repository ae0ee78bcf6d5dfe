import assert from 'node:assert/strict';
import { advanceTo } from '../../examples/airports/advance.ts';
import type { Api } from '../../examples/airports/api.ts';
import { aircraft, airlines, type Business } from '../../examples/airports/businesses.ts';
import { createBusiness, loadMonth, type Outcomes } from '../../examples/airports/load.ts';
import { clockIdOf } from '../../src/billing/ids.ts';
import { findLateUsage } from '../../src/billing/late-usage.ts';
import { readTotals } from '../../src/store/totals.ts';
import { openWorld, type World } from '../support/world.ts';
import { assertGapless, type BilledInvoice, invoicesOf } from './support/books.ts';
import { aircraftByHand } from './support/by-hand.ts';
import { assertBilledRight, openSample, sampleClockId } from './support/sample.ts';
import { aircraftPay } from './support/second-computation.ts';
import { assertCalmWrites, readJournal } from './support/stripe-journal.ts';

/** The airlines, had they begun with October: events far ahead of a customer's clock are refused. */
const airlinesInOctober: Business = {
  ...airlines,
  clock: { ...airlines.clock, startsAt: aircraft.clock.startsAt },
  subscribedFrom: aircraft.subscribedFrom,
};

/**
 * October 2013 of 42 aircraft, beside the airlines in the same books: every hundredth of all 3,969 registrations in
 * their alphabetical order, one whose bill was worked by hand, and one whose only departure was cancelled.
 *
 *   1 Nov   13:00 UTC: 42 drafts
 *   2 Nov   15:00 UTC: TAIL-000001 to TAIL-000034 are issued; 8 aircraft did not leave, and their drafts are skipped
 */
describe('A month of 42 aircraft, beside the airlines', function () {
  this.timeout(120_000);
  const clockId = clockIdOf(aircraft.clock.name);
  let world: World;
  let api: Api;
  let registrations: string[];
  let few: Business;
  let invoices: BilledInvoice[];
  let sent: { airlines: Outcomes; aircraft: Outcomes };

  before(async () => {
    const all = await aircraft.customers();
    const chosen = all.filter(
      ({ externalId }, index) => index % 100 === 0 || ['N3JNAA', 'N281AT'].includes(externalId),
    );
    registrations = chosen.map(({ externalId }) => externalId);
    few = {
      ...aircraft,
      customers: async () => chosen,
      payerOf: ({ tailnum }) => (registrations.includes(tailnum) ? tailnum : undefined),
    };
    world = await openWorld();
    [api] = await Promise.all([openSample(world), world.start('worker'), world.start('bridge')]);
    await createBusiness(api, airlinesInOctober);
    await createBusiness(api, few);
    sent = {
      airlines: await loadMonth(api, airlinesInOctober, '2013-10', { until: new Date('2013-10-03T00:00:00Z') }),
      aircraft: await loadMonth(api, few, '2013-10'),
    };
    await advanceTo(api, aircraft.clock.name, new Date('2013-11-03T00:00:00Z'));
    invoices = await invoicesOf(world.database, clockId);
  });
  after(async () => await world?.close());

  it('takes the same departure from both businesses, as two events', () => {
    const none = { duplicate: 0, conflict: 0, rejected: 0 };
    assert.deepEqual(sent, { airlines: { accepted: 1_854, ...none }, aircraft: { accepted: 353, ...none } });
  });

  it('bills what the second computation bills, line by line, and Stripe has just that', async () => {
    const payers = { ...aircraftPay, customers: registrations };
    await assertBilledRight(world, ['2013-10'], { clock: aircraft.clock.name, payers });
  });

  for (const { customer, totalMinor, lines } of aircraftByHand) {
    it(`bills ${customer} what was derived by hand`, async () => {
      const { id } = invoices.find((invoice) => invoice.customer === customer) as BilledInvoice;
      const shown = await api.get<ShownInvoice>(`/v1/invoices/${id}`);
      assert.deepEqual(
        shown.lines.map(({ priceKey, quantity, amountMinor }) => ({ priceKey, quantity, amountMinor })),
        lines.map((line) => ({ ...line, amountMinor: Number(line.amountMinor) })),
      );
      assert.equal(shown.totalMinor, Number(totalMinor));
    });
  }

  it('skips those that did not leave: no number, nothing at Stripe', async () => {
    const skipped = invoices.filter(({ lifecycle }) => lifecycle === 'skipped');
    assert.deepEqual(
      skipped.map(({ customer, number }) => [customer, number]),
      ['D942DN', 'N170PQ', 'N281AT', 'N388SW', 'N443WN', 'N530VA', 'N662SW', 'N819MQ'].map((one) => [one, null]),
    );
    const issued = invoices.filter(({ lifecycle }) => lifecycle === 'issued');
    assertCalmWrites(await readJournal(world), {
      customers: issued.map(({ customerId }) => customerId),
      invoices: issued.map(({ id }) => id),
    });
    const { sync, customers, invoices: live, amounts } = await readTotals(world.database, clockId);
    assert.deepEqual([customers, live, amounts[0]?.invoices], [42, 42, 34]);
    assert.deepEqual(sync, { synced: 34, parked: 0, waiting: 0, drafts: 0, skipped: 8 });
  });

  it('numbers its own series without a gap, and bills no airline', async () => {
    await assertGapless(world.database, clockId, 'TAIL');
    assert.deepEqual(await invoicesOf(world.database, sampleClockId), []);
  });

  it('does nothing when all of it is asked again', async () => {
    const before = await readJournal(world);
    assert.deepEqual(await createBusiness(api, few), { customers: 42, now: new Date('2013-11-03T00:00:00Z') });
    assert.deepEqual(await loadMonth(api, few, '2013-10'), { accepted: 0, duplicate: 353, conflict: 0, rejected: 0 });
    const again = await advanceTo(api, aircraft.clock.name, new Date('2013-11-03T00:00:00Z'));
    assert.equal(again.outcome, 'already there');
    assert.deepEqual(again.work.generated, { count: 0, seconds: 0 });
    assert.deepEqual(await readJournal(world), before);
    const late = await findLateUsage(world.database, clockId);
    assert.deepEqual(late, { periods: 42, differing: 0, differences: [] });
  });
});

type ShownInvoice = { totalMinor: number; lines: { priceKey: string; quantity: string; amountMinor: number }[] };
