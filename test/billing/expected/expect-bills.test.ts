import assert from 'node:assert/strict';
import { changePlan } from '../../../src/billing/change-plan.ts';
import { createCoupon } from '../../../src/billing/create-coupon.ts';
import { type ExpectedBill, expectBills } from '../../../src/billing/expected/expect-bills.ts';
import { shownBills } from '../../../src/billing/expected/show-bills.ts';
import { orderOneOff } from '../../../src/billing/order-one-off.ts';
import { addPendingItem } from '../../../src/billing/pending-item-orders.ts';
import { redeemCoupon } from '../../../src/billing/redeem-coupon.ts';
import { rollUpUsage } from '../../../src/billing/roll-up-usage.ts';
import { moveTestClock } from '../../../src/store/due-work.ts';
import { readLines } from '../../../src/store/invoice-facts.ts';
import { listSubscriptions } from '../../../src/store/subscription-views.ts';
import { useTestDatabase } from '../../support/database.ts';
import { type Business, flat, invoicesOf, openBusiness, perDeparture, perMile } from '../business.ts';
import { grant, openWallet } from '../wallets/support.ts';

describe('The expected bill of a customer', () => {
  const books = useTestDatabase();
  let business: Business;

  beforeEach(async () => {
    business = await openBusiness(books.database);
  });

  const moveTo = (at: string) => moveTestClock(books.database, business.clockId, new Date(at));
  const expected = (customerId: string, comparison: 'last-bill' | 'same-point' | null = 'last-bill') =>
    expectBills(books.database, customerId, { comparison });
  async function onlyBill(customerId: string, comparison?: 'last-bill' | 'same-point'): Promise<ExpectedBill> {
    const { bills } = await expected(customerId, comparison);
    assert.equal(bills.length, 1);
    const [bill] = bills;
    assert.ok(bill !== undefined && 'bill' in bill, 'it could be computed');
    return bill;
  }
  const linesOf = ({ lines }: Pick<ExpectedBill, 'lines'>) =>
    lines.map(({ kind, description, quantity, amountMinor }) => `${kind} ${description}: ${quantity}, ${amountMinor}`);
  const because = ({ change }: ExpectedBill) =>
    change === null ? null : change.byKind.map(({ kind, amountMinor }) => `${kind} ${amountMinor}`);

  it('grows with what is used, rolled up or not, up to the customer’s now', async () => {
    const plan = await business.plan('basic', [flat('31'), perDeparture('0.50')]);
    const id = await business.customer('LH', { plan });
    await business.use('LH', [{ at: '2013-01-03T10:00:00Z' }, { at: '2013-01-04T10:00:00Z' }]);
    await moveTo('2013-01-10T00:00:00Z');
    // 31.00 + 2 × 0.50
    assert.deepEqual(linesOf(await onlyBill(id)), ['fixed Base fee: 1, 3100', 'usage Departures: 2, 100']);
    await rollUpUsage(books.database);
    await business.use('LH', [{ at: '2013-01-05T10:00:00Z' }, { at: '2013-01-20T10:00:00Z' }]);
    // The one of the 20th is not yet; the one of the 5th is not rolled up.
    const bill = await onlyBill(id);
    assert.deepEqual(linesOf(bill), ['fixed Base fee: 1, 3100', 'usage Departures: 3, 150']);
    assert.equal(bill.bill.totalMinor, 3_250n);
    assert.equal(bill.generatedAt.toISOString(), '2013-02-01T13:00:00.000Z');
    assert.equal(bill.issuedAt.toISOString(), '2013-02-02T15:00:00.000Z');
    assert.equal(bill.dueOn, '2013-02-16');
    const { heard, asOf } = await expected(id);
    assert.deepEqual(
      heard.map(({ eventType, lastOccurredAt }) => [eventType, lastOccurredAt?.toISOString()]),
      [['departure', '2013-01-05T10:00:00.000Z']],
    );
    assert.equal(asOf.toISOString(), '2013-01-10T00:00:00.000Z');
  });

  it('says what of its meter each charge is of', async () => {
    const gate = { ...perDeparture('3'), key: 'gate', filter: { origin: ['EWR', 'LGA'] } };
    const miles = { ...perMile('0.01'), key: 'miles', filter: { airline: ['LH'] }, groupBy: ['origin'] };
    const plan = await business.plan('parts', [flat('1'), perDeparture('1'), gate, miles]);
    const id = await business.customer('LH', { plan });
    const properties = { origin: 'EWR', airline: 'LH', miles: 100 };
    await business.use('LH', [{ at: '2013-01-03T10:00:00Z', properties }]);
    await moveTo('2013-01-10T00:00:00Z');
    assert.deepEqual(
      (await onlyBill(id)).lines.map(({ priceKey, filter }) => [priceKey, filter]),
      [
        ['base', {}],
        [perDeparture('1').key, {}],
        ['gate', { origin: ['EWR', 'LGA'] }],
        ['miles', { airline: ['LH'], origin: ['EWR'] }],
      ],
    );
  });

  it('is the draft, to the line, as soon as there is nothing left to come', async () => {
    const plan = await business.plan('all', [
      flat('31'),
      perDeparture('0.37'),
      { ...perMile('0.011'), included: '10' },
      { key: 'tails', name: 'Aircraft', model: 'per_unit', meter: 'aircraft', unitAmount: '3.33' },
    ]);
    const id = await business.customer('LH', { plan, zone: 'America/New_York', startsAt: '2013-01-01T05:00:00Z' });
    const key = `all-${plan}`;
    await createCoupon(
      books.database,
      { key, name: '7 %', percentage: '7', duration: 'forever', plans: [plan] },
      'Ada',
    );
    await redeemCoupon(books.database, { customer: id, coupon: key }, 'Ada');
    const item = { customer: id, requestId: 'set-up', description: 'Set-up', amount: '12.34' };
    await addPendingItem(books.database, item, 'Ada');
    await grant(books.database, await openWallet(books.database, id, 'Prepaid'), 1_000);
    for (const [month, next] of [
      ['01', '02'],
      ['02', '03'],
      ['03', '04'],
    ] as const) {
      await business.use(
        'LH',
        Array.from({ length: 7 }, (_, index) => ({
          at: `2013-${month}-${String(3 + 3 * index).padStart(2, '0')}T10:00:00Z`,
          properties: { miles: 100 + index, tail: `D-${index % 3}` },
        })),
      );
      await rollUpUsage(books.database);
      await moveTo(`2013-${next}-01T12:59:59Z`);
      const bill = (await expected(id)).bills.find(
        ({ key: { periodStartAt } }) => periodStartAt.getUTCMonth() === Number(month) - 1,
      ) as ExpectedBill;
      await business.invoice(`2013-${next}-01T13:00:00Z`);
      const draft = (await invoicesOf(books.database, id)).at(-1)!;
      const stored = (await readLines(books.database, [draft.id])).get(draft.id)!;
      assert.equal(bill.invoiceId, draft.id, 'it has the name that it was to have');
      assert.equal(bill.bill.totalMinor, draft.totalMinor);
      const content = ({
        position,
        priceKey,
        quantity,
        amountMinor,
        discountMinor,
        taxMinor,
      }: (typeof stored)[number]) => [position, priceKey, quantity, amountMinor, discountMinor, taxMinor].join(' ');
      assert.deepEqual(bill.lines.map(content), stored.map(content));
      const { inReview } = await expected(id);
      assert.deepEqual(
        inReview.map(({ id: of, totalMinor, expectedMinor }) => [of, totalMinor, expectedMinor]),
        [[draft.id, draft.totalMinor, draft.totalMinor]],
      );
      await business.scan(`2013-${next}-02T15:00:00Z`);
    }
  });

  it('says why it differs from the bill before, in parts that add up', async () => {
    const plan = await business.plan('basic', [flat('31'), perDeparture('0.50')]);
    const id = await business.customer('LH', { plan });
    await business.use('LH', [{ at: '2013-01-03T10:00:00Z' }]);
    await business.invoice('2013-02-01T13:00:00Z');
    await business.scan('2013-02-02T15:00:00Z');
    await business.use('LH', [
      { at: '2013-02-03T10:00:00Z' },
      { at: '2013-02-04T10:00:00Z' },
      { at: '2013-02-05T10:00:00Z' },
    ]);
    await addPendingItem(books.database, { customer: id, requestId: 'x', description: 'Visit', amount: '5' }, 'Ada');
    await moveTo('2013-02-10T00:00:00Z');
    // 31.50 was January; 31.00 + 3 × 0.50 + 5.00 = 37.50 is February so far.
    const bill = await onlyBill(id);
    assert.deepEqual(because(bill), ['quantity 100', 'one-off 500']);
    assert.deepEqual([bill.change?.beforeMinor, bill.change?.afterMinor], [3_150n, 3_750n]);
    const { change } = shownBills(await expected(id)).bills[0]!;
    assert.deepEqual(
      change?.byKind.map(({ sentence }) => sentence),
      ['USD 1.00 more, since more was used.', 'USD 5.00 more, since charges for one bill only.'],
    );
    // By 10 January, 00:00, one had departed; charges were 31.50 then, too.
    const then = await onlyBill(id, 'same-point');
    assert.equal(then.change?.until.toISOString(), '2013-01-10T00:00:00.000Z');
    assert.deepEqual(because(then), ['quantity 100', 'one-off 500']);
  });

  it('tells a new price and another plan from what was used', async () => {
    const plan = await business.plan('basic', [flat('31'), perDeparture('0.50')]);
    const id = await business.customer('LH', { plan });
    await business.use('LH', [{ at: '2013-01-03T10:00:00Z' }]);
    await business.invoice('2013-02-01T13:00:00Z');
    await business.scan('2013-02-02T15:00:00Z');
    const [subscription] = await listSubscriptions(books.database, { customerId: id }, { after: undefined, limit: 1 });
    const pro = await business.plan('pro', [flat('62'), perDeparture('0.40')]);
    await changePlan(books.database, { id: subscription!.id, plan: pro, when: 'renewal' }, 'Ada');
    await business.use('LH', [{ at: '2013-03-03T10:00:00Z' }, { at: '2013-03-04T10:00:00Z' }]);
    await business.invoice('2013-03-01T13:00:00Z');
    await business.scan('2013-03-02T15:00:00Z');
    await moveTo('2013-03-10T00:00:00Z');
    // February by `basic`: 31.00. March: 62.00 + 2 × 0.40; by `basic` it would be 31.00 + 2 × 0.50.
    const bill = await onlyBill(id);
    assert.deepEqual(because(bill), ['quantity 100', 'plan 3080']);
    assert.equal(bill.change?.differenceMinor, 3_180n);
  });

  it('has drafts in review apart, which take up what waits before it does', async () => {
    const plan = await business.plan('basic', [flat('31')]);
    const id = await business.customer('LH', { plan });
    await business.invoice('2013-02-01T13:00:00Z');
    const line = { description: 'Visit', quantity: '1', unitAmount: '7' };
    await orderOneOff(books.database, { customer: id, requestId: 'o', lines: [line], reason: 'Agreed' }, 'Ada');
    await addPendingItem(books.database, { customer: id, requestId: 'x', description: 'Late', amount: '5' }, 'Ada');
    await moveTo('2013-02-01T14:00:00Z');
    const { bills, inReview } = await expected(id);
    // The draft of January is issued before that of February is made, and takes the 5.00 with it.
    assert.deepEqual(
      bills.map((bill) => linesOf(bill as ExpectedBill)),
      [['fixed Base fee: 1, 3100']],
    );
    assert.deepEqual(
      inReview.map(({ purpose, totalMinor, expectedMinor }) => [purpose.slice(0, 7), totalMinor, expectedMinor]).sort(),
      [
        ['one-off', 700n, 700n],
        ['period', 3_100n, 3_600n],
      ],
    );
    await business.scan('2013-02-02T15:00:00Z');
    const issued = (await invoicesOf(books.database, id)).find(
      ({ lifecycle, lineCount }) => lifecycle === 'issued' && lineCount === 2,
    );
    assert.equal(issued?.totalMinor, 3_600n);
  });

  it('is of what waits alone where there is no subscription', async () => {
    const plan = await business.plan('basic', [flat('31')]);
    const id = await business.customer('LH', { plan, startsAt: '2014-01-01T00:00:00Z' });
    assert.deepEqual((await expected(id)).bills, []);
    await addPendingItem(books.database, { customer: id, requestId: 'x', description: 'Visit', amount: '5' }, 'Ada');
    const bill = await onlyBill(id);
    assert.deepEqual(linesOf(bill), ['one-off Visit: null, 500']);
    assert.equal(bill.generatedAt.toISOString(), '2013-01-01T13:00:00.000Z');
  });

  it('leaves a bill that cannot be computed to itself, with the reason', async () => {
    const plan = await business.plan('basic', [flat('31')]);
    const odd = await business.plan('odd', [perMile('0.10')]);
    const id = await business.customer('LH', { plan });
    await business.subscribe(id, odd, { billingGroup: 'other' });
    await business.use('LH', [{ at: '2013-01-03T10:00:00Z', properties: { miles: -5 } }]);
    await moveTo('2013-01-10T00:00:00Z');
    const { bills } = shownBills(await expected(id));
    assert.deepEqual(
      bills.map(({ billingGroup, failure, totalMinor }) => [billingGroup, failure?.code ?? null, totalMinor]).sort(),
      [
        ['', null, 3_100],
        ['other', 'quantity-negative', 0],
      ],
    );
  });

  it('of nobody is refused', async () => {
    await assert.rejects(expected('d2c1a1f0-5d8b-4d0c-9b43-2a6d4a4a1111'), { code: 'not-found' });
  });
});
