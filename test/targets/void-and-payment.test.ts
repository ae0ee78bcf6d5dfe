import assert from 'node:assert/strict';
import { parkInvoice } from '../../src/billing/park-invoice.ts';
import { requestVoid } from '../../src/billing/void-invoice.ts';
import { isDurabillError } from '../../src/errors/error.ts';
import { lookAgain } from '../../src/store/wants.ts';
import { evidenceOf, reconcile, remoteIdsOf } from '../billing/reconciliation/support.ts';
import { failureOf } from './outcomes.ts';
import { usd, useTarget } from './support.ts';

/** Every invoice here has two lines, of 1.00 and 1.01 USD: 2.01 in all. */
describe('a void of what money has come in for', () => {
  const target = useTarget();
  const books = {
    get database() {
      return target.database;
    },
    get simulator() {
      return target.simulator;
    },
  };
  const voidIt = (invoiceId: string) => requestVoid(target.database, { invoiceId, reason: 'billed by mistake' }, 'ada');
  const stateOf = async (invoiceId: string) => {
    const { rows } = await target.database.query<Record<string, unknown>>(
      `SELECT lifecycle, sync, wanted, payment, amount_paid_minor::int AS paid FROM invoice_states WHERE invoice_id = $1`,
      [invoiceId],
    );
    return Object.values(rows[0] ?? {}).join(' ');
  };
  const lastOf = async (invoiceId: string) => {
    const { rows } = await target.database.query<{ action: string; status: string; payment: string }>(
      `SELECT action, detail ->> 'status' AS status, detail ->> 'payment' AS payment FROM audit_log
       WHERE subject_id = $1 ORDER BY sequence DESC LIMIT 1`,
      [invoiceId],
    );
    return Object.values(rows[0] ?? {}).join(' ');
  };
  /** An invoice that is open at Stripe and in the books. */
  async function synced() {
    const { id } = await target.issue({ amountsMinor: usd(2) });
    await target.bring(id);
    return { id, remote: await remoteIdsOf(target.database, id) };
  }
  /** The customer pays 0.50 of it, by a payment of its own that somebody attaches. */
  async function payInPart({ invoice, customer }: { invoice: string; customer: string }) {
    const { paymentIntents, invoices } = target.stripe;
    const intent = await paymentIntents.create({
      amount: 50,
      currency: 'usd',
      customer,
      payment_method: 'pm_card_visa',
    });
    await invoices.attachPayment(invoice, { payment_intent: intent.id });
    await paymentIntents.confirm(intent.id);
  }

  it('is refused where the books know of a part', async () => {
    const { id, remote } = await synced();
    await payInPart(remote);
    await lookAgain(target.database, [id]);
    await target.bring(id);
    assert.equal(await stateOf(id), 'issued synced final partly_paid 50');
    await assert.rejects(
      voidIt(id),
      (error) => isDurabillError(error, 'void-refused') && /refund.*credit/.test(error.mend),
    );
    assert.equal(await stateOf(id), 'issued synced final partly_paid 50', 'nothing has changed');
  });

  it('is taken back where Stripe was told first, and the rest can still be paid and seen', async () => {
    const { id, remote } = await synced();
    await payInPart(remote);
    await voidIt(id);
    assert.deepEqual(await target.bring(id), { state: 'synced' });
    assert.equal(await stateOf(id), 'issued synced final partly_paid 50');
    assert.equal(await lastOf(id), 'void refused open partly_paid');
    await target.stripe.invoices.pay(remote.invoice, { payment_method: 'pm_card_visa' });
    await lookAgain(target.database, [id]);
    await target.bring(id);
    assert.equal(await stateOf(id), 'issued synced final paid 201');
  });

  it('is taken back where the money comes in between the look and the request', async () => {
    const { id, remote } = await synced();
    await voidIt(id);
    await target.fail({ kind: 'slow', operation: 'invoices.voidInvoice', delayMs: 1_500, times: 1 });
    const begun = target.bring(id);
    while (
      (await target.database.query(`SELECT FROM stored_requests WHERE subject_id = $1 AND step = 'void'`, [id]))
        .rowCount === 0
    );
    await payInPart(remote);
    assert.deepEqual(await begun, { state: 'synced' });
    assert.equal(await stateOf(id), 'issued synced final partly_paid 50');
  });

  it('is taken back where Stripe lets nobody void it: uncollectible', async () => {
    const { id, remote } = await synced();
    await target.stripe.invoices.markUncollectible(remote.invoice);
    for (const time of ['first', 'second']) {
      await voidIt(id);
      assert.deepEqual(await target.bring(id), { state: 'synced' }, time);
      assert.equal(await stateOf(id), 'issued synced final uncollectible 0', time);
      assert.equal(await lastOf(id), 'void refused uncollectible uncollectible', time);
    }
  });

  it('is not taken back where only a right is missing', async () => {
    const { id } = await synced();
    await voidIt(id);
    await target.fail({ kind: '403', operation: 'invoices.voidInvoice', times: 1 });
    assert.equal((await failureOf(target.bring(id))).action, 'person');
    assert.deepEqual(await target.bring(id), { state: 'void' });
    assert.equal(await stateOf(id), 'void synced void none 0');
  });

  it('a reconciliation tells of money for an invoice that waits for a person', async () => {
    const { id, remote } = await synced();
    await lookAgain(target.database, [id]);
    await parkInvoice(target.database, { invoiceId: id, code: 'authentication', reason: 'The key was not accepted.' });
    assert.deepEqual(evidenceOf((await reconcile(books)).differences, 'status', id), []);
    await target.stripe.invoices.pay(remote.invoice, { paid_out_of_band: true });
    assert.deepEqual(evidenceOf((await reconcile(books)).differences, 'status', id), [
      {
        remoteId: remote.invoice,
        ours: { lifecycle: 'issued', payment: 'unpaid', amountPaidMinor: '0', sync: 'parked' },
        theirs: { status: 'paid', amountPaidMinor: '201' },
        action: 'alert',
        state: 'alerted',
      },
    ]);
  });
});
