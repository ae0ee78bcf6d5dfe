import assert from 'node:assert/strict';
import { type CreditNoteOrder, issueCreditNote } from '../../../src/billing/issue-credit-note.ts';
import { orderRefund } from '../../../src/billing/order-refund.ts';
import { showPayments } from '../../../src/billing/show-payments.ts';
import { requestVoid } from '../../../src/billing/void-invoice.ts';
import { findCreditNote } from '../../../src/store/credit-note-views.ts';
import { flat } from '../../billing/business.ts';
import { openEvents } from '../../billing/events.ts';
import { control } from '../../stripe-simulator/support.ts';
import { useStories } from './story.ts';

/** January is 100.00 with 19 % VAT: 119.00, issued on 2 February at 15:00 UTC. */
describe('Money of one bill', () => {
  const { target, open } = useStories();

  const credit = async (invoiceId: string, terms: Partial<CreditNoteOrder>) => {
    const order = { requestId: `${terms.amountMinor}`, giveBack: 'refund', reason: 'order_change', ...terms } as const;
    const { id } = await issueCreditNote(target.database, invoiceId, order, 'Ada');
    const note = await findCreditNote(target.database, id);
    const { totalMinor, taxMinor, dueMinor, refundMinor, balanceMinor } = note!;
    return `${totalMinor} with ${taxMinor}: ${dueMinor} due, ${refundMinor} back, ${balanceMinor} kept`;
  };
  const shown = async (invoiceId: string) => {
    const { amountPaidMinor, openMinor, refundedMinor, disputedMinor } = (await showPayments(target.database, invoiceId))!;
    return `${amountPaidMinor} paid, ${openMinor} open, ${refundedMinor} back, ${disputedMinor} disputed`;
  };

  // Lago 59: a credit note of a past invoice.
  it('is credited while nothing is paid, once a part is, and once all is: each time where it is', async () => {
    const story = await open([flat('100')]);
    const { id } = await story.close(1);
    await story.bring(id);
    // Nothing is paid: 20.00 and 3.80 of tax less to pay.
    assert.equal(await credit(id, { amountMinor: 2_380 }), '2380 with 380: 2380 due, 0 back, 0 kept');
    await story.bring(id);
    assert.equal(await story.copyOf(id), 'open 11900, 9520 to pay');
    // 35.20 are paid, 60.00 open: of 71.40 (60.00 and 11.40 of tax) the open part first, then 11.40 go back.
    await story.payInPart(id, 3_520);
    assert.equal(await story.payment(id), 'partly_paid');
    assert.equal(await credit(id, { amountMinor: 7_140 }), '7140 with 1140: 6000 due, 1140 back, 0 kept');
    await story.bring(id);
    assert.deepEqual([await story.copyOf(id), await story.payment(id)], ['paid 11900, 0 to pay', 'paid']);
    // The rest, 23.80, is paid money: it pays the next bill. 3.80 + 11.40 + 3.80 = 19.00 of tax went back in all.
    const last = { requestId: 'rest', giveBack: 'credit' } as const;
    assert.equal(await credit(id, last), '2380 with 380: 0 due, 0 back, 2380 kept');
    await story.bring(id);
    assert.equal(await story.balance(), 2_380n);
    await assert.rejects(credit(id, { requestId: 'more', giveBack: 'credit' }), { code: 'credit-note-refused' });
    assert.equal((await story.close(2)).told, 'issued 10000 - 0 + 1900 + 0 - 2380 = 9520');
  });

  // Kill Bill 2297: what is paid in part skips a state.
  it('is paid in part, credited for the rest, and taken back by the bank: lost, and not given back once more', async () => {
    const story = await open([flat('100')]);
    const { id } = await story.close(1);
    await story.bring(id);
    const payment = await story.payInPart(id, 5_000);
    assert.equal(await shown(id), '5000 paid, 6900 open, 0 back, 0 disputed');
    await assert.rejects(requestVoid(target.database, { invoiceId: id, reason: 'Wrong' }, 'Ada'), { code: 'void-refused' });
    // 69.00 of 119.00: 57.98 and 11.02 of tax.
    assert.equal(await credit(id, { amountMinor: 6_900 }), '6900 with 1102: 6900 due, 0 back, 0 kept');
    await story.bring(id);
    assert.deepEqual([await story.copyOf(id), await story.payment(id)], ['paid 11900, 0 to pay', 'paid']);
    const dispute = await control<{ id: string }>(target.simulator, 'POST', '/disputes', { payment_intent: payment });
    const events = openEvents(target.database, target.simulator);
    await events.sweepAndProcess();
    assert.equal(await shown(id), '5000 paid, 0 open, 0 back, 5000 disputed');
    await control(target.simulator, 'POST', '/disputes/close', { dispute: dispute.id, outcome: 'lost' });
    await events.sweepAndProcess();
    assert.equal(await shown(id), '5000 paid, 0 open, 0 back, 5000 disputed');
    // The bank has all that came in: nothing can go back once more, for neither way.
    await assert.rejects(orderRefund(target.database, { invoiceId: id, reason: 'a kindness' }, 'Ada'), {
      code: 'refund-refused',
    });
    await assert.rejects(credit(id, { requestId: 'rest' }), { code: 'credit-note-refused', field: 'giveBack' });
    await story.bring(id);
    assert.equal(await story.payment(id), 'paid');
  });
});
