import assert from 'node:assert/strict';
import { createCoupon, type NewCouponInput } from '../../../src/billing/create-coupon.ts';
import { issueCreditNote } from '../../../src/billing/issue-credit-note.ts';
import { findLateUsage } from '../../../src/billing/late-usage.ts';
import { addPendingItem } from '../../../src/billing/pending-item-orders.ts';
import { redeemCoupon } from '../../../src/billing/redeem-coupon.ts';
import { useTestDatabase } from '../../support/database.ts';
import { type Business, invoicesOf, openBusiness, perMile } from '../business.ts';
import { amend, backfill, correct, deprecate, fly, pendingOf } from './support.ts';

/** Miles at 1.00 each, so that a bill reads like its flights. */
describe('A correction of what was discounted or credited', () => {
  const books = useTestDatabase();
  let business: Business;
  let customer = '';
  let made = 0;
  const id = (name: string) => `net-${name}-${made}`;

  beforeEach(async () => {
    made += 1;
    business = await openBusiness(books.database);
    customer = await business.customer('B6', { plan: await business.plan('miles', [perMile('1')]) });
  });

  async function coupon(terms: Partial<NewCouponInput>): Promise<void> {
    await createCoupon(books.database, { key: id('coupon'), name: 'Coupon', duration: 'forever', ...terms }, 'Ada');
    await redeemCoupon(books.database, { customer, coupon: id('coupon') }, 'Ada');
  }
  async function close(month: number): Promise<void> {
    const day = (of: number) => `2013-${String(month + 1).padStart(2, '0')}-0${of}`;
    await business.invoice(`${day(1)}T13:00:00Z`);
    await business.scan(`${day(2)}T15:00:00Z`);
  }
  async function credit(month: number, position: number, amountMinor: number): Promise<void> {
    const invoice = (await invoicesOf(books.database, customer))[month - 1]!;
    const order = { requestId: `${invoice.id} ${position}`, reason: 'duplicate', giveBack: 'credit' } as const;
    await issueCreditNote(books.database, invoice.id, { ...order, lines: [{ position, amountMinor }] }, 'Ada');
  }
  const miles = (name: string, flown: number) => amend(id(name), customer, { properties: { miles: flown } });
  const flyIn = async (month: number, name: string, flown: number) =>
    await fly(books.database, [{ id: id(name), customer, at: `2013-0${month}-01T10:00:00Z`, miles: flown }]);
  const totals = async () => (await invoicesOf(books.database, customer)).map(({ totalMinor }) => Number(totalMinor));
  const waiting = async () => (await pendingOf(books.database, customer)).map(({ amountMinor }) => amountMinor);
  /** Of the one line that a correction changes: as it was rated, what is asked for, and what notes had given back. */
  async function lineOf(changes: Parameters<typeof correct>[1]): Promise<(number | null)[]> {
    const { invoices } = await correct(books.database, changes);
    const [invoice] = invoices as [(typeof invoices)[0]];
    const [line] = invoice.lines as [(typeof invoice.lines)[0]];
    assert.deepEqual([invoices.length, invoice.lines.length, invoice.itemMinor], [1, 1, line.itemMinor]);
    return [line.differenceMinor, line.itemMinor, line.creditedMinor];
  }

  it('gives nothing back of a bill that a coupon has paid', async () => {
    // 384.00 less 100 %: nothing was paid. Of the 335.00 of one flight nothing is given back, and nothing waits.
    await coupon({ percentage: '100', duration: 'once' });
    await flyIn(1, 'a', 335);
    await flyIn(1, 'b', 49);
    await close(1);
    assert.deepEqual(await totals(), [0]);
    assert.deepEqual(await lineOf({ changes: [deprecate(id('a'), customer)] }), [-335_00, 0, 0]);
    assert.deepEqual(await waiting(), []);
    // It is known as corrected all the same, and comes no second time.
    assert.equal((await findLateUsage(books.database, business.clockId)).differing, 0);
    await flyIn(2, 'c', 20);
    await close(2);
    assert.deepEqual(await totals(), [0, 20_00]);
  });

  it('gives back what was paid, by the part that the coupon has left', async () => {
    // 2.00 + 1.00 less 10 % was 2.70; without the flight of 2.00 it is 0.90: 1.80 goes back, and not 2.00.
    await coupon({ percentage: '10' });
    await flyIn(1, 'a', 2);
    await flyIn(1, 'b', 1);
    await close(1);
    assert.deepEqual(await lineOf({ changes: [deprecate(id('a'), customer)] }), [-2_00, -1_80, 0]);
    // February: 50.00 less 10 % is 45.00, and 1.80 back.
    await flyIn(2, 'c', 50);
    await close(2);
    assert.deepEqual(await totals(), [2_70, 43_20]);
  });

  it('takes a part of an amount, rounded once, and comes to nothing there and back', async () => {
    // 3.00 less 1.00 leaves two thirds. One mile more is 0.666…, 0.67; with two more it is 1.33 in all, so that 0.66 is
    // still asked for; back to where it was gives 1.33 back, in which no cent is left over.
    await coupon({ amount: '1.00', currency: 'USD', duration: 'once' });
    await flyIn(1, 'a', 3);
    await close(1);
    assert.deepEqual(await totals(), [2_00]);
    assert.deepEqual(await lineOf({ changes: [miles('a', 4)] }), [1_00, 67, 0]);
    assert.deepEqual(await lineOf({ changes: [miles('a', 5)] }), [1_00, 66, 0]);
    assert.deepEqual(await lineOf({ changes: [miles('a', 3)] }), [-2_00, -1_33, 0]);
  });

  it('takes no coupon of the bill that it joins, and a one-off charge beside it does', async () => {
    await flyIn(1, 'a', 10);
    await close(1);
    await coupon({ percentage: '50' });
    // January had no coupon: 30.00 late and 5.00 corrected are asked for in full, however February is discounted.
    await flyIn(1, 'late', 30);
    assert.deepEqual(await lineOf({ lateUsage: { customer } }), [30_00, 30_00, 0]);
    assert.deepEqual(await lineOf({ changes: [miles('a', 15)] }), [5_00, 5_00, 0]);
    const charge = { requestId: 'fee', description: 'Landing fee', amount: '8.00' };
    await addPendingItem(books.database, { customer, ...charge }, 'Ada');
    await flyIn(2, 'b', 100);
    await close(2);
    // (100.00 + 8.00) ÷ 2 + 30.00 + 5.00.
    assert.deepEqual(await totals(), [10_00, 89_00]);
  });

  it('takes no discount off a line that the invoice had not', async () => {
    // January had nothing to discount.
    await coupon({ percentage: '40' });
    await close(1);
    const changes = [backfill({ id: id('a'), customer, at: '2013-01-05T10:00:00Z', miles: 7 })];
    assert.deepEqual(await lineOf({ changes }), [7_00, 7_00, 0]);
  });

  it('never gives back what a credit note has given back, and asks for it no second time', async () => {
    // 100.00, of which a note takes 60.00. Without its flight 40.00 is left to give back; with 30 miles after all it would
    // be 30.00 − 60.00, nothing still; with 100 again 40.00, as it was.
    await flyIn(1, 'a', 100);
    await close(1);
    await credit(1, 1, 60_00);
    assert.deepEqual(await lineOf({ changes: [miles('a', 0)] }), [-100_00, -40_00, 60_00]);
    assert.deepEqual(await lineOf({ changes: [miles('a', 30)] }), [30_00, 0, 30_00]);
    assert.deepEqual(await lineOf({ changes: [miles('a', 100)] }), [70_00, 40_00, 30_00]);
    assert.deepEqual(await lineOf({ changes: [miles('a', 101)] }), [1_00, 1_00, 0]);
    assert.equal((await findLateUsage(books.database, business.clockId)).differing, 0);
  });

  it('counts a note by what it gave back net of the discount', async () => {
    // 100.00 less 10 % is 90.00. A note over 50.00 of the charge gives 45.00 back, so that 45.00 is left of the 90.00.
    await coupon({ percentage: '10' });
    await flyIn(1, 'a', 100);
    await close(1);
    await credit(1, 1, 50_00);
    assert.deepEqual(await lineOf({ changes: [deprecate(id('a'), customer)] }), [-100_00, -45_00, 45_00]);
  });

  it('gives nothing back of an earlier correction that a note has taken back', async () => {
    // 10.00, and 25.00 of late usage on February's bill; a note takes the 25.00. Deprecated it gives no more back.
    await flyIn(1, 'a', 10);
    await close(1);
    await flyIn(1, 'late', 25);
    await correct(books.database, { lateUsage: { customer } });
    await flyIn(2, 'b', 1);
    await close(2);
    assert.deepEqual(await totals(), [10_00, 26_00]);
    await credit(2, 2, 25_00);
    assert.deepEqual(await lineOf({ changes: [deprecate(id('late'), customer)] }), [-25_00, 0, 25_00]);
  });
});
