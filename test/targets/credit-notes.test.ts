import assert from 'node:assert/strict';
import { answerSync } from '../../src/billing/answer-sync.ts';
import { createCoupon } from '../../src/billing/create-coupon.ts';
import { balanceAccountIdOf } from '../../src/billing/ids.ts';
import { type CreditNoteOrder, issueCreditNote } from '../../src/billing/issue-credit-note.ts';
import { orderRefund } from '../../src/billing/order-refund.ts';
import { parkInvoice } from '../../src/billing/park-invoice.ts';
import { previewCreditNote } from '../../src/billing/preview-credit-note.ts';
import { recordPayment } from '../../src/billing/record-payment.ts';
import { redeemCoupon } from '../../src/billing/redeem-coupon.ts';
import { createTaxRate } from '../../src/billing/tax/create-tax-rate.ts';
import { setCustomerTax } from '../../src/billing/tax/set-customer-tax.ts';
import { requestVoid } from '../../src/billing/void-invoice.ts';
import { isDurabillError } from '../../src/errors/error.ts';
import { findCreditNote, listNotesOf } from '../../src/store/credit-note-views.ts';
import { lookAgain } from '../../src/store/wants.ts';
import { type Business, flat, invoicesOf, openBusiness, perDeparture } from '../billing/business.ts';
import { remoteIdsOf } from '../billing/reconciliation/support.ts';
import { assertBalanced, grant, openWallet } from '../billing/wallets/support.ts';
import { refusedWith } from '../store/refusals.ts';
import { bringInTheEnd, operationsOf, writes } from './outcomes.ts';
import { useTarget } from './support.ts';

/**
 * Every invoice here: 100.00 for the base and 50.00 for 25 departures, 20 % off, 19 % VAT on what that leaves. The base is 80.00
 * with 15.20, the departures 40.00 with 7.60: 142.80 in all.
 */
describe('credit notes', () => {
  const target = useTarget();
  let business: Business;
  let customer = '';
  let requests = 0;

  before(async () => {
    await createTaxRate(target.database, { key: 'vat', name: 'VAT', percentage: '19', country: 'DE' }, 'test');
    const coupon = { key: 'fifth', name: 'A fifth', percentage: '20', duration: 'forever' } as const;
    await createCoupon(target.database, coupon, 'test');
  });
  afterEach(() => assertBalanced(target.database));

  /** An invoice that is issued, at Stripe unless it is not to be yet. */
  async function issued({ wallet = 0, bring = true, taxed = true, discounted = true } = {}) {
    business = await openBusiness(target.database);
    const plan = await business.plan('team', [flat('100'), perDeparture('2')]);
    customer = await business.customer('B6', { plan });
    if (taxed) await setCustomerTax(target.database, customer, { status: 'taxable', defaultRates: ['vat'] }, 'test');
    if (discounted) await redeemCoupon(target.database, { customer, coupon: 'fifth' }, 'test');
    if (wallet > 0) {
      await grant(target.database, await openWallet(target.database, customer, 'Prepaid'), wallet, { isPaid: true });
    }
    await business.use(
      'B6',
      Array.from({ length: 25 }, (_, index) => ({ at: `2013-01-01T00:${String(index).padStart(2, '0')}:00Z` })),
    );
    await business.invoice('2013-02-01T13:00:00Z');
    await business.scan('2013-02-02T15:00:00Z');
    const [invoice] = await invoicesOf(target.database, customer);
    assert.ok(invoice, 'it was issued');
    if (bring) await target.bring(invoice.id);
    return invoice;
  }
  const order = (terms: Partial<CreditNoteOrder> = {}): CreditNoteOrder => {
    requests += 1;
    return { requestId: `r${requests}`, giveBack: 'refund', reason: 'order_change', ...terms };
  };
  const issue = async (invoiceId: string, terms: Partial<CreditNoteOrder> = {}) => {
    const { id } = await issueCreditNote(target.database, invoiceId, order(terms), 'Ada');
    const note = await findCreditNote(target.database, id);
    assert.ok(note, 'it is there');
    return note;
  };
  const pay = async (invoiceId: string) => {
    const { invoice } = await remoteIdsOf(target.database, invoiceId);
    await target.stripe.invoices.pay(invoice, { payment_method: 'pm_card_visa' });
  };
  const payAndSee = async (invoiceId: string) => {
    await pay(invoiceId);
    await lookAgain(target.database, [invoiceId]);
    await target.bring(invoiceId);
  };
  const remoteOf = async (invoiceId: string) => {
    const { invoice } = await remoteIdsOf(target.database, invoiceId);
    const [remote, notes] = [
      await target.stripe.invoices.retrieve(invoice),
      (await target.stripe.creditNotes.list({ invoice })).data,
    ];
    return { remote, notes };
  };
  const stateOf = async (invoiceId: string) => {
    const { rows } = await target.database.query<Record<string, unknown>>(
      `SELECT lifecycle, sync, payment FROM invoice_states WHERE invoice_id = $1`,
      [invoiceId],
    );
    return Object.values(rows[0] ?? {}).join(' ');
  };
  const balance = async () => {
    const { rows } = await target.database.query<{ minor: bigint }>(
      `SELECT balance_minor AS minor FROM ledger_accounts WHERE id = $1`,
      [balanceAccountIdOf(customer, 'USD')],
    );
    return rows[0]?.minor ?? 0n;
  };
  const isRefused = (error: unknown) => isDurabillError(error, 'credit-note-refused');

  it('over a part of an open invoice lowers what is to be paid, here and at Stripe, with its tax', async () => {
    const invoice = await issued();
    // 10 of 25 departures: 20.00 less 4.00, 16.00 with 3.04.
    const note = await issue(invoice.id, { lines: [{ position: 2, quantity: '10' }], memo: 'Ten were cancelled.' });
    assert.equal(note.number, `${business.numberPrefix}-CN-000001`);
    assert.deepEqual(
      [note.subtotalMinor, note.discountMinor, note.taxMinor, note.totalMinor, note.total],
      [2_000, 400, 304, 1_904, 'USD 19.04'],
    );
    assert.deepEqual(
      [note.dueMinor, note.refundMinor, note.outOfBandMinor, note.balanceMinor, note.copies],
      [1_904, 0, 0, 0, []],
    );
    assert.equal(await stateOf(invoice.id), 'issued pending unpaid');
    assert.deepEqual(await target.bring(invoice.id), { state: 'synced' });
    const { remote, notes } = await remoteOf(invoice.id);
    assert.deepEqual(
      [remote.status, remote.total, remote.amount_due, remote.amount_remaining],
      ['open', 14_280, 12_376, 12_376],
    );
    const [copy] = notes;
    assert.deepEqual(
      [copy?.total, copy?.subtotal, copy?.total_taxes?.[0]?.amount, copy?.pre_payment_amount, copy?.memo, copy?.reason],
      [1_904, 1_600, 304, 1_904, `${note.number}: Ten were cancelled.`, 'order_change'],
    );
    assert.deepEqual((await findCreditNote(target.database, note.id))?.copies, [
      { target: 'stripe', remoteId: copy?.id, overpaidMinor: 0 },
    ]);
    // What remains is paid, and a note in full refunds that and no more.
    await payAndSee(invoice.id);
    const rest = await issue(invoice.id, { giveBack: 'refund' });
    assert.deepEqual([rest.totalMinor, rest.dueMinor, rest.refundMinor], [12_376, 0, 12_376]);
    await target.bring(invoice.id);
    const after = await remoteOf(invoice.id);
    assert.deepEqual(
      [after.notes[0]?.post_payment_amount, after.notes[0]?.refunds.map(({ amount_refunded }) => amount_refunded)],
      [12_376, [12_376]],
    );
    await assert.rejects(issue(invoice.id), isRefused);
    assert.equal(await balance(), 0n);
  });

  it('in full of an open invoice leaves nothing to pay, and so it is paid', async () => {
    const invoice = await issued();
    await issue(invoice.id);
    await target.bring(invoice.id);
    assert.deepEqual((await remoteOf(invoice.id)).remote.status, 'paid');
    assert.equal(await stateOf(invoice.id), 'issued synced paid');
  });

  it('of a paid invoice goes back by the way that is asked for', async () => {
    const invoice = await issued();
    await payAndSee(invoice.id);
    const toBalance = await issue(invoice.id, { amountMinor: 1_000, giveBack: 'credit' });
    const elsewhere = await issue(invoice.id, { amountMinor: 2_000, giveBack: 'out_of_band' });
    const refunded = await issue(invoice.id, { amountMinor: 3_000 });
    assert.equal(await balance(), 1_000n);
    assert.deepEqual(
      [toBalance, elsewhere, refunded].map((one) => [one.refundMinor, one.outOfBandMinor, one.balanceMinor]),
      [
        [0, 0, 1_000],
        [0, 2_000, 0],
        [3_000, 0, 0],
      ],
    );
    await target.bring(invoice.id);
    const { remote, notes } = await remoteOf(invoice.id);
    assert.deepEqual(
      notes.map((one) => [one.total, one.out_of_band_amount, one.refunds.length, one.customer_balance_transaction]),
      [
        [3_000, null, 1, null],
        [2_000, 2_000, 0, null],
        [1_000, 1_000, 0, null],
      ],
    );
    const { customer: remoteCustomer } = await remoteIdsOf(target.database, invoice.id);
    const held = await target.stripe.customers.retrieve(remoteCustomer);
    assert.equal('balance' in held && held.balance, 0, "Stripe's own balance stays zero");
    assert.equal(remote.post_payment_credit_notes_amount, 6_000);
    // The balance pays a part of February: 100.00 less 20.00 with 19 % is 95.20, of which 10.00.
    await business.invoice('2013-03-01T13:00:00Z');
    await business.scan('2013-03-02T15:00:00Z');
    const [, february] = await invoicesOf(target.database, customer);
    assert.equal(february?.totalMinor, 8_520n);
    assert.equal(await balance(), 0n);
  });

  it('gives to the balance what a wallet had paid, which Stripe knows nothing of', async () => {
    // 42.80 from the wallet, 100.00 by card.
    const invoice = await issued({ wallet: 4_280 });
    assert.equal(invoice.totalMinor, 10_000n);
    await payAndSee(invoice.id);
    const note = await issue(invoice.id);
    assert.deepEqual([note.totalMinor, note.refundMinor, note.balanceMinor], [14_280, 10_000, 4_280]);
    await target.bring(invoice.id);
    assert.equal(await balance(), 4_280n);
    const { notes } = await remoteOf(invoice.id);
    assert.deepEqual(
      notes.map((one) => [one.total, one.refunds[0]?.amount_refunded]),
      [[10_000, 10_000]],
    );
  });

  it('refund nothing that came in elsewhere, and lower what is open beside it', async () => {
    // 42.80 came in by a transfer: of a note in full 100.00 are still open, and 42.80 go back.
    const invoice = await issued();
    const payment = {
      invoiceId: invoice.id,
      amountMinor: 4_280n,
      paidAt: '2013-02-02T15:00:00Z',
      reference: 'transfer 1',
    };
    await recordPayment(target.database, { ...payment, reason: 'seen on the account' }, 'Ada');
    await assert.rejects(issue(invoice.id), isRefused);
    const note = await issue(invoice.id, { giveBack: 'credit' });
    assert.deepEqual([note.dueMinor, note.refundMinor, note.balanceMinor], [10_000, 0, 4_280]);
    await target.bring(invoice.id);
    // Stripe knows nothing of the transfer: there all of it lowers what is to be paid.
    const { remote, notes } = await remoteOf(invoice.id);
    assert.deepEqual(
      [remote.status, remote.amount_remaining, notes[0]?.pre_payment_amount, notes[0]?.post_payment_amount],
      ['paid', 0, 14_280, 0],
    );
    assert.equal(await balance(), 4_280n);
  });

  it('and refunds without a note give back together no more than was paid', async () => {
    const invoice = await issued();
    await payAndSee(invoice.id);
    const refund = { invoiceId: invoice.id, reason: 'a kindness' };
    const noted = await issue(invoice.id, { amountMinor: 4_280, giveBack: 'out_of_band' });
    await assert.rejects(orderRefund(target.database, { ...refund, amountMinor: 10_001n }, 'Ada'), (error: unknown) =>
      isDurabillError(error, 'refund-refused'),
    );
    await orderRefund(target.database, { ...refund, amountMinor: 9_000n }, 'Ada');
    await assert.rejects(issue(invoice.id, { amountMinor: 1_001, giveBack: 'credit' }), isRefused);
    const last = await issue(invoice.id, { amountMinor: 1_000 });
    assert.deepEqual([noted.outOfBandMinor, last.refundMinor], [4_280, 1_000]);
    await target.bring(invoice.id);
    const { notes } = await remoteOf(invoice.id);
    assert.deepEqual(
      notes.map(({ total }) => total),
      [1_000, 4_280],
    );
    await assert.rejects(orderRefund(target.database, { ...refund, amountMinor: 1n }, 'Ada'), (error: unknown) =>
      isDurabillError(error, 'refund-refused'),
    );
  });

  it('of what a wallet had paid in full never goes to Stripe', async () => {
    const invoice = await issued({ wallet: 20_000 });
    assert.equal(invoice.totalMinor, 0n);
    const note = await issue(invoice.id, { amountMinor: 5_000 });
    assert.deepEqual([note.balanceMinor, note.refundMinor], [5_000, 0]);
    assert.deepEqual(await target.bring(invoice.id), { state: 'synced' });
    assert.deepEqual((await remoteOf(invoice.id)).notes, []);
    assert.equal(await balance(), 5_000n);
  });

  it('of what is paid before it comes to Stripe gives that to the balance, once', async () => {
    const invoice = await issued();
    const note = await issue(invoice.id, { amountMinor: 4_280 });
    assert.equal(note.dueMinor, 4_280);
    await pay(invoice.id);
    await target.fail({ kind: 'commit-then-reset', operation: 'creditNotes.create', times: 1 });
    await bringInTheEnd(target, invoice.id);
    const { notes } = await remoteOf(invoice.id);
    assert.deepEqual(
      notes.map((one) => [one.total, one.out_of_band_amount, one.post_payment_amount]),
      [[4_280, 4_280, 4_280]],
    );
    assert.equal(await balance(), 4_280n);
    assert.deepEqual(
      (await listNotesOf(target.database, invoice.id)).map(({ copies }) => copies[0]?.overpaidMinor),
      [4_280],
    );
    await lookAgain(target.database, [invoice.id]);
    await target.bring(invoice.id);
    assert.equal(await balance(), 4_280n);
  });

  it('of what is paid between our look and our request is looked at again, and sent as it is then', async () => {
    const invoice = await issued();
    await issue(invoice.id, { amountMinor: 4_280 });
    await target.fail({ kind: 'slow', operation: 'creditNotes.create', delayMs: 1_500, times: 1 });
    const begun = target.bring(invoice.id);
    const sent = `SELECT FROM stored_requests WHERE subject_id = $1 AND step LIKE 'credit-note%'`;
    while ((await target.database.query(sent, [invoice.id])).rowCount === 0);
    await pay(invoice.id);
    await begun.catch(() => undefined);
    await bringInTheEnd(target, invoice.id);
    const { notes } = await remoteOf(invoice.id);
    assert.deepEqual(
      notes.map((one) => [one.total, one.out_of_band_amount]),
      [[4_280, 4_280]],
    );
    assert.equal(await balance(), 4_280n);
  });

  it('come to Stripe once, wherever an answer is lost, and after its keys are forgotten', async () => {
    const invoice = await issued();
    await payAndSee(invoice.id);
    await issue(invoice.id, { amountMinor: 1_000 });
    await issue(invoice.id, { lines: [{ position: 1, amountMinor: 5_000 }] });
    await target.fail({ kind: 'commit-then-reset', operation: 'creditNotes.create', times: 3 });
    await assert.rejects(target.bringImpatiently(invoice.id));
    await target.heal();
    await target.letKeysAge();
    const before = await target.lastEntry();
    await bringInTheEnd(target, invoice.id);
    const { notes } = await remoteOf(invoice.id);
    // 50.00 of the base less 10.00, 40.00 with 7.60.
    assert.deepEqual(
      notes.map((one) => [one.total, one.refunds.length]),
      [
        [4_760, 1],
        [1_000, 1],
      ],
    );
    assert.deepEqual(operationsOf(writes(await target.journal(before))), ['creditNotes.create'], 'the second one only');
    assert.equal((await remoteOf(invoice.id)).remote.post_payment_credit_notes_amount, 5_760);
  });

  it('that were issued before the invoice came to Stripe follow it there', async () => {
    const invoice = await issued({ bring: false });
    await issue(invoice.id, { lines: [{ position: 1 }] });
    assert.deepEqual(await target.bring(invoice.id), { state: 'synced' });
    const { remote, notes } = await remoteOf(invoice.id);
    assert.deepEqual([remote.amount_remaining, notes[0]?.total], [14_280 - 9_520, 9_520]);
  });

  it('of a calm invoice cost no request', async () => {
    const invoice = await issued({ bring: false });
    const before = await target.lastEntry();
    await target.bring(invoice.id);
    const operations = operationsOf(await target.journal(before));
    assert.deepEqual(
      operations.filter((name) => name?.startsWith('creditNotes')),
      [],
    );
  });

  it('are the one that was previewed', async () => {
    const invoice = await issued();
    await payAndSee(invoice.id);
    for (const what of [{ amountMinor: 3_333 }, { lines: [{ position: 2, quantity: '7' }] }, {}]) {
      const previewed = await previewCreditNote(target.database, invoice.id, { ...what, giveBack: 'credit' });
      const issuedNote = await issue(invoice.id, { ...what, giveBack: 'credit' });
      for (const [field, value] of Object.entries(previewed)) {
        assert.deepEqual(issuedNote[field as keyof typeof issuedNote], value, field);
      }
    }
    assert.equal(await balance(), 14_280n);
  });

  it('are issued once under one request id, and otherwise refused under it', async () => {
    const invoice = await issued();
    const one = order({ amountMinor: 1_000 });
    const made = await Promise.all(
      [1, 2, 3].map(() => issueCreditNote(target.database, invoice.id, { ...one }, 'Ada')),
    );
    assert.deepEqual(made.map(({ created }) => created).sort(), [false, false, true]);
    assert.equal(new Set(made.map(({ id }) => id)).size, 1);
    await assert.rejects(
      issueCreditNote(target.database, invoice.id, { ...one, amountMinor: 2_000 }, 'Ada'),
      (error: unknown) => isDurabillError(error, 'conflict'),
    );
    assert.equal((await listNotesOf(target.database, invoice.id)).length, 1);
  });

  it('are over what is left and no more, whoever asks at once, and numbered without a gap', async () => {
    const invoice = await issued();
    // Each asks for a little more than half of what is left: one gets it, and the next round is about the other half.
    let left = 14_280;
    for (let round = 0; round < 10; round += 1) {
      const amountMinor = Math.floor(left / 2) + 1;
      const outcomes = await Promise.allSettled([1, 2, 3, 4, 5].map(() => issue(invoice.id, { amountMinor })));
      const refused = outcomes.flatMap((one) => (one.status === 'rejected' ? [one.reason] : []));
      assert.ok(refused.length === 4 && refused.every(isRefused), `round ${round}: ${refused.join()}`);
      left -= amountMinor;
    }
    const notes = await listNotesOf(target.database, invoice.id);
    assert.deepEqual(
      notes.map(({ number }) => number),
      notes.map((_, index) => `${business.numberPrefix}-CN-${String(index + 1).padStart(6, '0')}`),
    );
    assert.equal(
      notes.reduce((sum, { totalMinor }) => sum + totalMinor, 0),
      14_280 - left,
    );
  });

  it('keep their invoice from being void, by whichever way', async () => {
    const invoice = await issued();
    await issue(invoice.id, { amountMinor: 1_000 });
    await assert.rejects(
      requestVoid(target.database, { invoiceId: invoice.id, reason: 'by mistake' }, 'Ada'),
      (error: unknown) => isDurabillError(error, 'void-refused'),
    );
    const parked = await parkInvoice(target.database, {
      invoiceId: invoice.id,
      code: 'permission',
      reason: 'No right.',
    });
    const answer = { invoiceId: invoice.id, kind: 'abandon', actor: 'Ada', reason: 'Given up.' } as const;
    const decisionId = '0d5a1c0e-6f4e-4c37-9f0e-9d1c5a9f2b11';
    await assert.rejects(
      answerSync(target.database, { ...answer, decisionId, parkingNumber: parked ?? 1 }),
      (error: unknown) => isDurabillError(error, 'answer-unfit'),
    );
    const toVoid = target.database.query(`UPDATE invoice_states SET lifecycle = 'void' WHERE invoice_id = $1`, [
      invoice.id,
    ]);
    await refusedWith(['DB033'], toVoid, 'void it');
  });

  it('are refused of what is no issued invoice, or is being voided', async () => {
    const invoice = await issued();
    await business.invoice('2013-03-01T13:00:00Z');
    const [, draft] = await invoicesOf(target.database, customer);
    await assert.rejects(issue(draft?.id as string), isRefused);
    await requestVoid(target.database, { invoiceId: invoice.id, reason: 'by mistake' }, 'Ada');
    await assert.rejects(issue(invoice.id), isRefused);
  });

  it('are facts: added up again by the database, and never changed', async () => {
    const invoice = await issued();
    const note = await issue(invoice.id, { lines: [{ position: 1, amountMinor: 9_000 }] });
    const sql = (text: string, values: unknown[] = [note.id]) => target.database.query(text, values);
    for (const table of ['credit_notes', 'credit_note_lines', 'credit_note_line_taxes']) {
      const id = table === 'credit_notes' ? 'id' : 'credit_note_id';
      await refusedWith(['DB001'], sql(`DELETE FROM ${table} WHERE ${id} = $1`), 'delete');
      await refusedWith(['DB001'], sql(`UPDATE ${table} SET ${id} = ${id} WHERE ${id} = $1`), 'update');
      await refusedWith(['DB001'], sql(`TRUNCATE ${table} CASCADE`, []), 'truncate');
    }
    const more = `INSERT INTO credit_note_lines SELECT credit_note_id, (SELECT id FROM invoice_lines l
        WHERE l.invoice_id = $2 AND position = 2), 2, 'More', NULL, 1, 0, 0, 0 FROM credit_note_lines WHERE credit_note_id = $1`;
    await refusedWith(['DB031'], sql(more, [note.id, invoice.id]), 'another line');
    // The same note once more: 90.00 twice of a line of 100.00.
    const again = `WITH note AS (
        INSERT INTO credit_notes SELECT (jsonb_populate_record(n, '{"id": "0d5a1c0e-6f4e-4c37-9f0e-9d1c5a9f2b12", "number": "X", "request_id": "x"}')).*
        FROM credit_notes n WHERE id = $1 RETURNING id),
      line AS (
        INSERT INTO credit_note_lines SELECT note.id, l.line_id, l.position, l.description, l.quantity, l.amount_minor,
          l.discount_minor, l.tax_minor, l.inclusive_tax_minor FROM credit_note_lines l, note WHERE l.credit_note_id = $1)
      INSERT INTO credit_note_line_taxes SELECT note.id, t.line_id, t.key, t.is_inclusive, t.taxable_minor, t.amount_minor
        FROM credit_note_line_taxes t, note WHERE t.credit_note_id = $1`;
    await refusedWith(['DB032'], sql(again), 'the same twice');
  });
});
