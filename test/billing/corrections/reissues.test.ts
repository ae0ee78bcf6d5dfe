import assert from 'node:assert/strict';
import { applyUsageCorrection } from '../../../src/billing/apply-usage-correction.ts';
import { carryOutReissues } from '../../../src/billing/carry-out-reissues.ts';
import { createCoupon } from '../../../src/billing/create-coupon.ts';
import { findLateUsage } from '../../../src/billing/late-usage.ts';
import { proveInvoice } from '../../../src/billing/prove-invoice.ts';
import { redeemCoupon } from '../../../src/billing/redeem-coupon.ts';
import { reissueInvoice } from '../../../src/billing/reissue-invoice.ts';
import { requestVoid } from '../../../src/billing/void-invoice.ts';
import { useTestDatabase } from '../../support/database.ts';
import { type Business, flat, invoicesOf, openBusiness, perMile } from '../business.ts';
import { amend, correct, fly, pendingOf, preview } from './support.ts';

describe('A reissue', () => {
  const books = useTestDatabase();
  let business: Business;
  let customer = '';
  let plan = '';
  let tests = 0;
  const id = (name: string) => `${name}-reissue-${tests}`;

  /** January is issued over 10.00 + 100 miles × 1.00 = 110.00. */
  beforeEach(async () => {
    tests += 1;
    business = await openBusiness(books.database);
    plan = await business.plan('miles', [flat('10'), perMile('1')]);
    customer = await business.customer('B6', { plan });
    await fly(books.database, [{ id: id('a'), customer, at: '2013-01-05T10:00:00Z', miles: 100 }]);
    await business.invoice('2013-02-01T13:00:00Z');
    await business.scan('2013-02-02T15:00:00Z');
  });

  const invoices = async () =>
    (await invoicesOf(books.database, customer)).map(({ revision, lifecycle, totalMinor }) => [
      revision,
      lifecycle,
      Number(totalMinor),
    ]);
  const only = async () => (await invoicesOf(books.database, customer))[0]!.id;
  const wantVoid = (invoiceId: string) =>
    requestVoid(books.database, { invoiceId, reason: 'Another price was agreed.' }, 'Ada');
  /** As its sync does once Stripe has confirmed it. */
  const becomeVoid = (invoiceId: string) =>
    books.database.query(`UPDATE invoice_states SET lifecycle = 'void' WHERE invoice_id = $1 AND wanted = 'void'`, [
      invoiceId,
    ]);
  const reissue = (invoiceId: string, more: { plan?: string; planVersion?: number } = {}) =>
    reissueInvoice(books.database, { invoiceId, reason: 'Another price was agreed.', ...more }, 'Ada');
  const proofHolds = async (invoiceId: string) => {
    const proof = (await proveInvoice(books.database, invoiceId))!;
    assert.deepEqual([proof.failure, proof.lines.filter(({ holds }) => !holds)], [null, []]);
  };

  it('bills the periods of a void invoice again at the price of a new version', async () => {
    const first = await only();
    await business.plan('miles', [flat('10'), perMile('0.80')]);
    await wantVoid(first);
    await becomeVoid(first);
    const order = await reissue(first, { plan });
    assert.equal(order.state, 'done');
    // 10.00 + 100 × 0.80 = 90.00.
    assert.deepEqual(await invoices(), [
      [1, 'void', 110_00],
      [2, 'draft', 90_00],
    ]);
    // Asked again it is the same; and the run of the month bills nothing anew.
    assert.equal((await reissue(first)).invoiceId, order.invoiceId);
    await business.invoice('2013-02-03T13:00:00Z');
    await business.scan('2013-02-04T15:00:00Z');
    assert.deepEqual(await invoices(), [
      [1, 'void', 110_00],
      [2, 'issued', 90_00],
    ]);
    const { rows } = await books.database.query<{ replaces: string }>('SELECT replaces FROM invoices WHERE id = $1', [
      order.invoiceId,
    ]);
    assert.equal(rows[0]!.replaces, first);
    for (const invoiceId of [first, order.invoiceId!]) await proofHolds(invoiceId);
    assert.equal((await findLateUsage(books.database, business.clockId)).differing, 0);
  });

  it('keeps to its own price when it is reissued once more, and names another when told so', async () => {
    const first = await only();
    await business.plan('miles', [flat('10'), perMile('0.80')]);
    await wantVoid(first);
    await becomeVoid(first);
    const second = (await reissue(first, { plan, planVersion: 2 })).invoiceId!;
    await business.scan('2013-02-04T15:00:00Z');
    await wantVoid(second);
    await becomeVoid(second);
    const third = (await reissue(second)).invoiceId!;
    await business.scan('2013-02-06T15:00:00Z');
    await wantVoid(third);
    await becomeVoid(third);
    await reissue(third, { plan, planVersion: 1 });
    assert.deepEqual(await invoices(), [
      [1, 'void', 110_00],
      [2, 'void', 90_00],
      [3, 'void', 90_00],
      [4, 'draft', 110_00],
    ]);
  });

  it('waits until the invoice is void', async () => {
    const first = await only();
    await assert.rejects(reissue(first), { code: 'reissue-refused' });
    await wantVoid(first);
    assert.equal((await reissue(first)).state, 'waiting');
    assert.equal(await carryOutReissues(books.database, business.clockId), 0);
    await becomeVoid(first);
    const made = await Promise.all([1, 2, 3].map(() => carryOutReissues(books.database, business.clockId)));
    assert.equal(
      made.reduce((sum, count) => sum + count, 0),
      1,
    );
    assert.deepEqual(await invoices(), [
      [1, 'void', 110_00],
      [2, 'draft', 110_00],
    ]);
  });

  it('is refused when the customer has paid meanwhile, and can be ordered again', async () => {
    const first = await only();
    await wantVoid(first);
    await reissue(first);
    await books.database.query(
      `UPDATE invoice_states SET wanted = 'final', payment = 'paid', amount_paid_minor = 11000 WHERE invoice_id = $1`,
      [first],
    );
    assert.equal(await carryOutReissues(books.database, business.clockId), 0);
    const { rows } = await books.database.query<{ state: string; reason: string }>(
      'SELECT state, end_reason AS reason FROM invoice_reissues WHERE replaces = $1',
      [first],
    );
    assert.deepEqual(rows, [
      { state: 'refused', reason: 'The invoice was not voided: the customer has paid it meanwhile.' },
    ]);
    await assert.rejects(reissue(first), { code: 'reissue-refused' });
  });

  it('takes back what corrections have billed beside the invoice, since it has that itself', async () => {
    const first = await only();
    await correct(books.database, { changes: [amend(id('a'), customer, { properties: { miles: 130 } })] });
    await wantVoid(first);
    await becomeVoid(first);
    await reissue(first);
    // 140.00 on the new one, 30.00 waited already: minus 30.00 beside it.
    assert.deepEqual(await invoices(), [
      [1, 'void', 110_00],
      [2, 'draft', 140_00],
    ]);
    assert.deepEqual(
      (await pendingOf(books.database, customer)).map(({ amountMinor }) => amountMinor),
      [-30_00, 30_00],
    );
    await business.scan('2013-02-04T15:00:00Z');
    assert.equal((await findLateUsage(books.database, business.clockId)).differing, 0);
  });

  it('takes back what they have come to net of the coupon that the old invoice had', async () => {
    await createCoupon(books.database, { key: 'ten', name: 'Ten', percentage: '10', duration: 'forever' }, 'Ada');
    await redeemCoupon(books.database, { customer, coupon: 'ten' }, 'Ada');
    await fly(books.database, [{ id: id('b'), customer, at: '2013-02-01T10:00:00Z', miles: 100 }]);
    await business.invoice('2013-03-01T13:00:00Z');
    await business.scan('2013-03-02T15:00:00Z');
    const february = (await invoicesOf(books.database, customer))[1]!.id;
    await correct(books.database, { changes: [amend(id('b'), customer, { properties: { miles: 130 } })] });
    await wantVoid(february);
    await becomeVoid(february);
    await reissue(february);
    // 30.00 less 10 % waited; it is on the new invoice, where 140.00 less 10 % is 126.00.
    assert.deepEqual(await invoices(), [
      [1, 'issued', 110_00],
      [1, 'void', 99_00],
      [2, 'draft', 126_00],
    ]);
    assert.deepEqual(
      (await pendingOf(books.database, customer)).map(({ amountMinor }) => amountMinor),
      [-27_00, 27_00],
    );
    assert.equal((await findLateUsage(books.database, business.clockId)).differing, 0);
  });

  it('is what an operator can choose in a correction, for one invoice', async () => {
    const first = await only();
    const changes = [amend(id('a'), customer, { properties: { miles: 130 } })];
    const treatments = [{ invoiceId: first, treatment: 'reissue' as const }];
    const { id: correctionId, outcome } = await preview(books.database, { changes, treatments });
    assert.deepEqual(
      outcome.invoices.map(({ treatment, billedMinor, afterMinor }) => [treatment, billedMinor, afterMinor]),
      [['reissue', 110_00, 140_00]],
    );
    assert.deepEqual(await invoices(), [[1, 'issued', 110_00]]);
    const { voided } = await applyUsageCorrection(books.database, correctionId, 'Grace');
    assert.deepEqual(voided, [first]);
    await becomeVoid(first);
    assert.equal(await carryOutReissues(books.database, business.clockId), 1);
    assert.deepEqual(await invoices(), [
      [1, 'void', 110_00],
      [2, 'draft', 140_00],
    ]);
    assert.deepEqual(await pendingOf(books.database, customer), []);
    await proofHolds(first);
  });

  it('is refused for an invoice that does not change, that is paid, or whose plan it does not know', async () => {
    const first = await only();
    const changes = [amend(id('a'), customer, { properties: { miles: 130 } })];
    const stray = { invoiceId: '00000000-0000-4000-8000-000000000000', treatment: 'reissue' as const };
    await assert.rejects(preview(books.database, { changes, treatments: [stray] }), {
      code: 'correction-invalid',
      field: 'treatments[0].invoiceId',
    });
    await books.database.query(`UPDATE invoice_states SET payment = 'paid' WHERE invoice_id = $1`, [first]);
    const treatments = [{ invoiceId: first, treatment: 'reissue' as const }];
    await assert.rejects(preview(books.database, { changes, treatments }), { code: 'void-refused' });
    await books.database.query(`UPDATE invoice_states SET payment = 'unpaid' WHERE invoice_id = $1`, [first]);
    await wantVoid(first);
    await becomeVoid(first);
    const other = await business.plan('other', [flat('1')]);
    await assert.rejects(reissue(first, { plan: other }), { code: 'reissue-refused', field: 'plan' });
    await assert.rejects(reissue(first, { plan: 'never' }), { code: 'plan-unknown' });
    await assert.rejects(reissue(first, { plan, planVersion: 9 }), { code: 'plan-unknown' });
  });
});
