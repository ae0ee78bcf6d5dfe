import assert from 'node:assert/strict';
import { createCoupon } from '../../../src/billing/create-coupon.ts';
import { findLateUsage } from '../../../src/billing/late-usage.ts';
import { proveInvoice } from '../../../src/billing/prove-invoice.ts';
import { recordUsage } from '../../../src/billing/record-usage.ts';
import { redeemCoupon } from '../../../src/billing/redeem-coupon.ts';
import { reissueInvoice } from '../../../src/billing/reissue-invoice.ts';
import { setCustomerTax } from '../../../src/billing/tax/set-customer-tax.ts';
import { requestVoid } from '../../../src/billing/void-invoice.ts';
import { flat, perDeparture } from '../../billing/business.ts';
import { backfill, correct, deprecate, eventOf, type Flight, fly } from '../../billing/corrections/support.ts';
import { grant, heldIn, openWallet } from '../../billing/wallets/support.ts';
import { useStories } from './story.ts';

/** Every month is billed on the 1st of the next one at 13:00 and issued on the 2nd at 15:00, UTC. VAT is 19 %. */
describe('Bills that turned out wrong', () => {
  const { target, open } = useStories();
  const flights = (customer: string, name: string, day: string, count: number): Flight[] =>
    Array.from({ length: count }, (_, minute) => ({
      id: `${name} ${minute} of ${customer}`,
      customer,
      at: `2013-${day}T10:${String(minute).padStart(2, '0')}:00Z`,
    }));

  // Kill Bill 1086: a void frees what had been billed, and it is billed twice. Here events stay taken.
  it('voided at Stripe and billed again at a new price, with the coupon and the wallet that had paid the old one', async () => {
    const { database } = target;
    const story = await open([flat('100'), perDeparture('2')]);
    const { customer, business, plan } = story;
    await createCoupon(database, { key: 'a-fifth', name: 'A fifth', percentage: '20', duration: 'once' }, 'test');
    await redeemCoupon(database, { customer, coupon: 'a-fifth' }, 'test');
    const account = await grant(database, await openWallet(database, customer, 'Prepaid'), 4_280);
    const departures = flights(customer, 'january', '01-07', 25);
    await fly(database, departures);
    // 100.00 + 25 × 2.00 = 150.00; − 20 % = 120.00; + 19 % = 142.80; − 42.80 of the wallet = 100.00.
    const first = await story.close(1);
    assert.equal(first.told, 'issued 15000 - 3000 + 2280 + 0 - 4280 = 10000');
    await story.bring(first.id);
    assert.deepEqual([await story.copyOf(first.id), await heldIn(database, account)], ['open 10000, 10000 to pay', 0n]);

    // 10 Feb: it should have been 1.00 a departure.
    await requestVoid(database, { invoiceId: first.id, reason: 'Another price was agreed.' }, 'Ada');
    assert.equal(await story.bring(first.id), 'void');
    assert.equal(await heldIn(database, account), 4_280n);
    const again = await recordUsage(database, departures.map(eventOf));
    assert.deepEqual(new Set(again.map(({ status }) => status)), new Set(['duplicate']));
    await business.plan('plan', [flat('100'), perDeparture('1')]);
    const order = { invoiceId: first.id, reason: 'At the price that was agreed.', plan };
    const { invoiceId } = await reissueInvoice(database, order, 'Ada');
    await business.scan('2013-02-12T15:00:00Z');
    // 100.00 + 25 × 1.00 = 125.00; − 20 % = 100.00; + 19 % = 119.00; − 42.80 = 76.20.
    assert.deepEqual(await story.told(), [
      'void 15000 - 3000 + 2280 + 0 - 4280 = 10000',
      'issued 12500 - 2500 + 1900 + 0 - 4280 = 7620',
    ]);
    await story.bring(invoiceId as string);
    assert.deepEqual((await story.remoteOf(first.id)).status, 'void');
    assert.equal(await story.copyOf(invoiceId as string), 'open 7620, 7620 to pay');
    // The void keeps its number, and the coupon for one bill is on no other.
    assert.deepEqual(
      (await story.bills()).map(({ number }) => number),
      [1, 2].map((place) => `${business.numberPrefix}-00000${place}`),
    );
    assert.equal((await story.close(2)).told, 'issued 10000 - 0 + 1900 + 0 - 0 = 11900');
  });

  // Kill Bill 1022: what an old invoice was over can still be shown, though its months were corrected.
  it('by events that were missing in three months, of a customer whose taxes have changed since', async () => {
    const { database } = target;
    const story = await open([flat('100'), perDeparture('2')]);
    const { customer, business } = story;
    for (const month of [1, 2, 3]) await story.close(month);
    await setCustomerTax(database, customer, { status: 'reverse_charge', reason: 'Article 196' }, 'test');
    // 10 April: one departure of January, two of February and three of March were never sent: 2.00, 4.00 and 6.00.
    const missing = [1, 2, 3].flatMap((month) => flights(customer, `month ${month}`, `0${month}-15`, month));
    const outcome = await correct(database, { changes: missing.map(backfill) });
    assert.deepEqual(outcome.events, { amended: 0, deprecated: 0, backfilled: 6 });
    assert.equal((await recordUsage(database, missing.map(eventOf))).every(({ status }) => status === 'duplicate'), true);
    const april = await story.close(4);
    // They are taxed as the bill that they are on: 100.00 + 2.00 + 4.00 + 6.00 without tax. What is issued stays.
    assert.deepEqual(await story.told(), [
      ...Array(3).fill('issued 10000 - 0 + 1900 + 0 - 0 = 11900'),
      'issued 11200 - 0 + 0 + 0 - 0 = 11200',
    ]);
    await story.bring(april.id);
    const { lines, total } = await story.remoteOf(april.id);
    assert.equal(total, 11_200);
    const reasons = lines.data.flatMap(({ taxes }) => taxes?.map(({ taxability_reason }) => taxability_reason) ?? []);
    assert.deepEqual(new Set(reasons), new Set(['reverse_charge']));
    for (const { id } of await story.bills()) {
      const proof = await proveInvoice(database, id);
      assert.deepEqual(proof?.lines.filter(({ holds }) => !holds), []);
    }
    assert.equal((await findLateUsage(database, business.clockId)).differing, 0);
  });

  // Lago 4273, 4642: an invoice with a negative total, which nobody can pay.
  it('by more than the next bill is over: it is carried with its tax, and pays two bills after it', async () => {
    const { database } = target;
    const story = await open([flat('5'), perDeparture('10')]);
    const { customer } = story;
    const january = flights(customer, 'ghost', '01-07', 8);
    await fly(database, january);
    // 5.00 + 8 × 10.00 = 85.00; + 19 % = 101.15, which are paid.
    const first = await story.close(1);
    assert.equal(first.told, 'issued 8500 - 0 + 1615 + 0 - 0 = 10115');
    await story.bring(first.id);
    await story.pay(first.id);
    // 10 Feb: none of the eight departed.
    await correct(database, { changes: january.map(({ id }) => deprecate(id, customer)) });
    // 5.00 − 80.00 = −75.00; + 19 % = −89.25: nothing to pay, 89.25 on the balance.
    const second = await story.close(2);
    assert.equal(second.told, 'issued -7500 - 0 + -1425 + 8925 - 0 = 0');
    assert.equal(await story.balance(), 8_925n);
    // 5.00 + 0.95, paid by the balance, which has 83.30 left.
    const third = await story.close(3);
    assert.equal(third.told, 'issued 500 - 0 + 95 + 0 - 595 = 0');
    // 5.00 + 10 × 10.00 = 105.00; + 19 % = 124.95; − 83.30 = 41.65.
    await fly(database, flights(customer, 'april', '04-07', 10));
    const fourth = await story.close(4);
    assert.equal(fourth.told, 'issued 10500 - 0 + 1995 + 0 - 8330 = 4165');
    const copies: string[] = [];
    for (const { id } of [first, second, third, fourth]) {
      await story.bring(id);
      copies.push(await story.copyOf(id));
    }
    assert.deepEqual(copies, ['paid 10115, 0 to pay', 'paid 0, 0 to pay', 'paid 0, 0 to pay', 'open 4165, 4165 to pay']);
    assert.equal(await story.balance(), 0n);
  });

  // FlexPrice 2252, Lago 5980: a coupon that was counted once is taken twice.
  it('and a coupon for one bill whose bill was voided: on one of two drafts that are issued together', async () => {
    const { database } = target;
    const story = await open([flat('100')], { rates: [] });
    const { customer, business } = story;
    await createCoupon(database, { key: 'half', name: 'Half', percentage: '50', duration: 'once' }, 'test');
    await redeemCoupon(database, { customer, coupon: 'half' }, 'test');
    const january = await story.close(1);
    assert.equal(january.told, 'issued 10000 - 5000 + 0 + 0 - 0 = 5000');
    await requestVoid(database, { invoiceId: january.id, reason: 'It was wrong.' }, 'Ada');
    await story.bring(january.id);
    // 1 March: February's draft has it. January, billed again, is whole.
    await story.draft(2);
    await reissueInvoice(database, { invoiceId: january.id, reason: 'It was right.' }, 'Ada');
    await Promise.all([business.scan('2013-03-02T15:00:00Z'), business.scan('2013-03-02T15:00:00Z')]);
    await business.scan('2013-03-03T15:00:00Z');
    const live = (await story.bills()).filter(({ lifecycle }) => lifecycle === 'issued');
    assert.deepEqual(live.map(({ told }) => told).sort(), [
      'issued 10000 - 0 + 0 + 0 - 0 = 10000',
      'issued 10000 - 5000 + 0 + 0 - 0 = 5000',
    ]);
  });

  it('the last use of a coupon, asked for by two customers at once, is on the bills of one', async () => {
    const { database } = target;
    const story = await open([flat('100')]);
    const other = await story.addCustomer('AA');
    const terms = { percentage: '10', duration: 'forever', maxRedemptions: 1 } as const;
    await createCoupon(database, { key: 'the-last', name: 'The last', ...terms }, 'test');
    const asked = await Promise.allSettled(
      [story.customer, other].map((customer) => redeemCoupon(database, { customer, coupon: 'the-last' }, 'test')),
    );
    assert.deepEqual(asked.map(({ status }) => status).sort(), ['fulfilled', 'rejected']);
    await story.close(1);
    // 90.00 + 19 % = 107.10, and 100.00 + 19 % = 119.00.
    assert.deepEqual([...(await story.told()), ...(await story.told(other))].sort(), [
      'issued 10000 - 0 + 1900 + 0 - 0 = 11900',
      'issued 10000 - 1000 + 1710 + 0 - 0 = 10710',
    ]);
  });
});
