import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { issueCreditNote } from '../../../src/billing/issue-credit-note.ts';
import { createEndpoint } from '../../../src/billing/webhooks/create-endpoint.ts';
import { choosableTypes, eventTypes } from '../../../src/domain/webhook/event-types.ts';
import { openRawInvoices } from '../../store/raw-invoices.ts';
import { openBooks } from '../../support/books.ts';
import { openTestDatabase, useTestDatabase } from '../../support/database.ts';
import { issueInvoice } from '../../targets/support.ts';
import { comeToRest, pay } from '../dunning-support.ts';

const rules = { allowsLoopback: false };
const url = 'https://acme.example/hooks';

describe('Webhook events', () => {
  const books = useTestDatabase();
  before(() => openBooks(books.database));
  beforeEach(async () => {
    await books.database.query('DELETE FROM webhook_events');
    await books.database.query('DELETE FROM webhook_endpoints');
  });

  const listen = (customerId: string | null, eventTypes: string[] | null = null) =>
    createEndpoint(books.database, { customerId, url, eventTypes }, rules, 'Ada');
  const told = async (endpointId: string) => {
    const { rows } = await books.database.query<{ type: string; data: Record<string, unknown> }>(
      `SELECT v.type, v.data FROM webhook_deliveries d JOIN webhook_events v ON v.id = d.event_id
       WHERE d.endpoint_id = $1 ORDER BY v.happened_at, v.type`,
      [endpointId],
    );
    return rows;
  };
  const typesTold = async (endpointId: string) => (await told(endpointId)).map(({ type }) => type);
  const setState = (id: string, change: string) =>
    books.database.query(`UPDATE invoice_states SET ${change} WHERE invoice_id = $1`, [id]);

  it('tell the business of an invoice from its draft to its payment, each step once', async () => {
    const { id: endpoint } = await listen(null);
    const { id, customerId } = await issueInvoice(books.database, { amountsMinor: [10_000n] });
    await comeToRest(books.database, id, 'unpaid', '2013-02-01');
    await setState(id, `touched_at = now()`);
    await setState(id, `payment = 'partly_paid', amount_paid_minor = 4000`);
    await setState(id, `amount_paid_minor = 6000`);
    await setState(id, `sync = 'pending'`);
    await setState(id, `sync = 'synced', synced_at = now()`);
    await pay(books.database, id);
    assert.deepEqual(await typesTold(endpoint), [
      'invoice.drafted',
      'invoice.issued',
      'invoice.synced',
      'invoice.partially_paid',
      'invoice.partially_paid',
      'invoice.paid',
    ]);
    const { data } = (await told(endpoint)).at(-1)!;
    const { number, ...rest } = data;
    assert.match(String(number), /^SAMPLE-\d{6}$/);
    assert.deepEqual(rest, {
      id,
      customerId,
      currency: 'USD',
      totalMinor: 10_000,
      amountPaidMinor: 10_000,
      lifecycle: 'issued',
      payment: 'paid',
      paymentDueOn: '2013-02-01',
    });
  });

  it('tell of drafts that are held and released', async () => {
    const raw = await openRawInvoices(books.database);
    const { id: endpoint } = await listen(null);
    const id = await raw.invoice('held');
    await raw.move(id, 'draft');
    assert.deepEqual(await typesTold(endpoint), ['invoice.drafted', 'invoice.held', 'invoice.released']);
  });

  it('tell of what is parked, given up and voided', async () => {
    const { id: endpoint } = await listen(null);
    const { id } = await issueInvoice(books.database, { amountsMinor: [10_000n] });
    await comeToRest(books.database, id, 'unpaid', '2013-02-01');
    await setState(id, `sync = 'parked', parked_at = now()`);
    await setState(id, `sync = 'synced', parked_at = NULL`);
    await setState(id, `payment = 'uncollectible'`);
    await setState(id, `lifecycle = 'void', payment = 'none'`);
    const types = await typesTold(endpoint);
    assert.deepEqual(types.slice(3), ['invoice.parked', 'invoice.uncollectible', 'invoice.voided']);
  });

  it('are written with what they tell of, or not at all', async () => {
    const { id: endpoint } = await listen(null);
    const { id } = await issueInvoice(books.database, { amountsMinor: [10_000n] });
    const before = await typesTold(endpoint);
    const undone = books.database.transaction(async (sql) => {
      await sql.query(`UPDATE invoice_states SET payment = 'paid' WHERE invoice_id = $1`, [id]);
      throw new Error('undone');
    });
    await assert.rejects(undone, /undone/);
    assert.deepEqual(await typesTold(endpoint), before);
  });

  it('tell a customer of nothing but its own, and of what is for customers', async () => {
    const first = await issueInvoice(books.database, { amountsMinor: [10_000n] });
    const second = await issueInvoice(books.database, { amountsMinor: [10_000n], externalId: 'another' });
    assert.notEqual(first.customerId, second.customerId);
    const { id: endpoint } = await listen(first.customerId);
    for (const { id } of [first, second]) {
      await comeToRest(books.database, id, 'unpaid', '2013-02-01');
      await setState(id, `sync = 'parked', parked_at = now()`);
      await setState(id, `sync = 'synced', parked_at = NULL`);
      await pay(books.database, id);
    }
    const events = await told(endpoint);
    assert.deepEqual(
      events.map(({ type }) => type),
      ['invoice.paid'],
    );
    assert.deepEqual(
      events.map(({ data }) => data['customerId']),
      [first.customerId],
    );
  });

  it('tell an endpoint of the types that it has chosen, and nobody where it is disabled', async () => {
    const chosen = await listen(null, ['invoice.paid', 'credit_note.issued']);
    const disabled = await listen(null);
    await books.database.query(
      `UPDATE webhook_endpoints SET state = 'disabled', disabled_because = 'person', disabled_at = now() WHERE id = $1`,
      [disabled.id],
    );
    const { id, customerId } = await issueInvoice(books.database, { amountsMinor: [10_000n] });
    await comeToRest(books.database, id, 'unpaid', '2013-02-01');
    const order = { requestId: 'note', giveBack: 'refund', reason: 'other', amountMinor: 3_000 } as const;
    const note = await issueCreditNote(books.database, id, order, 'Ada');
    await pay(books.database, id);
    assert.deepEqual(await typesTold(chosen.id), ['credit_note.issued', 'invoice.paid']);
    const [{ data: { number, ...rest } = {} } = {}] = await told(chosen.id);
    assert.match(String(number), /^SAMPLE-CN-\d{6}$/);
    assert.deepEqual(rest, { id: note.id, invoiceId: id, customerId, currency: 'USD', totalMinor: 3_000 });
    assert.deepEqual(await typesTold(disabled.id), []);
  });

  it('leave no row where nobody is told', async () => {
    const { id } = await issueInvoice(books.database, { amountsMinor: [10_000n] });
    await pay(books.database, id);
    const { rows } = await books.database.query('SELECT FROM webhook_events');
    assert.equal(rows.length, 0);
  });

  it('tell of payments that failed, refunds and disputes', async () => {
    const { id, customerId } = await issueInvoice(books.database, { amountsMinor: [10_000n] });
    await comeToRest(books.database, id, 'unpaid', '2013-02-01');
    const { id: endpoint } = await listen(null);
    const { id: own } = await listen(customerId);
    await books.database.query(
      `INSERT INTO collection_attempts (invoice_id, attempt, kind, wanted_at, wanted_by)
       VALUES ($1, 1, 'pay', now(), 'test')`,
      [id],
    );
    await books.database.query(
      `UPDATE collection_attempts SET outcome = 'declined', code = 'card_declined', settled_at = now() WHERE invoice_id = $1`,
      [id],
    );
    await books.database.query(
      `INSERT INTO target_accounts (target, account_id, livemode) VALUES ('stripe', 'acct_1', false)`,
    );
    const record = (remoteId: string, kind: string, status: string, stage: number, isFinal: boolean) =>
      books.database.query(
        `INSERT INTO remote_records (account_id, remote_id, kind, invoice_id, amount_minor, currency, status, stage, is_final,
           observed_at)
         VALUES ('acct_1', $1, $2, $3, 4000, 'USD', $4, $5, $6, now())
         ON CONFLICT (account_id, remote_id) DO UPDATE SET status = $4, stage = $5, is_final = $6`,
        [remoteId, kind, id, status, stage, isFinal],
      );
    await record('re_1', 'refund', 'pending', 0, false);
    await record('re_1', 'refund', 'succeeded', 1, true);
    await record('re_1', 'refund', 'succeeded', 1, true);
    await record('dp_1', 'dispute', 'needs_response', 0, false);
    await record('dp_1', 'dispute', 'lost', 2, true);
    assert.deepEqual(await typesTold(endpoint), [
      'payment.failed',
      'payment.refunded',
      'payment.disputed',
      'payment.dispute_closed',
    ]);
    assert.deepEqual(await typesTold(own), ['payment.failed', 'payment.refunded']);
    const refund = (await told(own))[1]?.data;
    assert.deepEqual([refund?.['id'], refund?.['invoiceId'], refund?.['amountMinor']], ['re_1', id, 4_000]);
  });

  it('are of the types in the catalogue, and tell customers of the same ones', async () => {
    const { database, drop } = await openTestDatabase();
    const { rows } = await database.query<{ source: string }>(
      `SELECT prosrc AS source FROM pg_proc WHERE proname LIKE '%webhooks' AND prosrc LIKE '%tell_webhooks%'`,
    );
    await drop();
    const source = rows.map((row) => row.source).join('\n');
    const written = new Set([...source.matchAll(/'([a-z_]+\.[a-z_]+)'/g)].map(([, type]) => type!));
    assert.deepEqual([...written].sort(), eventTypes.map(({ type }) => type).sort());
    const calls = [...source.matchAll(/tell_webhooks\('([a-z_.]+)', [\w.]+, (true|false)/g)];
    const ofCustomers = choosableTypes(true).map(({ type }) => type);
    for (const [, type, isForCustomers] of calls)
      assert.equal(ofCustomers.includes(type!), isForCustomers === 'true', type);
    assert.ok(calls.length >= 14, 'the calls are seen');
  });

  it('end for a customer who is erased, and nothing is left of its endpoints', async () => {
    const { customerId } = await issueInvoice(books.database, { amountsMinor: [10_000n], externalId: 'leaving' });
    await listen(customerId);
    await books.database.query(
      `INSERT INTO customer_erasures (customer_id, request_id, reason, actor, counts) VALUES ($1, $2, 'asked', 'Ada', '{}')`,
      [customerId, randomUUID()],
    );
    const { rows } = await books.database.query('SELECT FROM webhook_endpoints WHERE customer_id = $1', [customerId]);
    assert.equal(rows.length, 0);
    await assert.rejects(listen(customerId), /erased/);
  });
});
