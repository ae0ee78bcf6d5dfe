import assert from 'node:assert/strict';
import { issueCreditNote } from '../../src/billing/issue-credit-note.ts';
import { orderRefund } from '../../src/billing/order-refund.ts';
import { requestVoid } from '../../src/billing/void-invoice.ts';
import { lookAgain } from '../../src/store/wants.ts';
import {
  createInvoiceFinder,
  type FindInvoice,
  findInvoice,
  type WholeInvoice,
} from '../../src/store/whole-invoice.ts';
import { flat, invoicesOf, openBusiness } from '../billing/business.ts';
import { remoteIdsOf } from '../billing/reconciliation/support.ts';
import { tamper } from '../support/tamper.ts';
import { useTarget } from './support.ts';

/** Each invoice here is of one line over 100.00 USD, and its customer's clock stands still. */
describe('An invoice that is read again and again', () => {
  const target = useTarget();
  let find: FindInvoice;

  async function drafted() {
    find = createInvoiceFinder(target.database);
    const business = await openBusiness(target.database);
    const customer = await business.customer('B6', { plan: await business.plan('team', [flat('100')]) });
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
    assert.equal((await read(id)).lines, issued.lines, 'what is issued is remembered');

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
    const erased = await read(id);
    assert.match(erased.invoice.customerExternalId, /^erased-/);
    assert.equal(erased.lines, issued.lines, 'none of it was a reason to read the rest again');
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
    assert.notEqual(gone.lines, issued.lines);
  });

  it('is nobody under a made-up id', async () => {
    find = createInvoiceFinder(target.database);
    assert.equal(await find('no uuid'), undefined);
    assert.equal(await find('8b0f6c1e-58c1-4d62-9a3e-0d8e3b1f7a11'), undefined);
  });
});
