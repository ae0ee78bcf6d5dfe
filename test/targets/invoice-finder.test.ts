import assert from 'node:assert/strict';
import { countSourcesOfUsage } from '../../src/billing/count-sources.ts';
import { issueCreditNote } from '../../src/billing/issue-credit-note.ts';
import { orderRefund } from '../../src/billing/order-refund.ts';
import { requestVoid } from '../../src/billing/void-invoice.ts';
import { createInvoiceFinder, type FindInvoice } from '../../src/store/invoice-finder.ts';
import { lookAgain } from '../../src/store/wants.ts';
import { findInvoice, type WholeInvoice } from '../../src/store/whole-invoice.ts';
import { flat, invoicesOf, openBusiness, perDeparture } from '../billing/business.ts';
import { remoteIdsOf } from '../billing/reconciliation/support.ts';
import { tamper } from '../support/tamper.ts';
import { useTarget } from './support.ts';

/** Each invoice here is of 100.00 USD, and its customer's clock stands still unless a run moves it. */
describe('An invoice that is read again and again', () => {
  const target = useTarget();
  let find: FindInvoice;

  async function drafted() {
    find = createInvoiceFinder(target.database);
    const business = await openBusiness(target.database);
    const plan = await business.plan('team', [flat('100'), perDeparture('0')]);
    const customer = await business.customer('B6', {
      plan,
      zone: 'America/New_York',
      startsAt: '2013-01-01T05:00:00Z',
    });
    await business.use(
      'B6',
      ['02', '03', '04'].map((day) => ({ at: `2013-01-${day}T12:00:00Z` })),
    );
    await business.invoice('2013-02-01T13:00:00Z');
    const [invoice] = await invoicesOf(target.database, customer);
    return { business, customer, id: invoice!.id };
  }

  /** What is remembered and asked for is what a whole read finds. */
  async function read(id: string): Promise<WholeInvoice> {
    const found = await find(id);
    assert.deepEqual(found, await findInvoice(target.database, id));
    return found!;
  }

  it('is as it is: a draft, issued, synced, paid, credited, and of somebody who is erased', async () => {
    const { business, customer, id } = await drafted();
    assert.equal((await read(id)).invoice.lifecycle, 'draft');
    const draft = await read(id);
    await business.scan('2013-02-02T15:00:00Z');
    const issued = await read(id);
    assert.notEqual(issued.lines, draft.lines, 'a draft may be made anew');
    assert.deepEqual(
      [issued.invoice.sync, issued.invoice.amountDueMinor, issued.parties.isFrozen],
      ['pending', 10_000, true],
    );
    assert.equal(await read(id), issued, 'what is issued is remembered');

    await target.bring(id);
    assert.deepEqual([(await read(id)).invoice.sync, (await read(id)).invoice.copies.length], ['synced', 1]);
    const remote = (await remoteIdsOf(target.database, id)).invoice;
    await target.stripe.invoices.pay(remote, { payment_method: 'pm_card_visa' });
    await lookAgain(target.database, [id]);
    await target.bring(id);
    const paid = (await read(id)).invoice;
    assert.deepEqual([paid.payment, paid.amountPaidMinor, paid.amountDueMinor], ['paid', 10_000, 0]);
    assert.ok(paid.paidAt instanceof Date && paid.syncedAt instanceof Date);

    const order = { requestId: 'r1', giveBack: 'refund', reason: 'order_change', amountMinor: 2_500 } as const;
    await issueCreditNote(target.database, id, order, 'Ada');
    assert.equal((await read(id)).invoice.creditedMinor, 2_500);
    await target.bring(id);
    await orderRefund(target.database, { invoiceId: id, amountMinor: 1_000n, reason: 'a good will' }, 'Ada');
    await target.bring(id);
    assert.equal((await read(id)).invoice.refundedMinor, 1_000);

    // As an erasure does it, for which it is too early here.
    await tamper(target.database, `UPDATE customers SET external_id = 'erased-' || id WHERE id = $1`, [customer]);
    assert.match((await read(id)).invoice.customerExternalId, /^erased-/);
  });

  it('is void as soon as it is, and then read as a whole', async () => {
    const { business, id } = await drafted();
    await business.scan('2013-02-02T15:00:00Z');
    const issued = await read(id);
    await requestVoid(target.database, { invoiceId: id, reason: 'sent by mistake' }, 'Ada');
    assert.equal((await read(id)).invoice.standing, 'being-cancelled');
    await target.bring(id);
    const gone = await read(id);
    assert.deepEqual([gone.invoice.lifecycle, gone.invoice.amountDueMinor], ['void', 0]);
    assert.notEqual(gone, issued);
    assert.notEqual(await read(id), gone, 'nothing keeps it from changing');
  });

  it('is overdue as soon as the day to pay is over where its customer is', async () => {
    const { business, id } = await drafted();
    // Issued on 2 February, to be paid within 14 days: the 16th ends in New York at 05:00 of the 17th in UTC.
    await business.scan('2013-02-02T15:00:00Z');
    await target.bring(id);
    await business.scan('2013-02-17T04:59:00Z');
    const open = await read(id);
    assert.deepEqual([open.invoice.paymentDueOn, open.invoice.standing], ['2013-02-16', 'open']);
    await business.scan('2013-02-17T05:00:00Z');
    assert.equal((await read(id)).invoice.standing, 'overdue');
  });

  it('tells of gaps in its data as soon as they are counted, and is the same while what is counted tells of none', async () => {
    const { business, id } = await drafted();
    await business.scan('2013-02-02T15:00:00Z');
    assert.equal((await read(id)).dataGaps, null);
    await countSourcesOfUsage(target.database);
    // On three days with a day between each, and not heard of since the 4th.
    const silent = await read(id);
    assert.deepEqual(
      silent.dataGaps?.map(({ silentDays, longestPauseDays }) => [silentDays, longestPauseDays]),
      [[27, 1]],
    );
    await countSourcesOfUsage(target.database);
    assert.equal(await read(id), silent);
    await business.use('B6', [{ at: '2013-02-02T12:00:00Z' }]);
    await countSourcesOfUsage(target.database);
    assert.deepEqual((await read(id)).dataGaps, []);
  });

  it('is asked for together with others, and each is found as it is', async () => {
    const { business, id } = await drafted();
    await business.customer('NK', { plan: await business.plan('other', [flat('70')]) });
    await business.invoice('2013-02-01T14:00:00Z');
    await business.scan('2013-02-02T15:00:00Z');
    const ids = (await invoicesOf(target.database, business.clockId)).map((invoice) => invoice.id);
    assert.equal(ids.length, 2);
    const before = await Promise.all(ids.map(read));
    const order = { requestId: 'r1', giveBack: 'refund', reason: 'order_change', amountMinor: 2_500 } as const;
    await issueCreditNote(target.database, id, order, 'Ada');
    const nobody = '8b0f6c1e-58c1-4d62-9a3e-0d8e3b1f7a11';
    const after = await Promise.all([...ids, nobody, ...ids].map((one) => find(one)));
    assert.deepEqual(
      after.map((found) => found?.invoice.creditedMinor),
      [...ids, nobody, ...ids].map((one) => (one === id ? 2_500 : one === nobody ? undefined : 0)),
    );
    const other = ids.findIndex((one) => one !== id);
    assert.equal(after[other], before[other], 'nobody has touched it');
  });

  it('is nobody under a made-up id', async () => {
    find = createInvoiceFinder(target.database);
    assert.equal(await find('no uuid'), undefined);
    assert.equal(await find('8b0f6c1e-58c1-4d62-9a3e-0d8e3b1f7a11'), undefined);
  });
});
