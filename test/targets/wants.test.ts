import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { type AnswerKind, answerSync } from '../../src/billing/answer-sync.ts';
import { parkInvoice } from '../../src/billing/park-invoice.ts';
import { pauseAll, resumeAll } from '../../src/billing/pause.ts';
import { storeCorrection } from '../../src/billing/store-correction.ts';
import { syncNow } from '../../src/billing/sync-now.ts';
import { requestVoid } from '../../src/billing/void-invoice.ts';
import { isDurabillError } from '../../src/errors/error.ts';
import { lookAgain } from '../../src/store/wants.ts';
import { failureOf, operationsOf } from './outcomes.ts';
import { usd, useTarget } from './support.ts';

type Issued = { id: string; customerId: string };

describe('what the books want of Stripe', () => {
  const target = useTarget();
  const issue = () => target.issue({ amountsMinor: usd(2) });
  const voidIt = (invoice: Issued) =>
    requestVoid(target.database, { invoiceId: invoice.id, reason: 'billed by mistake' }, 'ada');
  const stateOf = async (invoice: Issued) => {
    const { rows } = await target.database.query<Record<string, unknown>>(
      `SELECT lifecycle, sync, payment, amount_paid_minor::int AS paid FROM invoice_states WHERE invoice_id = $1`,
      [invoice.id],
    );
    return Object.values(rows[0] ?? {}).join(' ');
  };
  const remoteOf = async (invoice: Issued) => {
    const { rows } = await target.database.query<{ remoteId: string }>(
      `SELECT remote_id AS "remoteId" FROM stored_requests WHERE subject_id = $1 AND step = 'create' AND remote_id IS NOT NULL`,
      [invoice.id],
    );
    return rows[0]?.remoteId as string;
  };
  const historyOf = async (invoice: Issued) => {
    const { rows } = await target.database.query<{ action: string }>(
      `SELECT action FROM audit_log WHERE subject_id = $1 ORDER BY sequence`,
      [invoice.id],
    );
    return rows.map(({ action }) => action);
  };
  const writesSince = async (since: number) =>
    operationsOf((await target.journal(since)).filter(({ method }) => method !== 'GET'));
  const answer = (invoice: Issued, kind: AnswerKind, parkingNumber?: number, correctionId?: string) =>
    answerSync(target.database, {
      invoiceId: invoice.id,
      kind,
      decisionId: randomUUID(),
      actor: 'ada',
      reason: 'looked at',
      ...(parkingNumber !== undefined && { parkingNumber }),
      ...(correctionId !== undefined && { correctionId }),
    });

  describe('a void', () => {
    it('voids the open invoice at Stripe, and only then the one here', async () => {
      const invoice = await issue();
      await target.bring(invoice.id);
      await voidIt(invoice);
      assert.equal(await stateOf(invoice), 'issued pending unpaid 0', 'not void before Stripe has confirmed');
      assert.deepEqual(await target.bring(invoice.id), { state: 'void' });
      assert.equal(await stateOf(invoice), 'void synced none 0');
      assert.equal((await target.stripe.invoices.retrieve(await remoteOf(invoice))).status, 'void');
      assert.ok((await historyOf(invoice)).join().includes('void asked for'), String(await historyOf(invoice)));
      assert.deepEqual(await target.bring(invoice.id), { state: 'void' }, 'and stays so');
    });

    it('deletes a draft that was left behind', async () => {
      const invoice = await issue();
      target.fail({ kind: '403', operation: 'invoices.finalizeInvoice', times: 1 });
      await failureOf(target.bring(invoice.id));
      const remoteId = await remoteOf(invoice);
      assert.equal((await target.stripe.invoices.retrieve(remoteId)).status, 'draft');
      await voidIt(invoice);
      assert.deepEqual(await target.bring(invoice.id), { state: 'void' });
      await assert.rejects(target.stripe.invoices.retrieve(remoteId), /No such invoice/);
    });

    it('sends nothing for one that Stripe never had', async () => {
      const invoice = await issue();
      await voidIt(invoice);
      const before = await target.lastEntry();
      assert.deepEqual(await target.bring(invoice.id), { state: 'void' });
      assert.deepEqual(await writesSince(before), []);
    });

    it('finishes a creation whose answer was lost, so that no draft can turn up later', async () => {
      const invoice = await issue();
      await target.fail({ kind: 'commit-then-reset', operation: 'invoices.create', times: 2 });
      await failureOf(target.bring(invoice.id));
      await target.heal();
      await voidIt(invoice);
      assert.deepEqual(await target.bring(invoice.id), { state: 'void' });
      const ours = (await target.stripe.invoices.list({ limit: 100 })).data.filter(
        ({ metadata }) => metadata?.['durabill_invoice'] === invoice.id,
      );
      assert.deepEqual(ours, []);
    });

    it('stands back when the customer has paid meanwhile: one outcome, paid', async () => {
      const invoice = await issue();
      await target.bring(invoice.id);
      await voidIt(invoice);
      await target.stripe.invoices.pay(await remoteOf(invoice), { paid_out_of_band: true });
      assert.deepEqual(await target.bring(invoice.id), { state: 'synced' });
      // Two lines of 1.00 and 1.01: 2.01 was paid.
      assert.equal(await stateOf(invoice), 'issued synced paid 201');
      assert.ok((await historyOf(invoice)).includes('void refused'), String(await historyOf(invoice)));
      await assert.rejects(voidIt(invoice), /It is paid/);
    });

    it('is refused for what is no issued invoice, and for one that waits for a person', async () => {
      const invoice = await issue();
      await parkInvoice(target.database, { invoiceId: invoice.id, code: 'x', reason: 'Stripe refused it.' });
      await assert.rejects(
        voidIt(invoice),
        (error) => isDurabillError(error, 'void-refused') && /abandon/.test(error.mend),
      );
      await assert.rejects(voidIt({ ...invoice, id: randomUUID() }), (error) => isDurabillError(error, 'not-found'));
    });
  });

  describe('a second look', () => {
    it('sees that the customer has paid, by one read', async () => {
      const invoice = await issue();
      await target.bring(invoice.id);
      await target.stripe.invoices.pay(await remoteOf(invoice), { paid_out_of_band: true });
      assert.deepEqual(await lookAgain(target.database, [invoice.id]), [invoice.id]);
      const before = await target.lastEntry();
      assert.deepEqual(await target.bring(invoice.id), { state: 'synced' });
      assert.deepEqual(
        operationsOf(await target.journal(before)).filter((name) => name !== 'accounts.retrieveCurrent'),
        ['invoices.retrieve'],
      );
      assert.equal(await stateOf(invoice), 'issued synced paid 201');
    });

    it('never takes back that it was paid', async () => {
      const invoice = await issue();
      await target.bring(invoice.id);
      await target.database.query(`UPDATE invoice_states SET payment = 'paid' WHERE invoice_id = $1`, [invoice.id]);
      await lookAgain(target.database, [invoice.id]);
      await target.bring(invoice.id);
      assert.equal(await stateOf(invoice), 'issued synced paid 0');
    });

    it('is not lost when it is asked for during an attempt', async () => {
      const invoice = await issue();
      await target.fail({ kind: 'slow', operation: 'invoices.finalizeInvoice', delayMs: 300, times: 1 });
      const begun = target.bring(invoice.id);
      while (
        (
          await target.database.query(`SELECT FROM stored_requests WHERE subject_id = $1 AND step = 'finalize'`, [
            invoice.id,
          ])
        ).rowCount === 0
      );
      await lookAgain(target.database, [invoice.id]);
      assert.deepEqual(await begun, { state: 'again' });
      assert.deepEqual(await target.bring(invoice.id), { state: 'synced' });
    });

    it('leaves to a person what somebody has voided at Stripe, and `abandon` makes both equal', async () => {
      const invoice = await issue();
      await target.bring(invoice.id);
      await target.stripe.invoices.voidInvoice(await remoteOf(invoice));
      await lookAgain(target.database, [invoice.id]);
      const failure = await failureOf(target.bring(invoice.id));
      assert.deepEqual([failure.action, failure.code], ['person', 'void-at-target']);
      await parkInvoice(target.database, { invoiceId: invoice.id, code: failure.code, reason: failure.message });
      await answer(invoice, 'abandon', 1);
      assert.deepEqual(await target.bring(invoice.id), { state: 'void' });
      assert.equal(await stateOf(invoice), 'void synced none 0');
    });
  });

  describe('a pause', () => {
    it('sends nothing while it is on, counts nothing as failed, and goes on afterwards', async () => {
      const [carried, waiting] = [await issue(), await issue()];
      await target.fail({ kind: '503', operation: 'invoices.addLines', times: 1 });
      await failureOf(target.bring(carried.id));
      await pauseAll(target.database, { reason: 'an incident at Stripe' }, 'ada');
      try {
        const before = await target.lastEntry();
        assert.deepEqual(await target.bring(carried.id), { state: 'paused' }, 'on its way');
        assert.deepEqual(await target.bring(waiting.id), { state: 'paused' }, 'not begun');
        assert.deepEqual(await writesSince(before), []);
        await assert.rejects(syncNow(target.database, waiting.id, 'ada'), /Everything is paused/);
        const { isNew } = await pauseAll(target.database, { reason: 'another' }, 'grace');
        assert.equal(isNew, false);
      } finally {
        await resumeAll(target.database, { reason: 'over' }, 'ada');
      }
      for (const { id } of [carried, waiting]) assert.deepEqual(await target.bring(id), { state: 'synced' });
      assert.equal(await resumeAll(target.database, { reason: 'over' }, 'ada'), undefined);
    });
  });

  describe('a hold', () => {
    it('stops one that is on its way before its next request, until it is released', async () => {
      const invoice = await issue();
      await target.fail({ kind: 'slow', operation: 'invoices.create', delayMs: 300, times: 1 });
      const begun = target.bring(invoice.id);
      while (
        (await target.database.query(`SELECT FROM stored_requests WHERE subject_id = $1`, [invoice.id])).rowCount === 0
      );
      await answer(invoice, 'hold');
      const outcome = await begun;
      assert.deepEqual(outcome, {
        state: 'parked',
        parkingNumber: 1,
        code: 'held',
        reason: 'Held by ada: looked at',
      });
      assert.equal((await target.stripe.invoices.retrieve(await remoteOf(invoice))).status, 'draft');
      await assert.rejects(answer(invoice, 'retry', 1), /It is held, not failed/);
      await assert.rejects(answer(invoice, 'hold'), /does not fit: It is parked/);
      await answer(invoice, 'release', 1);
      assert.deepEqual(await target.bring(invoice.id), { state: 'synced' });
      await assert.rejects(answer(invoice, 'hold'), /It is synced/);
    });
  });

  describe('a fix', () => {
    it('applies a correction of the contact, which Stripe gets before the invoice', async () => {
      const [invoice, other] = [await issue(), await issue()];
      await target.fail({ kind: '403', operation: 'invoices.create', times: 1 });
      await failureOf(target.bring(invoice.id));
      await parkInvoice(target.database, { invoiceId: invoice.id, code: 'email_invalid', reason: 'No address.' });
      const contact = { name: 'Grey Heron Air', email: 'bills@heron.example' };
      const { id } = await storeCorrection(
        target.database,
        { customer: invoice.customerId, contact, reason: 'moved' },
        'ada',
      );
      await parkInvoice(target.database, { invoiceId: other.id, code: 'x', reason: 'x' });
      await assert.rejects(answer(other, 'fix', 1, id), /no correction .* for the customer of this invoice/);
      await answer(invoice, 'fix', 1, id);
      const before = await target.lastEntry();
      assert.deepEqual(await target.bring(invoice.id), { state: 'synced' });
      assert.equal((await writesSince(before))[0], 'customers.update');
      const remote = await target.stripe.invoices.retrieve(await remoteOf(invoice));
      assert.deepEqual([remote.customer_name, remote.customer_email], [contact.name, contact.email]);
    });

    it('mends the link to the customer after it was deleted at Stripe', async () => {
      const invoice = await issue();
      await target.fail({ kind: '403', operation: 'invoices.create', times: 1 });
      await failureOf(target.bring(invoice.id));
      const { rows } = await target.database.query<{ remoteId: string }>(
        'SELECT remote_id AS "remoteId" FROM customer_mappings WHERE customer_id = $1',
        [invoice.customerId],
      );
      await target.stripe.customers.del(rows[0]!.remoteId);
      const failure = await failureOf(target.bring(invoice.id));
      assert.equal(failure.action, 'person', failure.message);
      await parkInvoice(target.database, { invoiceId: invoice.id, code: failure.code, reason: failure.message });
      const anew = await target.stripe.customers.create({ name: 'made by hand' });
      const correction = { customer: invoice.customerId, remoteCustomerId: anew.id, reason: 'it was deleted' };
      const { id } = await storeCorrection(target.database, correction, 'ada');
      await answer(invoice, 'fix', 1, id);
      assert.deepEqual(await target.bring(invoice.id), { state: 'synced' });
      const remote = await target.stripe.invoices.retrieve(await remoteOf(invoice));
      assert.deepEqual([remote.customer, remote.customer_name], [anew.id, 'Blue Heron Air']);
    });

    it('refuses what corrects nothing, or is no id of Stripe, with the field', async () => {
      const invoice = await issue();
      const store = (correction: object) =>
        storeCorrection(target.database, { customer: invoice.customerId, reason: 'why', ...correction }, 'ada');
      for (const [correction, field] of [
        [{}, 'contact'],
        [{ contact: {} }, 'contact'],
        [{ contact: { email: 'nobody' } }, 'contact.email'],
        [{ remoteCustomerId: 'in_1' }, 'remoteCustomerId'],
        [{ contact: { name: 'x' }, remoteCustomerId: 'cus_1' }, 'contact'],
        [{ contact: { name: 'x' }, reason: '' }, 'reason'],
      ] as const) {
        await assert.rejects(
          store(correction),
          (error) => isDurabillError(error, 'request-invalid') && error.field === field,
        );
      }
    });
  });

  it('gives an invoice that is asked for at once a place before others', async () => {
    const invoice = await issue();
    await syncNow(target.database, invoice.id, 'ada');
    const { rows } = await target.database.query('SELECT priority FROM invoice_states WHERE invoice_id = $1', [
      invoice.id,
    ]);
    assert.deepEqual(rows, [{ priority: 'high' }]);
    assert.deepEqual(await target.bring(invoice.id), { state: 'synced' });
    await parkInvoice(target.database, { invoiceId: (await issue()).id, code: 'x', reason: 'x' });
    await voidIt(invoice);
    await target.bring(invoice.id);
    await assert.rejects(syncNow(target.database, invoice.id, 'ada'), /It is void/);
  });
});
