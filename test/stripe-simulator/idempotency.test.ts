import assert from 'node:assert/strict';
import Stripe from 'stripe';
import { clientOf, control, journalOf, refusalOf, setFaults, signatureOf, useSimulator } from './support.ts';

interface Counts {
  operations: Record<string, { executions: number; replays: number; refusals: number }>;
  keys: Record<string, { operation: string; executions: number; replays: number; refusals: number }>;
}

describe('idempotency keys', () => {
  const bench = useSimulator();

  it('replay the first answer, marked, and execute once', async () => {
    const { stripe, simulator } = bench;
    const { id: customer } = await stripe.customers.create({});
    const once = () => stripe.invoices.create({ customer, metadata: { n: '1' } }, { idempotencyKey: 'create-1' });
    const first = await once();
    const again = await once();
    assert.deepEqual({ ...again }, { ...first });
    assert.equal(first.lastResponse.headers['idempotent-replayed'], undefined);
    assert.equal(again.lastResponse.headers['idempotent-replayed'], 'true');
    assert.equal(again.lastResponse.headers['original-request'], first.lastResponse.requestId);
    assert.notEqual(again.lastResponse.requestId, first.lastResponse.requestId);
    assert.equal((await stripe.invoices.list({ customer })).data.length, 1);
    const counts = await control<Counts>(simulator, 'GET', '/counts');
    assert.deepEqual(counts.keys['create-1'], {
      operation: 'invoices.create',
      executions: 1,
      replays: 1,
      refusals: 0,
    });
    assert.deepEqual(counts.operations['invoices.create'], { executions: 1, replays: 1, refusals: 0 });
  });

  it('refuse other parameters and other endpoints', async () => {
    const { stripe } = bench;
    const { id: customer } = await stripe.customers.create({ name: 'A' }, { idempotencyKey: 'k' });
    const expected = { type: 'idempotency_error', code: undefined, param: undefined, status: 400 };
    const otherParams = await refusalOf(stripe.customers.create({ name: 'B' }, { idempotencyKey: 'k' }));
    assert.ok(
      otherParams instanceof Stripe.errors.StripeIdempotencyError,
      'otherParams instanceof Stripe.errors.StripeIdempotencyError',
    );
    assert.deepEqual(signatureOf(otherParams), expected);
    const otherEndpoint = await refusalOf(stripe.customers.update(customer, { name: 'A' }, { idempotencyKey: 'k' }));
    assert.deepEqual(signatureOf(otherEndpoint), expected);
  });

  it('do not mind the order in which parameters are written', async () => {
    const { stripe } = bench;
    const options = { idempotencyKey: 'order' };
    const first = await stripe.customers.create({ name: 'A', metadata: { a: '1', b: '2' } }, options);
    const again = await stripe.customers.create({ metadata: { b: '2', a: '1' }, name: 'A' }, options);
    assert.equal(again.id, first.id);
  });

  it('answer 409 while the first request is under way, and execute once', async () => {
    const { stripe, simulator } = bench;
    await setFaults(simulator, { kind: 'slow', operation: 'customers.create', nth: 1, delayMs: 1500 });
    const call = () => stripe.customers.create({ name: 'A' }, { idempotencyKey: 'busy' });
    const outcomes = await Promise.allSettled([call(), call()]);
    const refused = outcomes.filter((outcome) => outcome.status === 'rejected').map(({ reason }) => reason);
    assert.equal(refused.length, 1);
    assert.ok(refused[0] instanceof Stripe.errors.StripeAPIError, '409 has no class of its own');
    assert.deepEqual(signatureOf(refused[0]), {
      type: 'invalid_request_error',
      code: 'idempotency_key_in_use',
      param: undefined,
      status: 409,
    });
    const replayed = await call();
    assert.equal(replayed.lastResponse.headers['idempotent-replayed'], 'true');
    assert.equal((await stripe.customers.list()).data.length, 1);
  });

  it('stay free after a validation failure', async () => {
    const { stripe } = bench;
    const options = { idempotencyKey: 'fixable' };
    await refusalOf(stripe.customers.create({ email: 'nobody' }, options));
    const created = await stripe.customers.create({ email: 'nobody@heron.example' }, options);
    assert.equal(created.email, 'nobody@heron.example');
  });

  it('stay free after a 401 and a 429', async () => {
    const { stripe, simulator } = bench;
    const options = { idempotencyKey: 'early' };
    const stranger = clientOf(simulator, 'sk_test_somebodyElse');
    const unauthorized = await refusalOf(stranger.customers.create({ name: 'Z' }, options));
    assert.ok(
      unauthorized instanceof Stripe.errors.StripeAuthenticationError,
      'unauthorized instanceof Stripe.errors.StripeAuthenticationError',
    );
    await setFaults(simulator, { kind: '429', times: 1 });
    await refusalOf(stripe.customers.create({ name: 'Y' }, options));
    assert.equal((await stripe.customers.create({ name: 'X' }, options)).name, 'X');
  });

  it('keep a refusal of the endpoint itself: a new key is needed after mending', async () => {
    const { stripe } = bench;
    const { id: customer } = await stripe.customers.create({});
    const { id } = await stripe.invoices.create({ customer });
    const finalize = (idempotencyKey: string) => stripe.invoices.finalizeInvoice(id, {}, { idempotencyKey });
    await stripe.invoices.finalizeInvoice(id);
    const first = await refusalOf(finalize('late'));
    const again = await refusalOf(finalize('late'));
    assert.equal(again.headers?.['idempotent-replayed'], 'true');
    assert.equal(again.message, first.message);
  });

  it('are ignored by GET and DELETE', async () => {
    const { stripe } = bench;
    const { id: customer } = await stripe.customers.create({ name: 'A' });
    const options = { idempotencyKey: 'read' };
    await stripe.customers.retrieve(customer, {}, options);
    await stripe.customers.update(customer, { name: 'B' });
    const read = await stripe.customers.retrieve(customer, {}, options);
    assert.ok(!read.deleted, '!read.deleted');
    assert.equal(read.name, 'B');
  });

  it('are forgotten after 24 hours, and then the same key executes again', async () => {
    const { stripe, simulator } = bench;
    const options = { idempotencyKey: 'old' };
    const first = await stripe.customers.create({ name: 'A' }, options);
    await control(simulator, 'POST', '/clock', { advanceSeconds: 23 * 3600 });
    assert.equal((await stripe.customers.create({ name: 'A' }, options)).id, first.id);
    await control(simulator, 'POST', '/clock', { advanceSeconds: 3600 });
    const second = await stripe.customers.create({ name: 'A' }, options);
    assert.notEqual(second.id, first.id);
    assert.equal(second.created - first.created >= 86_400, true, 'the objects are stamped by the moved clock');
  });

  it('of one SDK call without an explicit key are new each time, so the write doubles', async () => {
    const { stripe, simulator } = bench;
    await stripe.customers.create({ name: 'A' });
    await stripe.customers.create({ name: 'A' });
    const keys = (await journalOf(simulator, '?operation=customers.create')).map((entry) => entry.idempotencyKey);
    assert.equal(new Set(keys).size, 2);
    assert.match(keys[0] ?? '', /^stripe-node-retry-/);
  });

  it('longer than 255 characters are refused', async () => {
    const refusal = await refusalOf(bench.stripe.customers.create({}, { idempotencyKey: 'k'.repeat(256) }));
    assert.equal(refusal.statusCode, 400);
  });
});
