import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { issueCreditNote } from '../../src/billing/issue-credit-note.ts';
import { orderRefund } from '../../src/billing/order-refund.ts';
import { recordPayment } from '../../src/billing/record-payment.ts';
import { insertRecordedPayment, insertRefund } from '../../src/store/payments.ts';
import { recordRemote } from '../../src/store/remote-records.ts';
import { useTestDatabase } from '../support/database.ts';
import { untilWaiting } from '../support/locks.ts';
import { type Business, flat, invoicesOf, openBusiness } from './business.ts';

/** Two airlines with an invoice over 100.00 each. */
describe('Money of invoices under one id', () => {
  const books = useTestDatabase();
  let business: Business;
  let first = '';
  let second = '';
  const at = new Date('2013-02-02T15:00:00Z');

  beforeEach(async () => {
    business = await openBusiness(books.database);
    const plan = await business.plan('base', [flat('100')]);
    const customers = [await business.customer('B6', { plan }), await business.customer('QF', { plan })];
    await business.invoice('2013-02-01T13:00:00Z');
    await business.scan('2013-02-02T15:00:00Z');
    const ids = await Promise.all(customers.map(async (id) => (await invoicesOf(books.database, id))[0]?.id as string));
    [first = '', second = ''] = ids;
  });

  const standing = async (invoiceId: string) => {
    const { rows } = await books.database.query(
      `SELECT payment, amount_paid_minor::int AS paid FROM invoice_states WHERE invoice_id = $1`,
      [invoiceId],
    );
    return rows[0];
  };

  /** Does the second while the first has written and not committed. */
  async function whileWritten<T>(
    write: Parameters<typeof books.database.transaction<void>>[0],
    then: () => Promise<T>,
  ) {
    let waiting: Promise<PromiseSettledResult<T>[]> | undefined;
    await books.database.transaction(async (sql) => {
      await write(sql);
      waiting = Promise.allSettled([then()]);
      await untilWaiting(books.database);
    });
    const [outcome] = await (waiting as Promise<PromiseSettledResult<T>[]>);
    return outcome as PromiseSettledResult<T>;
  }

  it('a payment that is recorded of two invoices at once pays one', async () => {
    const id = randomUUID();
    const given = { id, amountMinor: 10_000n, reference: 'Statement 7', reason: 'seen' };
    const outcome = await whileWritten(
      async (sql) =>
        void (await insertRecordedPayment(sql, { ...given, invoiceId: first, paidAt: at, recordedBy: 'Ada' })),
      () => recordPayment(books.database, { ...given, invoiceId: second, paidAt: at.toISOString() }, 'Bob'),
    );
    assert.ok(outcome.status === 'rejected');
    await assert.rejects(Promise.reject(outcome.reason), { code: 'conflict', field: 'id' });
    assert.deepEqual(await standing(second), { payment: 'unpaid', paid: 0 });
  });

  it('a refund that is asked for of two invoices at once is one', async () => {
    for (const invoiceId of [first, second]) {
      const payment = { paidAt: at.toISOString(), reference: 'Statement 7', reason: 'seen', invoiceId };
      await recordPayment(books.database, payment, 'Ada');
    }
    const id = randomUUID();
    const given = { id, kind: 'out_of_band', amountMinor: 1_000n, reason: 'a cheque' } as const;
    const outcome = await whileWritten(
      async (sql) => void (await insertRefund(sql, { ...given, invoiceId: first, actor: 'Ada', at })),
      () => orderRefund(books.database, { ...given, invoiceId: second }, 'Bob'),
    );
    assert.ok(outcome.status === 'rejected');
    await assert.rejects(Promise.reject(outcome.reason), { code: 'conflict', field: 'id' });
  });

  it('what a bank has taken back is given back by nobody else', async () => {
    // 100.00 were paid, of which the bank takes 80.00 back: 20.00 are left, by a note or by a refund.
    await books.database.query(
      `UPDATE invoice_states SET payment = 'paid', amount_paid_minor = 10000, sync = 'synced' WHERE invoice_id = $1`,
      [first],
    );
    await books.database.query(
      `INSERT INTO target_accounts (account_id, target, livemode) VALUES ('acct_1', 'stripe', false)`,
    );
    const record = { invoiceId: first, currency: 'USD', stage: 2, isFinal: true, code: null };
    const paid = { ...record, kind: 'payment', remoteId: 'ch_1', amountMinor: 10_000n, status: 'succeeded' } as const;
    const lost = { ...record, kind: 'dispute', remoteId: 'dp_1', amountMinor: 8_000n, status: 'lost' } as const;
    for (const one of [paid, lost]) await recordRemote(books.database, 'acct_1', one, at);
    const refund = (amountMinor: bigint) =>
      orderRefund(books.database, { invoiceId: first, amountMinor, reason: 'asked for' }, 'Ada');
    const note = (requestId: string, giveBack: 'credit' | 'refund', amountMinor: number) =>
      issueCreditNote(books.database, first, { requestId, giveBack, amountMinor, reason: 'other' }, 'Ada');
    await assert.rejects(refund(2_001n), { code: 'refund-refused', field: 'amountMinor' });
    await assert.rejects(note('a', 'credit', 2_001), { code: 'credit-note-refused', field: 'amountMinor' });
    await assert.rejects(note('b', 'refund', 2_001), { code: 'credit-note-refused', field: 'amountMinor' });
    await note('c', 'credit', 1_500);
    await assert.rejects(refund(501n), { code: 'refund-refused', field: 'amountMinor' });
    assert.equal((await refund(500n)).amountMinor, 500n);
  });
});
