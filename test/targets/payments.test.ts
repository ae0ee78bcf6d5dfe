import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { orderRefund, type RefundInput } from '../../src/billing/order-refund.ts';
import { recordPayment } from '../../src/billing/record-payment.ts';
import { showPayments } from '../../src/billing/show-payments.ts';
import { requestVoid } from '../../src/billing/void-invoice.ts';
import { wantCollection } from '../../src/billing/want-collection.ts';
import type { ErrorCode } from '../../src/errors/catalogue.ts';
import { isDurabillError } from '../../src/errors/error.ts';
import { lookAgain } from '../../src/store/wants.ts';
import type { FaultRule } from '../../src/stripe-simulator/faults.ts';
import { openEvents } from '../billing/events.ts';
import { evidenceOf, reconcile } from '../billing/reconciliation/support.ts';
import { control } from '../stripe-simulator/support.ts';
import { attemptsOf, cards, chargesOf, moneyOf, payOnPage, remoteIdOf, useCollecting } from './collecting.ts';
import { bringInTheEnd, operationsOf, writes } from './outcomes.ts';
import { usd } from './support.ts';

/** Every invoice here has two lines, of 1.00 and 1.01 USD: 2.01 in all. Its customer's clock stands at 1 January 2013. */
describe('money of an invoice that comes in elsewhere, and money that goes back', () => {
  const { target, save, issueCharged } = useCollecting();
  const refused = (code: ErrorCode, words: RegExp) => (error: unknown) =>
    isDurabillError(error, code) && words.test(`${error.message} ${error.mend}`);
  const given = { paidAt: '2012-12-31T10:00:00Z', reference: 'Statement 7', reason: 'seen on the statement' };
  const record = (invoiceId: string, amountMinor?: bigint, change: object = {}) =>
    recordPayment(target.database, { invoiceId, amountMinor, ...given, ...change }, 'ada');
  const refund = (invoiceId: string, amountMinor?: bigint, change: Partial<RefundInput> = {}) =>
    orderRefund(target.database, { invoiceId, amountMinor, reason: 'a good will', ...change }, 'ada');
  async function synced() {
    const invoice = await target.issue({ amountsMinor: usd(2) });
    await target.bring(invoice.id);
    return { ...invoice, remoteId: await remoteIdOf(target, invoice.id) };
  }
  /** `amount_paid amount_paid_off_stripe amount_remaining status` at Stripe. */
  async function remoteOf(remoteId: string) {
    const { amount_paid, amount_paid_off_stripe, amount_remaining, status } =
      await target.stripe.invoices.retrieve(remoteId);
    return [amount_paid, amount_paid_off_stripe, amount_remaining, status].join(' ');
  }
  /** The customer pays a part by a payment of its own that somebody attaches. */
  async function payInPart(remoteId: string, amount: number) {
    const { paymentIntents, invoices } = target.stripe;
    const customer = String((await invoices.retrieve(remoteId)).customer);
    const payment = { amount, currency: 'usd', customer, payment_method: 'pm_card_visa' };
    const intent = await paymentIntents.create(payment);
    await invoices.attachPayment(remoteId, { payment_intent: intent.id });
    await paymentIntents.confirm(intent.id);
  }
  const moneyShown = async (invoiceId: string) => {
    const shown = await showPayments(target.database, invoiceId);
    const { amountPaidMinor, openMinor, overpaidMinor, refundedMinor, disputedMinor } = shown!;
    return {
      paid: amountPaidMinor,
      open: openMinor,
      over: overpaidMinor,
      back: refundedMinor,
      disputed: disputedMinor,
    };
  };
  const refundsAt = async (remoteId: string) => {
    const { data } = await target.stripe.invoicePayments.list({ invoice: remoteId, limit: 100 });
    const amounts = await Promise.all(
      data.map(async ({ payment }) => {
        const { data: refunds } = await target.stripe.refunds.list({ payment_intent: String(payment.payment_intent) });
        return refunds.map(({ amount }) => amount);
      }),
    );
    return amounts.flat();
  };

  describe('elsewhere', () => {
    it('pays all that is open: paid here at once, and said so at Stripe', async () => {
      const { id, remoteId } = await synced();
      const { amountMinor } = await record(id);
      assert.equal(amountMinor, 201n);
      assert.equal(await moneyOf(target, id), 'pending paid 201');
      const before = await target.lastEntry();
      assert.deepEqual(await target.bring(id), { state: 'synced' });
      assert.deepEqual(operationsOf(writes(await target.journal(before))), ['invoices.pay']);
      assert.equal(await remoteOf(remoteId), '201 201 0 paid');
      assert.equal(await moneyOf(target, id), 'synced paid 201');
      const { rows } = await target.database.query('SELECT paid_at AS at FROM invoice_states WHERE invoice_id = $1', [
        id,
      ]);
      assert.deepEqual(rows, [{ at: new Date(given.paidAt) }], 'it was paid when the money came in');
    });

    it('pays a part, then the rest: Stripe, which knows no parts of that, hears of the whole', async () => {
      const { id, remoteId } = await synced();
      await record(id, 150n);
      await target.bring(id);
      assert.equal(await moneyOf(target, id), 'synced partly_paid 150');
      assert.equal(await remoteOf(remoteId), '0 0 201 open');
      // 201 − 150 = 51
      assert.equal((await record(id)).amountMinor, 51n);
      await target.bring(id);
      assert.equal(await remoteOf(remoteId), '201 201 0 paid');
      assert.equal(await moneyOf(target, id), 'synced paid 201');
    });

    it('pays the rest of what was paid in part at Stripe', async () => {
      const { id, remoteId } = await synced();
      await payInPart(remoteId, 50);
      await lookAgain(target.database, [id]);
      await target.bring(id);
      assert.equal(await moneyOf(target, id), 'synced partly_paid 50');
      assert.equal((await record(id)).amountMinor, 151n);
      await target.bring(id);
      // 50 by card, 151 elsewhere
      assert.equal(await remoteOf(remoteId), '201 151 0 paid');
      assert.equal(await moneyOf(target, id), 'synced paid 201');
    });

    it('and the rest at Stripe: covered, so that nobody can pay it there again', async () => {
      const { id, remoteId } = await synced();
      await record(id, 151n);
      await payInPart(remoteId, 50);
      await lookAgain(target.database, [id]);
      await target.bring(id);
      assert.equal(await remoteOf(remoteId), '201 151 0 paid');
      assert.equal(await moneyOf(target, id), 'synced paid 201');
    });

    it('and the whole at Stripe all the same: what is too much is shown, and can go back', async () => {
      const { id, remoteId } = await synced();
      await record(id, 50n);
      assert.equal(await payOnPage(target, id, cards.visa), 200);
      await lookAgain(target.database, [id]);
      await target.bring(id);
      // 50 + 201 − 201 = 50 too much
      assert.deepEqual(await moneyShown(id), { paid: 251, open: 0, over: 50, back: 0, disputed: 0 });
      await refund(id, 50n);
      await target.bring(id);
      assert.deepEqual(await refundsAt(remoteId), [50]);
    });

    it('is no difference between the books and Stripe, and what is paid beside it there is one', async () => {
      const books = { database: target.database, simulator: target.simulator };
      const { id, remoteId } = await synced();
      await record(id, 150n);
      await target.bring(id);
      assert.deepEqual(evidenceOf((await reconcile(books)).differences, 'status', id), []);
      await payInPart(remoteId, 20);
      const [found] = evidenceOf((await reconcile(books)).differences, 'status', id);
      assert.deepEqual([found?.theirs, found?.action], [{ status: 'open', amountPaidMinor: '20' }, 'repair']);
      await target.bring(id);
      // 150 elsewhere and 20 by card
      assert.equal(await moneyOf(target, id), 'synced partly_paid 170');
      assert.deepEqual(evidenceOf((await reconcile(books)).differences, 'status', id), []);
    });

    it('is not charged for a second time: a part that came in elsewhere keeps the card out', async () => {
      const invoice = await issueCharged(cards.declined);
      await target.bring(invoice.id);
      await record(invoice.id, 50n);
      await assert.rejects(
        wantCollection(target.database, { invoiceId: invoice.id }, 'ada'),
        refused('collection-refused', /come in elsewhere.*as a whole/),
      );
    });

    it('is not recorded while the card is being charged', async () => {
      const invoice = await synced();
      await save(invoice.customerId, cards.visa);
      await wantCollection(target.database, { invoiceId: invoice.id }, 'ada');
      await assert.rejects(record(invoice.id), refused('collection-refused', /being charged/));
      await target.bring(invoice.id);
      await assert.rejects(record(invoice.id), refused('payment-refused', /Nothing is open/));
      assert.equal(await moneyOf(target, invoice.id), 'synced paid 201');
    });

    it('is recorded once by its id, and refused where it cannot be right', async () => {
      const { id } = await synced();
      const paymentId = randomUUID();
      const first = await record(id, 10n, { id: paymentId });
      const again = await record(id, 10n, { id: paymentId });
      assert.deepEqual([first.isNew, again.isNew, again.id], [true, false, paymentId]);
      assert.equal(await moneyOf(target, id), 'pending partly_paid 10');
      await assert.rejects(record(id, 11n, { id: paymentId }), refused('conflict', /Another payment/));
      // 201 − 10 = 191 are open.
      await assert.rejects(record(id, 192n), refused('payment-refused', /192 is not from 1 to the 191/));
      await assert.rejects(record(id, 0n), refused('payment-refused', /0 is not from 1/));
      await assert.rejects(
        record(id, 1n, { paidAt: '2013-01-02T00:00:00Z' }),
        refused('payment-refused', /still to come/),
      );
      await assert.rejects(record(id, 1n, { reference: '' }), refused('request-invalid', /reference is empty/));
      await assert.rejects(record(randomUUID(), 1n), refused('not-found', /no invoice/));
      const statement = 'UPDATE recorded_payments SET amount_minor = 1 WHERE invoice_id = $1';
      await assert.rejects(target.database.query(statement, [id]), /only ever added/);
    });

    it('is recorded by ten at once for no more than is open', async () => {
      const { id } = await synced();
      // 201 = 4 × 50 + 1: the fifth of 50 finds 1 open.
      const answers = await Promise.allSettled(Array.from({ length: 10 }, () => record(id, 50n)));
      assert.equal(answers.filter(({ status }) => status === 'fulfilled').length, 4);
      assert.equal(await moneyOf(target, id), 'pending partly_paid 200');
    });

    it('lets nobody void what money has come in for', async () => {
      const { id } = await synced();
      await record(id, 1n);
      const voided = requestVoid(target.database, { invoiceId: id, reason: 'a mistake' }, 'ada');
      await assert.rejects(voided, refused('void-refused', /paid in part/));
    });

    for (const kind of ['commit-then-reset', 'error-500-stored', '503'] as const) {
      it(`is said at Stripe once although the answer was lost: ${kind}`, async () => {
        const { id, remoteId } = await synced();
        await record(id);
        await target.fail({ kind, operation: 'invoices.pay', times: 2 });
        await bringInTheEnd(target, id);
        assert.equal(await remoteOf(remoteId), '201 201 0 paid');
      });
    }
  });

  describe('back', () => {
    async function paid(card = cards.visa) {
      const invoice = await issueCharged(card);
      await target.bring(invoice.id);
      return { ...invoice, remoteId: await remoteIdOf(target, invoice.id) };
    }

    it('goes a part and then the rest, by the card; it stays paid', async () => {
      const { id, remoteId } = await paid();
      await refund(id, 50n);
      assert.deepEqual(await target.bring(id), { state: 'synced' });
      // 201 − 50 = 151 are left.
      await assert.rejects(refund(id, 152n), refused('refund-refused', /152 is not from 1 to the 151/));
      assert.equal((await refund(id)).amountMinor, 151n);
      await assert.rejects(refund(id, 1n), refused('refund-refused', /to the 0/));
      await target.bring(id);
      assert.deepEqual(await refundsAt(remoteId), [151, 50]);
      assert.equal(await moneyOf(target, id), 'synced paid 201');
      assert.deepEqual(await moneyShown(id), { paid: 201, open: 0, over: 0, back: 201, disputed: 0 });
    });

    it('goes out of the payment that came in last, then the one before', async () => {
      const { id, remoteId } = await synced();
      await payInPart(remoteId, 120);
      await payInPart(remoteId, 81);
      await lookAgain(target.database, [id]);
      await target.bring(id);
      assert.equal(await moneyOf(target, id), 'synced paid 201');
      // 100 = 81 of the last and 19 of the first.
      await refund(id, 100n);
      await target.bring(id);
      assert.deepEqual((await refundsAt(remoteId)).sort(), [19, 81]);
    });

    const faults: FaultRule[] = [
      { kind: 'commit-then-reset', times: 2 },
      { kind: 'commit-then-timeout', times: 1 },
      { kind: 'error-500-stored', times: 1 },
      { kind: 'error-500-stored', commit: false, times: 1 },
      { kind: 'reset-before-commit', times: 2 },
      { kind: '503', times: 3 },
    ];
    for (const fault of faults) {
      it(`goes once although the answer was lost: ${JSON.stringify(fault)}`, async () => {
        const { id, remoteId } = await synced();
        await payInPart(remoteId, 120);
        await payInPart(remoteId, 81);
        await lookAgain(target.database, [id]);
        await target.bring(id);
        await refund(id, 100n);
        await target.fail({ ...fault, operation: 'refunds.create' });
        await bringInTheEnd(target, id, 8);
        assert.deepEqual((await refundsAt(remoteId)).sort(), [19, 81]);
      });
    }

    it('is refused by Stripe where it has been given back there already, which parks nothing', async () => {
      const { id, remoteId } = await paid();
      const { data } = await target.stripe.invoicePayments.list({ invoice: remoteId });
      await refund(id);
      await target.stripe.refunds.create({ payment_intent: String(data[0]?.payment.payment_intent) });
      assert.deepEqual(await target.bring(id), { state: 'synced' });
      const { movements } = (await showPayments(target.database, id))!;
      const ours = movements.find(({ reason }) => reason === 'a good will');
      assert.deepEqual([ours?.status, ours?.code], ['refused', 'nothing-left']);
      assert.deepEqual(await refundsAt(remoteId), [201]);
    });

    it('is asked for once by its id, and by ten at once for no more than came in', async () => {
      const { id, remoteId } = await paid();
      const refundId = randomUUID();
      assert.equal((await refund(id, 1n, { id: refundId })).isNew, true);
      assert.equal((await refund(id, 1n, { id: refundId })).isNew, false);
      await assert.rejects(refund(id, 2n, { id: refundId }), refused('conflict', /Another refund/));
      // 200 are left: two of 100.
      const answers = await Promise.allSettled(Array.from({ length: 10 }, () => refund(id, 100n)));
      assert.equal(answers.filter(({ status }) => status === 'fulfilled').length, 2);
      await target.bring(id);
      assert.deepEqual(
        (await refundsAt(remoteId)).sort((a, b) => a - b),
        [1, 100, 100],
      );
    });

    it('goes elsewhere what came in elsewhere, by being written down', async () => {
      const { id } = await synced();
      await record(id, 150n);
      await assert.rejects(refund(id, 10n), refused('refund-refused', /through Stripe/));
      await refund(id, 10n, { kind: 'out_of_band' });
      await assert.rejects(refund(id, 141n, { kind: 'out_of_band' }), refused('refund-refused', /to the 140/));
      assert.deepEqual(await moneyShown(id), { paid: 150, open: 51, over: 0, back: 10, disputed: 0 });
    });
  });

  it('part by card, the rest elsewhere, then the bank takes the part back: paid, and 50 disputed', async () => {
    const { id, remoteId } = await synced();
    await payInPart(remoteId, 50);
    await lookAgain(target.database, [id]);
    await target.bring(id);
    await record(id);
    await target.bring(id);
    const { data } = await target.stripe.invoicePayments.list({ invoice: remoteId, status: 'paid' });
    const dispute = await control<{ id: string }>(target.simulator, 'POST', '/disputes', {
      payment_intent: data[0]?.payment.payment_intent,
    });
    const events = openEvents(target.database, target.simulator);
    await events.sweepAndProcess();
    assert.deepEqual(await moneyShown(id), { paid: 201, open: 0, over: 0, back: 0, disputed: 50 });
    assert.match(await moneyOf(target, id), /paid 201$/);
    await control(target.simulator, 'POST', '/disputes/close', { dispute: dispute.id, outcome: 'won' });
    await events.sweepAndProcess();
    assert.deepEqual(await moneyShown(id), { paid: 201, open: 0, over: 0, back: 0, disputed: 0 });
  });

  it('tells all of it in one list, each movement once', async () => {
    const invoice = await issueCharged(cards.declined);
    await target.bring(invoice.id);
    await save(invoice.customerId, cards.visa);
    await wantCollection(target.database, { invoiceId: invoice.id, reason: 'they called' }, 'ada');
    await target.bring(invoice.id);
    await refund(invoice.id, 20n);
    await target.bring(invoice.id);
    await openEvents(target.database, target.simulator).sweepAndProcess();
    const { movements } = (await showPayments(target.database, invoice.id))!;
    assert.deepEqual(
      movements.map(({ kind, status, amountMinor, code }) => [kind, status, amountMinor, code].join(' ')).sort(),
      ['attempt declined  generic_decline', 'attempt paid  ', 'payment succeeded 201 ', 'refund succeeded 20 '],
    );
    assert.deepEqual(await attemptsOf(target, invoice.id), ['1 pay declined generic_decline', '2 pay paid']);
    assert.deepEqual(await chargesOf(target, invoice.id), ['failed 201', 'succeeded 201']);
  });
});
