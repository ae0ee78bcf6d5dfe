import assert from 'node:assert/strict';
import { createApiKey } from '../../src/auth/api-keys.ts';
import { scopes } from '../../src/auth/scopes.ts';
import { until } from '../broker/support.ts';
import { openBooks } from '../support/books.ts';
import { openWorld, type World } from '../support/world.ts';
import { issueInvoice } from '../targets/support.ts';
import { readJournal } from './support/stripe-journal.ts';

/**
 * A customer saves a card on Stripe's page and is charged 2.01 USD by the invoice's sync. The worker dies by kill -9 right
 * after Stripe has answered the charge, before anything of that answer was written down; the next one goes on.
 */
describe('A card that is charged while processes die', function () {
  this.timeout(120_000);
  let world: World;
  let key = '';
  before(async () => {
    world = await openWorld();
    await openBooks(world.database);
    key = (await createApiKey(world.database, { name: 'tests', scopes })).secret;
  });
  after(async () => await world?.close());

  async function ask(method: 'GET' | 'POST', path: string, body?: unknown) {
    const answer = await fetch(`http://127.0.0.1:${world.env['DURABILL_API_PORT']}${path}`, {
      method,
      headers: { authorization: `Bearer ${key}`, ...(body !== undefined && { 'content-type': 'application/json' }) },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    // biome-ignore lint/suspicious/noExplicitAny: what a server answers is not known before it is looked at
    return { status: answer.status, body: (await answer.json()) as any };
  }

  /** What Stripe was asked to charge, and whether it did or repeated what it had said. */
  async function charges(): Promise<string[]> {
    const entries = (await readJournal(world)).filter(({ operation }) => operation === 'invoices.pay');
    return entries.map(({ outcome, status }) => `${outcome} ${status}`);
  }

  it('is charged once, told of once, and can be given back', async () => {
    const invoice = await issueInvoice(world.database, { amountsMinor: [100n, 101n], externalId: 'heron' });
    // Answers of Stripe on the way: the customer, its page, its default, another page, the invoice, lines, final, the charge.
    world.env['DURABILL_CRASH_AT'] = 'sync.stripe-answered:8';
    const [, worker] = await Promise.all([world.start('api'), world.start('worker')]);
    delete world.env['DURABILL_CRASH_AT'];

    const order = { returnUrl: 'https://heron.example/billing' };
    /** On a busy machine the writer takes longer than the API waits: asked again it goes on. */
    const pageOf = async (): Promise<string> => {
      let page = await ask('POST', '/v1/customers/heron/payment-method-sessions', order);
      while (page.status === 503) page = await ask('POST', '/v1/customers/heron/payment-method-sessions', order);
      assert.equal(page.status, 200, JSON.stringify(page.body));
      return page.body.url;
    };
    const page = await pageOf();
    const body = new URLSearchParams({ number: '4242424242424242' });
    assert.equal((await fetch(page, { method: 'POST', body, redirect: 'manual' })).status, 303);
    await ask('POST', '/v1/customers/heron/collection', { method: 'charge_automatically' });
    // Whoever asks again has the customer's writer look, which sees that the page was used.
    await pageOf();
    assert.equal((await ask('GET', '/v1/customers/heron/collection')).body.paymentMethod?.last4, '4242');

    const url = `/v1/invoices/${invoice.id}`;
    assert.equal((await ask('POST', `${url}/sync`)).status, 202);
    await worker.exited;
    const attempts = await world.database.query<{ outcome: string | null }>(
      'SELECT outcome FROM collection_attempts WHERE invoice_id = $1',
      [invoice.id],
    );
    assert.deepEqual(attempts.rows, [{ outcome: null }], 'the worker died before it wrote anything down');
    assert.deepEqual(await charges(), ['executed 200']);

    await world.start('worker');
    await until(async () => (await ask('GET', url)).body.sync === 'synced', 'the next worker has gone on');
    assert.deepEqual(await charges(), ['executed 200', 'replayed 200']);
    const paid = (await ask('GET', url)).body;
    assert.deepEqual([paid.payment, paid.amountPaidMinor, paid.collection], ['paid', 201, 'charge_automatically']);

    assert.equal((await ask('POST', `${url}/refunds`, { amountMinor: 51, reason: 'a late flight' })).status, 202);
    await until(async () => (await ask('GET', url)).body.refundedMinor === 51, 'a part went back');
    const { movements } = (await ask('GET', `${url}/payments`)).body;
    assert.deepEqual(
      movements.map((one: Record<string, unknown>) => `${one['kind']} ${one['status']} ${one['amountMinor']}`).sort(),
      ['attempt paid null', 'payment succeeded 201', 'refund succeeded 51'],
    );
  });
});
