import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import type Stripe from 'stripe';
import { createTestClock } from '../../src/billing/open-clock.ts';
import { TargetError } from '../../src/targets/port.ts';
import { openBooks } from '../support/books.ts';
import { useTestDatabase } from '../support/database.ts';
import { useEitherStripe } from './either-stripe.ts';
import { failureOf } from './outcomes.ts';
import { bringOnce, issueInvoice, usd } from './support.ts';

const clock = 'sandbox';

/**
 * What the sync relies on, asked of the simulator in every test run and of a real sandbox by `npm run test:stripe`: the
 * simulator is worth something only as long as both pass here.
 */
describe('the sync, at the simulator as at the sandbox', function () {
  this.timeout(120_000);
  const books = useTestDatabase();
  const either = useEitherStripe();
  before(async () => {
    await openBooks(books.database);
    // A number may be used once in an account, and every run of this test begins to count anew.
    const numberPrefix = `T${randomBytes(4).toString('hex').toUpperCase()}`;
    await createTestClock(books.database, { name: clock, startsAt: '2013-01-01T05:00:00Z', numberPrefix }, 'test');
  });

  const issue = (lines: number) => issueInvoice(books.database, { amountsMinor: usd(lines), clock });
  type Issued = Awaited<ReturnType<typeof issue>>;
  const bring = (invoice: Issued) => bringOnce(books.database, either, invoice.id);
  const remoteOf = async ({ id }: Issued): Promise<Stripe.Invoice> => {
    const { rows } = await books.database.query<{ id: string }>(
      'SELECT remote_id AS id FROM invoice_mappings WHERE invoice_id = $1',
      [id],
    );
    return await either.stripe.invoices.retrieve(rows[0]!.id);
  };
  const copiesOf = async (remote: Stripe.Invoice) =>
    (await either.stripe.invoices.list({ customer: String(remote.customer), limit: 100 })).data.length;
  const keyOf = async ({ id }: Issued, step: string) => {
    const { rows } = await books.database.query<{ key: string; params: Record<string, unknown> }>(
      `SELECT idempotency_key AS key, params FROM stored_requests WHERE subject_id = $1 AND step = $2`,
      [id, step],
    );
    return rows[0]!;
  };
  /** What a crash after Stripe's answer leaves: the request is stored, its answer is not. */
  const forgetAnswer = async ({ id }: Issued, step: string, ageHours = 0) => {
    await books.database.query(
      `UPDATE stored_requests SET answered_at = NULL, status = NULL, request_id = NULL, remote_id = NULL,
         first_sent_at = first_sent_at - make_interval(hours => $3) WHERE subject_id = $1 AND step = $2`,
      [id, step, ageHours],
    );
    await books.database.query(`DELETE FROM invoice_mappings WHERE invoice_id = $1`, [id]);
    await books.database.query(`UPDATE invoice_states SET sync = 'pending' WHERE invoice_id = $1`, [id]);
  };

  it('makes a customer, a draft, 51 lines in two calls, and finalizes: open, our number, our total', async () => {
    const invoice = await issue(51);
    assert.deepEqual(await bring(invoice), { state: 'synced' });
    const remote = await remoteOf(invoice);
    assert.deepEqual(
      [remote.status, remote.number, remote.total, remote.auto_advance],
      ['open', invoice.number, Number(invoice.totalMinor), false],
    );
    assert.equal(remote.metadata?.['durabill_invoice'], invoice.id);
    const lines = await either.stripe.invoices
      .listLineItems(remote.id, { limit: 100 })
      .autoPagingToArray({ limit: 100 });
    assert.equal(new Set(lines.map(({ metadata }) => metadata['durabill_line'])).size, 51);
  });

  it('answers the same request under the same key with the same invoice, and says that it has', async () => {
    const invoice = await issue(1);
    await bring(invoice);
    const { key, params } = await keyOf(invoice, 'create');
    const again = await either.stripe.invoices.create(params as Stripe.InvoiceCreateParams, { idempotencyKey: key });
    assert.equal(again.id, (await remoteOf(invoice)).id);
    assert.equal(again.lastResponse.headers['idempotent-replayed'], 'true');
    assert.equal(await copiesOf(again), 1);
    const other = { ...params, description: 'Something else' } as Stripe.InvoiceCreateParams;
    await assert.rejects(either.stripe.invoices.create(other, { idempotencyKey: key }), {
      rawType: 'idempotency_error',
    });
  });

  for (const [name, ageHours] of [
    ['sends the stored request again after a lost answer', 0],
    ['looks first when the key is older than a day, and adopts what it finds', 25],
  ] as const) {
    it(`${name}: one invoice`, async () => {
      const invoice = await issue(2);
      await bring(invoice);
      const first = await remoteOf(invoice);
      for (const step of ['create', 'add lines from 1', 'finalize']) await forgetAnswer(invoice, step, ageHours);
      assert.deepEqual(await bring(invoice), { state: 'synced' });
      const second = await remoteOf(invoice);
      assert.deepEqual([second.id, second.total, second.status], [first.id, first.total, 'open']);
      assert.equal(await copiesOf(second), 1);
    });
  }

  it('voids an open invoice once, and deletes a draft', async () => {
    const invoice = await issue(1);
    await bring(invoice);
    const remote = await remoteOf(invoice);
    assert.equal((await either.stripe.invoices.voidInvoice(remote.id)).status, 'void');
    await assert.rejects(either.stripe.invoices.voidInvoice(remote.id), { statusCode: 400, code: undefined });
    const draft = await either.stripe.invoices.create({ customer: String(remote.customer), currency: 'usd' });
    assert.equal((await either.stripe.invoices.del(draft.id)).deleted, true);
    await assert.rejects(either.stripe.invoices.retrieve(draft.id), { statusCode: 404, code: 'resource_missing' });
    await assert.rejects(either.stripe.invoices.addLines(remote.id, { lines: [{ amount: 1 }] }), { statusCode: 400 });
  });

  it('leaves a refused parameter to a person, by its name and without Stripe’s own words', async () => {
    const invoice = await issue(1);
    await books.database.query(`UPDATE customer_contacts SET email = 'no address' WHERE customer_id = $1`, [
      invoice.customerId,
    ]);
    const failure = await failureOf(bring(invoice));
    assert.ok(failure instanceof TargetError, String(failure));
    assert.deepEqual([failure.action, failure.code], ['person', 'email_invalid']);
    assert.match(failure.message, /email_invalid at email/);
    assert.doesNotMatch(failure.message, /no address/);
  });

  it('leaves a key that is none to a person, and creates nothing', async () => {
    const invoice = await issue(1);
    const stranger = either.clientWith('sk_test_noSuchKey0000000000000000');
    const failure = await failureOf(
      bringOnce(books.database, { stripe: stranger, secretKey: either.secretKey }, invoice.id),
    );
    assert.equal(failure.action, 'person');
    assert.deepEqual(await bring(invoice), { state: 'synced' });
  });
});
