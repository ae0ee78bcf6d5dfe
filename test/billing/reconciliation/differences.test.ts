import assert from 'node:assert/strict';
import { createHash, randomUUID } from 'node:crypto';
import { usd, useTarget } from '../../targets/support.ts';
import { evidenceOf, kindsOf, makeCopy, reconcile, remoteIdsOf } from './support.ts';

/**
 * 25 November 2026: invoices of December 2012 are at Stripe, and somebody has touched one of them in the dashboard, or
 * has made one there by hand. For each way in which the two books can differ, one invoice, with the evidence worked out
 * by hand. Lines of `usd(2)` are 1.00 and 1.01 USD, so 2.01 in all.
 */
describe('A reconciliation finds', function () {
  this.timeout(30_000);
  const target = useTarget();
  const { issue, bring } = target;
  const books = {
    get database() {
      return target.database;
    },
    get simulator() {
      return target.simulator;
    },
  };

  /** An invoice of 2.01 USD that is at Stripe, equal to the books. */
  async function synced() {
    const invoice = await issue({ amountsMinor: usd(2) });
    await bring(invoice.id);
    return { ...invoice, remote: await remoteIdsOf(target.database, invoice.id) };
  }

  /** An issued invoice of 2.01 USD whose customer is at Stripe, and which itself is not. */
  async function unsent() {
    const other = await synced();
    const invoice = await issue({ amountsMinor: usd(2) });
    const customer = await target.stripe.customers.create({ metadata: { durabill_customer: invoice.customerId } });
    await target.database.query(
      `INSERT INTO customer_mappings (account_id, customer_id, remote_id)
       SELECT account_id, $1, $2 FROM target_accounts`,
      [invoice.customerId, customer.id],
    );
    return { ...invoice, customer: customer.id, otherCustomer: other.remote.customer };
  }

  it('nothing where the two are equal, and counts what is not ours', async () => {
    const invoice = await synced();
    const stranger = await target.stripe.customers.create({ name: 'Somebody else' });
    await target.stripe.invoices.create({ customer: stranger.id });
    const { differences, seen } = await reconcile(books);
    assert.deepEqual(kindsOf(differences, invoice.id), []);
    assert.deepEqual([seen['otherInvoices'], seen['otherCustomers']], [1, 1]);
    const { rows } = await target.database.query(
      'SELECT count(*)::int AS n FROM remote_customers WHERE remote_id = $1',
      [stranger.id],
    );
    assert.equal(rows[0]?.['n'], 0, 'nothing of a stranger is stored');
  });

  it('missing: a draft that the books believe final was deleted', async () => {
    const invoice = await unsent();
    const remoteId = await makeCopy(books, target.stripe, invoice, {
      customer: invoice.customer,
      amounts: [100, 101],
      isDraft: true,
    });
    await target.stripe.invoices.del(remoteId);
    const { differences } = await reconcile(books);
    assert.deepEqual(kindsOf(differences, invoice.id), ['missing']);
    assert.deepEqual(evidenceOf(differences, 'missing', invoice.id), [
      {
        remoteId,
        ours: { number: invoice.number, currency: 'USD', totalMinor: '201' },
        theirs: { status: 'gone' },
        action: 'alert',
        state: 'alerted',
      },
    ]);
  });

  it('missing: the books believe an invoice sent and know of no copy', async () => {
    const invoice = await issue({ amountsMinor: usd(2) });
    await target.database.query(`UPDATE invoice_states SET sync = 'synced', synced_at = now() WHERE invoice_id = $1`, [
      invoice.id,
    ]);
    const { differences } = await reconcile(books);
    const [found] = evidenceOf(differences, 'missing', invoice.id);
    assert.deepEqual([found?.remoteId, found?.ours['totalMinor'], found?.theirs['status']], [null, '201', null]);
  });

  it('an orphan: it has our mark, and the books do not know it', async () => {
    const customer = await target.stripe.customers.create();
    const unknownId = randomUUID();
    const orphan = { id: unknownId, number: 'SAMPLE-900001', customerId: customer.id };
    const remoteId = await makeCopy(books, target.stripe, orphan, {
      customer: customer.id,
      amounts: [500],
      isOurs: false,
    });
    const { differences } = await reconcile(books);
    assert.deepEqual(evidenceOf(differences, 'orphan', unknownId), [
      {
        remoteId,
        ours: { known: false, lifecycle: null, sync: null },
        theirs: { status: 'open', revision: 1, number: 'SAMPLE-900001', currency: 'USD', totalMinor: '500' },
        action: 'alert',
        state: 'alerted',
      },
    ]);
  });

  it('a duplicate: a second live copy, whatever its state; one that is void is none', async () => {
    const invoice = await synced();
    const copy = { customer: invoice.remote.customer, amounts: [100, 101], isOurs: false };
    const draft = await makeCopy(books, target.stripe, invoice, { ...copy, number: 'SAMPLE-900002', isDraft: true });
    const voided = await makeCopy(books, target.stripe, invoice, { ...copy, number: 'SAMPLE-900003' });
    await target.stripe.invoices.voidInvoice(voided);
    const { differences } = await reconcile(books);
    assert.deepEqual(kindsOf(differences, invoice.id), ['duplicate']);
    const [found] = evidenceOf(differences, 'duplicate', invoice.id);
    assert.equal(found?.remoteId, draft);
    assert.deepEqual(found?.ours, { remoteId: invoice.remote.invoice, mapped: true });
    assert.deepEqual([found?.theirs['status'], found?.theirs['totalMinor'], found?.state], ['draft', '201', 'alerted']);
  });

  it('an amount, and with it the lines: 1.00 + 1.00 at Stripe, 1.00 + 1.01 in the books', async () => {
    const invoice = await unsent();
    const remoteId = await makeCopy(books, target.stripe, invoice, { customer: invoice.customer, amounts: [100, 100] });
    const { differences } = await reconcile(books);
    assert.deepEqual(kindsOf(differences, invoice.id), ['amount', 'line']);
    assert.deepEqual(evidenceOf(differences, 'amount', invoice.id), [
      {
        remoteId,
        ours: { totalMinor: '201', currency: 'USD' },
        theirs: { totalMinor: '200', currency: 'USD', status: 'open' },
        action: 'alert',
        state: 'alerted',
      },
    ]);
  });

  it('a line where the total is equal: 1.01 + 1.00 in place of 1.00 + 1.01', async () => {
    const invoice = await unsent();
    await makeCopy(books, target.stripe, invoice, { customer: invoice.customer, amounts: [101, 100] });
    const { differences } = await reconcile(books);
    assert.deepEqual(kindsOf(differences, invoice.id), ['line']);
    const [found] = evidenceOf(differences, 'line', invoice.id);
    const { rows } = await target.database.query<{ id: string }>(
      'SELECT id FROM invoice_lines WHERE invoice_id = $1 ORDER BY position',
      [invoice.id],
    );
    const digest = (...amounts: [number, number]) => {
      const lines = rows.map(({ id }, index) => `${id}=${amounts[index]}`).sort();
      return createHash('sha256').update(lines.join(',')).digest('hex');
    };
    assert.deepEqual(found?.ours, { lineCount: 2, digest: digest(100, 101) });
    assert.deepEqual(found?.theirs, { lineCount: 2, digest: digest(101, 100) });
  });

  it('nothing in an invoice of 27 lines, of which Stripe shows ten at first', async () => {
    const invoice = await issue({ amountsMinor: usd(27) });
    await bring(invoice.id);
    assert.deepEqual(kindsOf((await reconcile(books)).differences, invoice.id), []);
  });

  it('a currency: 2.01 EUR in place of 2.01 USD, whose amounts cannot be compared', async () => {
    const invoice = await unsent();
    await makeCopy(books, target.stripe, invoice, { customer: invoice.customer, amounts: [100, 101], currency: 'eur' });
    const { differences } = await reconcile(books);
    assert.deepEqual(kindsOf(differences, invoice.id), ['currency']);
    const [found] = evidenceOf(differences, 'currency', invoice.id);
    assert.deepEqual(found?.ours, { currency: 'USD', totalMinor: '201' });
    assert.deepEqual(found?.theirs, { currency: 'EUR', totalMinor: '201' });
  });

  it('a number', async () => {
    const invoice = await unsent();
    await makeCopy(books, target.stripe, invoice, {
      customer: invoice.customer,
      amounts: [100, 101],
      number: 'SAMPLE-900004',
    });
    const { differences } = await reconcile(books);
    assert.deepEqual(kindsOf(differences, invoice.id), ['number']);
    const [found] = evidenceOf(differences, 'number', invoice.id);
    assert.deepEqual([found?.ours, found?.theirs], [{ number: invoice.number }, { number: 'SAMPLE-900004' }]);
  });

  it('another customer on the invoice', async () => {
    const invoice = await unsent();
    await makeCopy(books, target.stripe, invoice, { customer: invoice.otherCustomer, amounts: [100, 101] });
    const { differences } = await reconcile(books);
    assert.deepEqual(kindsOf(differences, invoice.id), ['customer']);
    const [found] = evidenceOf(differences, 'customer', invoice.id);
    assert.deepEqual(found?.ours, { customerId: invoice.customerId, remoteCustomerId: invoice.customer });
    assert.deepEqual(found?.theirs, { remoteCustomerId: invoice.otherCustomer });
  });

  it('a customer that was deleted, one that lost its mark, and one that is there twice', async () => {
    const [deleted, unmarked, doubled] = [await synced(), await synced(), await synced()];
    await target.stripe.customers.del(deleted.remote.customer);
    await target.stripe.customers.update(unmarked.remote.customer, { metadata: { durabill_customer: '' } });
    const second = await target.stripe.customers.create({ metadata: { durabill_customer: doubled.customerId } });
    const { differences } = await reconcile(books);
    const theirsOf = (kind: 'customer' | 'duplicate', id: string) =>
      evidenceOf(differences, kind, id).map(({ remoteId, theirs }) => ({ remoteId, theirs }));
    assert.deepEqual(theirsOf('customer', deleted.customerId), [
      { remoteId: deleted.remote.customer, theirs: { customerId: deleted.customerId, deleted: true } },
    ]);
    assert.deepEqual(theirsOf('customer', unmarked.customerId), [
      { remoteId: unmarked.remote.customer, theirs: { customerId: null, deleted: false } },
    ]);
    assert.deepEqual(theirsOf('duplicate', doubled.customerId), [
      { remoteId: second.id, theirs: { remoteCustomerId: second.id } },
    ]);
  });

  it('a mark that was taken off an invoice', async () => {
    const invoice = await synced();
    await target.stripe.invoices.update(invoice.remote.invoice, { metadata: { durabill_invoice: '' } });
    const { differences } = await reconcile(books);
    assert.deepEqual(kindsOf(differences, invoice.id), ['mark']);
    const [found] = evidenceOf(differences, 'mark', invoice.id);
    assert.deepEqual(found?.ours, { invoiceId: invoice.id, revision: 1 });
    assert.deepEqual(found?.theirs, { invoiceId: null, revision: 1 });
  });

  it('that Stripe would collect by itself', async () => {
    const invoice = await synced();
    await target.stripe.invoices.update(invoice.remote.invoice, { auto_advance: true });
    const { differences } = await reconcile(books);
    assert.deepEqual(kindsOf(differences, invoice.id), ['auto_advance']);
    const [found] = evidenceOf(differences, 'auto_advance', invoice.id);
    assert.deepEqual([found?.theirs, found?.state], [{ autoAdvance: true, status: 'open' }, 'alerted']);
  });

  const states: [string, string, (remoteId: string) => Promise<unknown>, string][] = [
    ['paid', 'paid', (id) => target.stripe.invoices.pay(id, { paid_out_of_band: true }), '201'],
    ['void', 'void', (id) => target.stripe.invoices.voidInvoice(id), '0'],
    ['uncollectible', 'uncollectible', (id) => target.stripe.invoices.markUncollectible(id), '0'],
  ];
  for (const [title, status, change, amountPaidMinor] of states) {
    it(`a status: ${title} at Stripe while the books wait for payment, and lets its sync look`, async () => {
      const invoice = await synced();
      await change(invoice.remote.invoice);
      const { id, differences } = await reconcile(books);
      assert.deepEqual(kindsOf(differences, invoice.id), ['status']);
      assert.deepEqual(evidenceOf(differences, 'status', invoice.id), [
        {
          remoteId: invoice.remote.invoice,
          ours: { lifecycle: 'issued', payment: 'unpaid', amountPaidMinor: '0' },
          theirs: { status, amountPaidMinor },
          action: 'repair',
          state: 'repairing',
        },
      ]);
      const { rows } = await target.database.query(
        `SELECT s.sync, a.actor, a.detail FROM invoice_states s JOIN audit_log a ON a.subject_id = s.invoice_id
         WHERE s.invoice_id = $1 AND a.action = 'looked-again'`,
        [invoice.id],
      );
      assert.deepEqual(rows, [{ sync: 'pending', actor: `reconciliation ${id}`, detail: { because: ['status'] } }]);
    });
  }

  it('a status: a draft at Stripe while the books believe it final', async () => {
    const invoice = await unsent();
    await makeCopy(books, target.stripe, invoice, { customer: invoice.customer, amounts: [100, 101], isDraft: true });
    const [found] = evidenceOf((await reconcile(books)).differences, 'status', invoice.id);
    assert.deepEqual([found?.theirs['status'], found?.action], ['draft', 'repair']);
  });

  it('a status: open at Stripe while the books have it paid, which no look can mend', async () => {
    const invoice = await synced();
    await target.database.query(
      `UPDATE invoice_states SET payment = 'paid', amount_paid_minor = 201 WHERE invoice_id = $1`,
      [invoice.id],
    );
    const [found] = evidenceOf((await reconcile(books)).differences, 'status', invoice.id);
    assert.deepEqual(
      [found?.ours, found?.theirs, found?.state],
      [
        { lifecycle: 'issued', payment: 'paid', amountPaidMinor: '201' },
        { status: 'open', amountPaidMinor: '0' },
        'alerted',
      ],
    );
  });

  it('an invoice that is alive at Stripe and void in the books', async () => {
    const invoice = await synced();
    await target.database.query(`UPDATE invoice_states SET lifecycle = 'void', wanted = 'void' WHERE invoice_id = $1`, [
      invoice.id,
    ]);
    const [found] = evidenceOf((await reconcile(books)).differences, 'status', invoice.id);
    assert.deepEqual([found?.ours['lifecycle'], found?.theirs['status'], found?.action], ['void', 'open', 'alert']);
  });
});
