import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { answerSync } from '../../src/billing/answer-sync.ts';
import { parkInvoice } from '../../src/billing/park-invoice.ts';
import { storeCorrection } from '../../src/billing/store-correction.ts';
import { lookAgain } from '../../src/store/wants.ts';
import type { FaultRule } from '../../src/stripe-simulator/faults.ts';
import { assertOneBodyAKey, failureOf, operationsOf } from './outcomes.ts';
import { usd, useTarget } from './support.ts';

type Issued = Awaited<ReturnType<ReturnType<typeof useTarget>['issue']>>;

/**
 * The books had linked an airline to another one's entry at Stripe. Its invoice of 51 lines (1.00 to 1.50 USD, in two
 * calls: 51 · 1.00 + 0.50 · 51 / 2 = 63.75) was on its way when somebody noticed, and corrected the link.
 */
describe('an invoice whose customer was corrected while it was on its way', () => {
  const target = useTarget();
  const issue = () => target.issue({ amountsMinor: usd(51) });
  const copiesOf = async ({ id }: Issued) =>
    (await target.stripe.invoices.list({ limit: 100 })).data
      .filter(({ metadata }) => metadata?.['durabill_invoice'] === id)
      .map(({ customer, status, total, number }) => ({ customer, status, total, number }));
  const parkWith = async (invoice: Issued, fault: FaultRule) => {
    await target.fail(fault);
    const { code, message } = await failureOf(target.bringImpatiently(invoice.id));
    await target.heal();
    await parkInvoice(target.database, { invoiceId: invoice.id, code, reason: message });
  };
  /** @returns the right customer's id at Stripe */
  const correct = async (invoice: Issued, remoteCustomerId?: string) => {
    const right = remoteCustomerId ?? (await target.stripe.customers.create({ name: 'the right one' })).id;
    const correction = { customer: invoice.customerId, remoteCustomerId: right, reason: 'the link was wrong' };
    const { id: correctionId } = await storeCorrection(target.database, correction, 'ada');
    const { rows } = await target.database.query<{ number: number }>(
      'SELECT parking_number AS number FROM invoice_states WHERE invoice_id = $1',
      [invoice.id],
    );
    const parkingNumber = rows[0]!.number;
    const said = { decisionId: randomUUID(), actor: 'ada', reason: 'mended', parkingNumber, correctionId };
    await answerSync(target.database, { invoiceId: invoice.id, kind: 'fix', ...said });
    return right;
  };
  const assertRight = async (invoice: Issued, customer: string) => {
    assert.deepEqual(await copiesOf(invoice), [{ customer, status: 'open', total: 6_375, number: invoice.number }]);
    const { rows } = await target.database.query(
      `SELECT s.sync, m.remote_id = r.remote_id AS "isMapped" FROM invoice_states s JOIN invoice_mappings m USING (invoice_id)
       JOIN stored_requests r ON r.subject_id = s.invoice_id AND r.step = 'finalize' AND r.status = 200 WHERE s.invoice_id = $1`,
      [invoice.id],
    );
    assert.deepEqual(rows, [{ sync: 'synced', isMapped: true }]);
    assertOneBodyAKey(await target.journal());
  };

  // Where the first sync stopped: each leaves the wrong customer's draft in another state.
  const stops: [string, FaultRule][] = [
    ['before its lines', { kind: '403', operation: 'invoices.addLines', times: 1 }],
    ['before it was final', { kind: '403', operation: 'invoices.finalizeInvoice', times: 1 }],
    ['with the answer about its draft lost', { kind: 'commit-then-reset', operation: 'invoices.create', times: 2 }],
    ['with the answer about its lines lost', { kind: 'commit-then-reset', operation: 'invoices.addLines', times: 2 }],
  ];
  for (const [title, fault] of stops) {
    it(`is billed to the right one only, stopped ${title}`, async () => {
      const invoice = await issue();
      await parkWith(invoice, fault);
      const right = await correct(invoice);
      assert.deepEqual(await target.bring(invoice.id), { state: 'synced' });
      await assertRight(invoice, right);
    });
  }

  it('is found at the customer whom the request named, when its key has been forgotten', async () => {
    const invoice = await issue();
    await parkWith(invoice, { kind: 'commit-then-reset', operation: 'invoices.create', times: 2 });
    await target.letKeysAge();
    const right = await correct(invoice);
    assert.deepEqual(await target.bring(invoice.id), { state: 'synced' });
    await assertRight(invoice, right);
  });

  it('goes on where it was cut off between the deletion and the next draft', async () => {
    const invoice = await issue();
    await parkWith(invoice, { kind: '403', operation: 'invoices.finalizeInvoice', times: 1 });
    const right = await correct(invoice);
    await target.fail({ kind: '503', operation: 'invoices.create', times: 1 });
    await failureOf(target.bring(invoice.id));
    await target.heal();
    await target.database.query(
      `DELETE FROM stored_requests WHERE subject_id = $1 AND step = 'create' AND generation = 2`,
      [invoice.id],
    );
    assert.deepEqual(await copiesOf(invoice), [], 'the wrong draft is gone, the right one not there');
    assert.deepEqual(await target.bring(invoice.id), { state: 'synced' });
    await assertRight(invoice, right);
  });

  it('takes over the mapping that a reconciliation has made to the wrong draft', async () => {
    const invoice = await issue();
    await parkWith(invoice, { kind: '403', operation: 'invoices.finalizeInvoice', times: 1 });
    await target.database.query(
      `INSERT INTO invoice_mappings (account_id, invoice_id, remote_id, remote_status, remote_total_minor)
       SELECT account_id, subject_id, remote_id, 'draft', 6375 FROM stored_requests WHERE subject_id = $1 AND step = 'create'`,
      [invoice.id],
    );
    const right = await correct(invoice);
    assert.deepEqual(await target.bring(invoice.id), { state: 'synced' });
    await assertRight(invoice, right);
  });

  it('waits for a person when it is final at Stripe for the wrong one, and goes on when that one was right', async () => {
    const invoice = await issue();
    await parkWith(invoice, { kind: 'commit-then-reset', operation: 'invoices.finalizeInvoice', times: 2 });
    const [before] = await copiesOf(invoice);
    await correct(invoice);
    const failure = await failureOf(target.bring(invoice.id));
    assert.deepEqual([failure.action, failure.code, failure.needsAlert], ['person', 'customer-differs', true]);
    assert.match(failure.mend, /"Fix and try again".*"Give up"/);
    assert.deepEqual(await copiesOf(invoice), [before], 'nothing was changed');
    await parkInvoice(target.database, { invoiceId: invoice.id, code: failure.code, reason: failure.message });
    await correct(invoice, String(before!.customer));
    assert.deepEqual(await target.bring(invoice.id), { state: 'synced' });
    await assertRight(invoice, String(before!.customer));
  });

  it('leaves alone what was made final before, and still sees that it is paid', async () => {
    const invoice = await issue();
    await target.bring(invoice.id);
    const right = await target.stripe.customers.create({ name: 'the right one' });
    await target.database.query('UPDATE customer_mappings SET remote_id = $2 WHERE customer_id = $1', [
      invoice.customerId,
      right.id,
    ]);
    const { rows } = await target.database.query<{ id: string }>(
      'SELECT remote_id AS id FROM invoice_mappings WHERE invoice_id = $1',
      [invoice.id],
    );
    await target.stripe.invoices.pay(rows[0]!.id, { paid_out_of_band: true });
    await lookAgain(target.database, [invoice.id]);
    const before = await target.lastEntry();
    assert.deepEqual(await target.bring(invoice.id), { state: 'synced' });
    const writes = (await target.journal(before)).filter(({ method }) => method !== 'GET');
    assert.deepEqual(operationsOf(writes), []);
    const state = await target.database.query('SELECT payment FROM invoice_states WHERE invoice_id = $1', [invoice.id]);
    assert.deepEqual(state.rows, [{ payment: 'paid' }]);
  });
});
