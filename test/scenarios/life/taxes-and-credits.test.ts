import assert from 'node:assert/strict';
import { createCoupon } from '../../../src/billing/create-coupon.ts';
import { issueCreditNote } from '../../../src/billing/issue-credit-note.ts';
import { orderOneOff } from '../../../src/billing/order-one-off.ts';
import { redeemCoupon } from '../../../src/billing/redeem-coupon.ts';
import { setCustomerTax } from '../../../src/billing/tax/set-customer-tax.ts';
import { findCreditNote } from '../../../src/store/credit-note-views.ts';
import { flat, perDeparture } from '../../billing/business.ts';
import { expire, grant, heldIn, openWallet } from '../../billing/wallets/support.ts';
import { useStories } from './story.ts';

/** Every month is billed on the 1st of the next one at 13:00 and issued on the 2nd at 15:00, UTC. */
describe('Bills with taxes and credits', () => {
  const { target, open } = useStories();

  const coupon = (key: string, percentage: string) =>
    createCoupon(target.database, { key, name: key, percentage, duration: 'forever' }, 'test');
  const note = async (invoiceId: string, amountMinor: number) => {
    const order = {
      requestId: `note ${amountMinor}`,
      giveBack: 'refund',
      reason: 'order_change',
      amountMinor,
    } as const;
    return await findCreditNote(target.database, (await issueCreditNote(target.database, invoiceId, order, 'Ada')).id);
  };

  it('a price with the tax in it, less a coupon: the tax is that of what is paid, also of what is credited', async () => {
    await coupon('tenth', '10');
    const story = await open([flat('119')], { rates: ['vat-inside'] });
    await redeemCoupon(target.database, { customer: story.customer, coupon: 'tenth' }, 'test');
    const { id, told } = await story.close(1);
    // 119.00 − 11.90 = 107.10, of which 107.10 × 19 / 119 = 17.10 are tax.
    assert.equal(told, 'issued 11900 - 1190 + 0 + 0 - 0 = 10710');
    await story.bring(id);
    const copy = await story.remoteOf(id);
    assert.deepEqual(
      [copy.total, copy.total_taxes?.map(({ amount, tax_behavior }) => [amount, tax_behavior])],
      [10_710, [[1_710, 'inclusive']]],
    );
    // Half of it goes back: 53.55, of which 8.55 are tax.
    const made = await note(id, 5_355);
    assert.deepEqual([made?.totalMinor, made?.inclusiveTaxMinor, made?.taxMinor], [5_355, 855, 0]);
    await story.bring(id);
    assert.equal(await story.copyOf(id), 'open 10710, 5355 to pay');
  });

  it('who is exempt pays the price with the tax in it all the same, and reads why there is none', async () => {
    const story = await open([flat('119')], { rates: ['vat-inside'] });
    const { customer } = story;
    await setCustomerTax(target.database, customer, { status: 'exempt', reason: 'Charity' }, 'test');
    const { id, told } = await story.close(1);
    assert.equal(told, 'issued 11900 - 0 + 0 + 0 - 0 = 11900');
    const { rows } = await target.database.query(
      'SELECT taxable_minor, amount_minor, reason FROM invoice_taxes WHERE invoice_id = $1',
      [id],
    );
    assert.deepEqual(rows, [{ taxable_minor: 11_900n, amount_minor: 0n, reason: 'Charity' }]);
    await story.bring(id);
    assert.equal(await story.copyOf(id), 'open 11900, 11900 to pay');
  });

  // Autumn 1839, Paymenter 1258: yen charged a hundredfold.
  it('yen have no cents: half a yen of tax is rounded up, and Stripe is told of 1,106', async () => {
    const story = await open([flat('1005')], { currency: 'JPY', rates: ['ten'] });
    const { id, told } = await story.close(1);
    // 10 % of ¥1,005 is ¥100.5, so ¥101.
    assert.equal(told, 'issued 1005 - 0 + 101 + 0 - 0 = 1106');
    await story.bring(id);
    const copy = await story.remoteOf(id);
    assert.deepEqual([copy.currency, copy.total, copy.amount_due], ['jpy', 1_106, 1_106]);
    await story.pay(id);
    assert.equal(await story.payment(id), 'paid');
  });

  it('dinars have three decimals, of which Stripe takes two: what it cannot take waits for a person', async () => {
    const even = await open([flat('12.400')], { currency: 'KWD', rates: ['five'] });
    const good = await even.close(1);
    // 5 % of 12.400 is 0.620.
    assert.equal(good.told, 'issued 12400 - 0 + 620 + 0 - 0 = 13020');
    await even.bring(good.id);
    assert.equal(await even.copyOf(good.id), 'open 13020, 13020 to pay');
    // 5 % of 12.340 is 0.617.
    const odd = await open([flat('12.340')], { currency: 'KWD', rates: ['five'] });
    // It has no number yet, so that the price or the rate can be mended.
    const bad = await odd.close(1);
    assert.equal(bad.told, 'held 12340 - 0 + 617 + 0 - 0 = 12957');
  });

  // Lago 5463: a balance that is stale until the next event comes. The draft has what the invoice will have.
  it('a wallet that ends in mid-month pays what the bill was by then, coupon and tax included', async () => {
    const { database } = target;
    await coupon('one-tenth', '10');
    const story = await open([perDeparture('2')]);
    const { customer, business } = story;
    await redeemCoupon(database, { customer, coupon: 'one-tenth' }, 'test');
    const wallet = await openWallet(database, customer, 'Gift');
    const account = await grant(database, wallet, 4_000, { endsAt: '2013-01-10T00:00:00Z' });
    await story.depart('01-05', 5);
    await story.depart('01-20', 10);
    // 15 × 2.00 = 30.00; − 10 % = 27.00; + 19 % = 32.13. By the 10th: 10.00 − 1.00 = 9.00; + 1.71 = 10.71.
    await story.draft(1);
    assert.deepEqual(await story.told(), ['draft 3000 - 300 + 513 + 0 - 1071 = 2142']);
    await story.issue(1);
    assert.deepEqual(await story.told(), ['issued 3000 - 300 + 513 + 0 - 1071 = 2142']);
    // 40.00 − 10.71 = 29.29 end, now that nothing is left that they could pay.
    assert.equal(await heldIn(database, account), 2_929n);
    assert.equal(await expire(database, business.clockId, '2013-02-03T15:00:00Z'), 1);
    assert.equal(await heldIn(database, account), 0n);
  });

  // Lago 4794: a note that gives back credit as money.
  it('a one-off invoice that a wallet pays in part: a note gives money back as money, and credit as credit', async () => {
    const { database } = target;
    const story = await open([flat('100')]);
    const { customer, business } = story;
    const wallet = await openWallet(database, customer, 'Prepaid');
    const ended = await grant(database, wallet, 5_000, { endsAt: '2013-01-02T00:00:00Z' });
    const [gift, paid] = [
      await grant(database, wallet, 10_000),
      await grant(database, wallet, 5_000, { isPaid: true }),
    ];
    const lines = [{ description: 'Set-up', amount: '200' }];
    const order = { customer, requestId: 'set-up', lines, dueAt: '2013-01-03T10:00:00Z', reason: 'Agreed' };
    const { id } = await orderOneOff(database, order, 'test');
    await business.scan('2013-01-03T15:00:00Z');
    // 200.00 + 19 % = 238.00; the first grant had ended; − 100.00 − 50.00 = 88.00.
    assert.deepEqual(await story.told(), ['issued 20000 - 0 + 3800 + 0 - 15000 = 8800']);
    assert.deepEqual(await Promise.all([ended, gift, paid].map((one) => heldIn(database, one))), [5_000n, 0n, 0n]);
    await story.bring(id);
    await story.pay(id);
    const full = { requestId: 'all', giveBack: 'refund', reason: 'order_change' } as const;
    const made = await findCreditNote(database, (await issueCreditNote(database, id, full, 'Ada')).id);
    assert.deepEqual([made?.totalMinor, made?.refundMinor, made?.balanceMinor], [23_800, 8_800, 15_000]);
    await story.bring(id);
    assert.equal((await story.remoteOf(id)).post_payment_credit_notes_amount, 8_800);
    // The balance pays all of January, 119.00, and 31.00 are left.
    await story.close(1);
    assert.deepEqual(await story.told(), [
      'issued 10000 - 0 + 1900 + 0 - 11900 = 0',
      'issued 20000 - 0 + 3800 + 0 - 15000 = 8800',
    ]);
    assert.equal(await story.balance(), 3_100n);
  });
});
