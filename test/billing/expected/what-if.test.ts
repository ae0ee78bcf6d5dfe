import assert from 'node:assert/strict';
import { createSubscription } from '../../../src/billing/create-subscription.ts';
import { shownWhatIf } from '../../../src/billing/expected/show-what-if.ts';
import { supposeBills, type WhatIf } from '../../../src/billing/expected/what-if.ts';
import { moveTestClock } from '../../../src/store/due-work.ts';
import { listSubscriptions } from '../../../src/store/subscription-views.ts';
import { useTestDatabase } from '../../support/database.ts';
import { type Business, flat, openBusiness, perDeparture, perMile } from '../business.ts';

describe('What a customer would be billed', () => {
  const books = useTestDatabase();
  let business: Business;
  let customerId: string;
  let basic: string;
  let twin: string;
  let pro: string;
  let grown: string;
  let parted: string;

  before(async () => {
    business = await openBusiness(books.database);
    const tiers = [
      { upTo: '10', unitAmount: '1' },
      { upTo: null, unitAmount: '0.50' },
    ];
    const landing = { key: 'landing', name: 'Departures', model: 'graduated', meter: 'departures', tiers };
    const byOrigin = { ...perMile('0.01'), key: 'miles', groupBy: ['origin'] };
    basic = await business.plan('basic', [flat('31'), landing, byOrigin]);
    twin = await business.plan('twin', [flat('31'), landing]);
    pro = await business.plan('pro', [flat('62'), perDeparture('0.25')]);
    const byMile = { ...perMile('0.02'), key: 'by-mile' };
    grown = await business.plan('grown', [flat('1'), { ...perDeparture('0.25'), key: 'each' }, byMile]);
    parted = await business.plan('parted', [{ ...perDeparture('1'), key: 'each', groupBy: ['origin'] }]);
    await business.plan('yearly', [flat('500')], 'USD', { interval: 'year' });
    customerId = await business.customer('LH', { plan: basic });
    await business.use(
      'LH',
      Array.from({ length: 8 }, (_, index) => ({
        at: `2013-01-0${index + 1}T10:00:00Z`,
        properties: { origin: 'JFK', miles: 100 },
      })),
    );
    await moveTestClock(books.database, business.clockId, new Date('2013-01-20T00:00:00Z'));
  });

  const suppose = async (whatIf: WhatIf, planFor: string | null = null) =>
    shownWhatIf(await supposeBills(books.database, customerId, whatIf, planFor));
  const subscription = async () =>
    (await listSubscriptions(books.database, { customerId }, { after: undefined, limit: 1 }))[0]!.id;

  it('with more usage goes through its tiers', async () => {
    // 31 + 8 × 1 + 800 × 0.01 = 47.00; with 4 more: 31 + 10 × 1 + 2 × 0.50 + 8.00 = 50.00.
    const { bills } = await suppose({ addUsage: [{ meter: 'departures', quantity: '4' }] });
    assert.deepEqual(
      bills.map(({ before, after, difference }) => [before.total, after.total, difference]),
      [['USD 47.00', 'USD 50.00', 'USD 3.00']],
    );
    assert.deepEqual(
      bills[0]!.lines.map(({ description, quantityBefore, quantityAfter, differenceMinor }) =>
        [description, quantityBefore, quantityAfter, differenceMinor].join(' '),
      ),
      ['Base fee 1 1 0', 'Departures 8 12 300', 'Departures (JFK) 800 800 0'],
    );
  });

  it('with more of one group, or of one that there is not yet', async () => {
    const more = (origin: string) => ({ addUsage: [{ price: 'miles', quantity: '50', group: [origin] }] });
    assert.equal((await suppose(more('JFK'))).bills[0]?.differenceMinor, 50);
    const { lines } = (await suppose(more('LGA'))).bills[0]!;
    assert.deepEqual(
      lines.map(({ description, afterMinor }) => `${description} ${afterMinor}`),
      ['Base fee 3100', 'Departures 800', 'Departures (JFK) 800', 'Departures (LGA) 50'],
    );
  });

  it('by another plan is the whole period by it', async () => {
    // 62 + 8 × 0.25 = 64.00; with 4 more 65.00.
    const plans = [{ subscription: await subscription(), plan: pro }];
    assert.equal((await suppose({ plans })).bills[0]?.after.total, 'USD 64.00');
    const addUsage = [{ meter: 'departures', quantity: '4' }];
    assert.equal((await suppose({ plans, addUsage })).bills[0]?.after.total, 'USD 65.00');
  });

  it('by another plan measures by the meter what was meant for a price that it does not have', async () => {
    const plans = [{ subscription: await subscription(), plan: grown }];
    const more = (price: string, meter: string, group?: string[]) => ({
      ...{ price, meter, quantity: '4' },
      ...(group && { group }),
    });
    // 1 + 8 × 0.25 + 800 × 0.02 = 19.00; by the meters 4 × 0.25 + 4 × 0.02 more.
    const addUsage = [more('landing', 'departures'), more('miles', 'miles', ['JFK'])];
    assert.equal((await suppose({ plans })).bills[0]?.after.total, 'USD 19.00');
    assert.equal((await suppose({ plans, addUsage })).bills[0]?.after.total, 'USD 20.08');
    // Where the price is there, it alone is meant: 10 of the departures at 1.00, 2 at 0.50, and the miles of JFK.
    assert.equal((await suppose({ addUsage })).bills[0]?.after.total, 'USD 50.04');
    const byOrigin = [{ subscription: await subscription(), plan: parted }];
    await assert.rejects(suppose({ plans: byOrigin, addUsage: [more('landing', 'departures')] }), {
      code: 'request-invalid',
      field: 'addUsage[0].group',
    });
  });

  it('by another plan of one subscription adds to the one beside it what it adds to this', async () => {
    const two = await business.customer('TWO', { plan: basic });
    const second = { customer: two, plan: twin, startsAt: '2013-01-01T00:00:00Z' };
    const { id } = await createSubscription(books.database, second, 'test');
    const totals = async (whatIf: WhatIf) =>
      shownWhatIf(await supposeBills(books.database, two, whatIf, null)).bills.map((bill) => bill.after.total);
    const addUsage = [{ price: 'landing', meter: 'departures', quantity: '100' }];
    // Each 31 + 10 × 1 + 90 × 0.50 = 86.00; by the other plan 1 + 100 × 0.25 = 26.00.
    assert.deepEqual(await totals({ addUsage }), ['USD 172.00']);
    assert.deepEqual(await totals({ addUsage, plans: [{ subscription: id, plan: grown }] }), ['USD 112.00']);
  });

  it('with nothing supposed is what is expected', async () => {
    const [bill] = (await suppose({})).bills;
    assert.deepEqual(bill?.after, bill?.before);
    assert.ok(bill?.lines.every(({ differenceMinor }) => differenceMinor === 0));
  });

  it('refuses what cannot be supposed', async () => {
    const refused = async (whatIf: WhatIf, code: string, field: string, planFor: string | null = null) =>
      await assert.rejects(suppose(whatIf, planFor), { code, field });
    const quantity = '1';
    await refused({ addUsage: [{ quantity }] }, 'request-invalid', 'addUsage[0]');
    await refused({ addUsage: [{ meter: 'seats', quantity }] }, 'request-invalid', 'addUsage[0]');
    await refused({ addUsage: [{ meter: 'departures', quantity: 'x' }] }, 'decimal-invalid', 'addUsage[0].quantity');
    await refused({ addUsage: [{ price: 'miles', quantity }] }, 'request-invalid', 'addUsage[0].group');
    const id = await subscription();
    await refused({ plans: [{ subscription: id, plan: 'none' }] }, 'plan-unknown', 'plans[0].plan');
    const yearly = pro.replace('pro', 'yearly');
    await refused({ plans: [{ subscription: id, plan: yearly }] }, 'request-invalid', 'plans[0].plan');
    const other = 'd2c1a1f0-5d8b-4d0c-9b43-2a6d4a4a1111';
    await refused({ plans: [{ subscription: other, plan: pro }] }, 'not-found', 'plans[0].subscription');
    // A customer supposes only plans that are offered to it.
    await refused({ plans: [{ subscription: id, plan: pro }] }, 'plan-unknown', 'plans[0].plan', customerId);
  });
});
