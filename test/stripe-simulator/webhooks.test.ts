import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type Stripe from 'stripe';
import { startSimulator } from '../../src/stripe-simulator/index.ts';
import { deliveriesOf, settled, setWebhookFaults, useReceiver } from './receiver.ts';
import { clientOf, control, draftWith, refusalOf, useSimulator } from './support.ts';

const day = 86_400;

describe('webhooks', () => {
  const receiver = useReceiver();
  const bench = useSimulator({ webhookTimeoutMs: 300 });
  const subscribe = (path = '', events: ['*'] | ['customer.created'] = ['*']) =>
    bench.stripe.webhookEndpoints.create({ url: `${receiver.url}${path}`, enabled_events: events });

  it('deliver every event in order, signed so that the SDK accepts the raw body and no other', async () => {
    const { stripe } = bench;
    const { secret = '' } = await subscribe();
    const { id } = await draftWith(stripe);
    await stripe.invoices.finalizeInvoice(id);
    const arrived = await receiver.arrival(7);
    const events = arrived.map(({ body, signature }) => stripe.webhooks.constructEvent(body, signature, secret));
    assert.deepEqual(
      events.map(({ type }) => type),
      [
        'customer.created',
        'invoice.created',
        'invoice.updated',
        'payment_intent.created',
        'customer.updated',
        'invoice.updated',
        'invoice.finalized',
      ],
    );
    const [first] = arrived;
    assert.throws(() => stripe.webhooks.constructEvent(first?.body ?? '', first?.signature ?? '', 'whsec_other'));
    const again = JSON.stringify(first?.event);
    assert.throws(() => stripe.webhooks.constructEvent(again, first?.signature ?? '', secret), 'not the raw body');
  });

  it('count down what is left to be delivered, by endpoint', async () => {
    const { stripe, simulator } = bench;
    await subscribe('/a');
    const picky = await subscribe('/b', ['customer.created']);
    await subscribe('/c');
    receiver.answer = ({ path }) => (path.endsWith('/c') ? 500 : 200);
    const { id } = await stripe.customers.create({});
    await stripe.customers.update(id, { name: 'A' });
    await settled(simulator);
    const { data } = await stripe.events.list({ delivery_success: false });
    assert.deepEqual(
      data.map(({ type, pending_webhooks }) => [type, pending_webhooks]),
      [
        ['customer.updated', 1],
        ['customer.created', 1],
      ],
    );
    assert.equal(receiver.received[0]?.event.pending_webhooks, 3);
    assert.equal((await deliveriesOf(simulator, `?endpoint=${picky.id}`)).length, 1);
  });

  // Section 5: sandbox 3 tries over a few hours, each retry is signed anew.
  it('are tried three times in test mode, on the simulated clock, each time signed anew', async () => {
    const { stripe, simulator } = bench;
    const { secret = '' } = await subscribe();
    receiver.answer = () => 500;
    await stripe.customers.create({});
    for (let turn = 0; turn < 4; turn += 1) {
      await settled(simulator);
      await control(simulator, 'POST', '/clock', { advanceSeconds: day });
    }
    const [delivery] = await settled(simulator);
    assert.deepEqual([delivery?.state, delivery?.attempts.length, receiver.received.length], ['failed', 3, 3]);
    assert.equal(new Set(receiver.received.map(({ signature }) => signature)).size, 3);
    for (const { body, signature } of receiver.received) stripe.webhooks.constructEvent(body, signature, secret);
    assert.equal((await stripe.events.list({ delivery_success: false })).data.length, 1);
  });

  // Section 5: live up to 3 days with exponential back-off.
  it('are retried with growing delays for three days in live mode', async () => {
    const live = await startSimulator({ key: 'sk_live_abc' });
    try {
      const stripe = clientOf(live);
      const { livemode } = await stripe.webhookEndpoints.create({ url: receiver.url, enabled_events: ['*'] });
      assert.ok(livemode);
      receiver.answer = () => 503;
      const { created } = await stripe.customers.create({});
      let [delivery] = await settled(live);
      const delays: number[] = [];
      while (delivery?.state === 'pending') {
        const { clock } = await control<{ clock: string }>(live, 'GET', '/health');
        const seconds = Math.ceil((Date.parse(delivery.nextAt ?? '') - Date.parse(clock)) / 1000);
        delays.push(seconds);
        await control(live, 'POST', '/clock', { advanceSeconds: seconds });
        [delivery] = await settled(live);
      }
      assert.ok(
        delays.length >= 8 && delays.every((delay, index) => index === 0 || delay >= (delays[index - 1] ?? 0) - 2),
      );
      const last = Date.parse(delivery?.attempts.at(-1)?.at ?? '') / 1000;
      assert.ok(last - created > 2 * day && last - created <= 3 * day, `${last - created} s`);
    } finally {
      await live.stop();
    }
  });

  it('a redirect, a silent endpoint and one that is away are failures; a retry can be had now', async () => {
    const { stripe, simulator } = bench;
    await subscribe();
    const answers: (number | null)[] = [301, null, 204];
    receiver.answer = () => (answers.length === 0 ? 200 : (answers.shift() as number | null));
    await stripe.customers.create({});
    await settled(simulator);
    assert.deepEqual(await control(simulator, 'POST', '/deliveries/retry', {}), { due: 1 });
    await settled(simulator);
    await control(simulator, 'POST', '/deliveries/retry', {});
    const [delivery] = await settled(simulator);
    assert.deepEqual(
      delivery?.attempts.map(({ status, error }) => [status, error]),
      [
        [301, null],
        [null, 'timeout'],
        [204, null],
      ],
    );
    assert.equal(delivery?.state, 'delivered');
    const page = await (await fetch(`${simulator.url}/_control/`)).text();
    assert.ok(page.includes(`${delivery?.event} to ${receiver.url}`), 'the page tells of the delivery');
    await stripe.webhookEndpoints.create({ url: 'http://127.0.0.1:1/', enabled_events: ['customer.deleted'] });
    const { id } = await stripe.customers.create({});
    await stripe.customers.del(id);
    const refused = (await settled(simulator)).at(-1);
    assert.deepEqual(refused?.attempts[0]?.error, 'ECONNREFUSED');
  });

  it('a disabled or deleted endpoint gets nothing more, not even what waited', async () => {
    const { stripe, simulator } = bench;
    const { id } = await subscribe();
    receiver.answer = () => 500;
    await stripe.customers.create({});
    await settled(simulator);
    await stripe.webhookEndpoints.update(id, { disabled: true });
    await stripe.customers.create({});
    await control(simulator, 'POST', '/clock', { advanceSeconds: day });
    const [delivery, ...others] = await settled(simulator);
    assert.deepEqual([delivery?.state, others, receiver.received.length], ['canceled', [], 1]);
    const wrong = await fetch(`${simulator.url}/_control/deliveries/retry`, { method: 'POST', body: '{"evnet":"x"}' });
    assert.equal(wrong.status, 400);
  });

  it('a refused request is told to nobody', async () => {
    const { stripe, simulator } = bench;
    await subscribe();
    await refusalOf(stripe.invoices.create({ customer: 'cus_none' }));
    assert.deepEqual(await settled(simulator), []);
  });

  it('an endpoint that never answers holds up neither the API nor, for long, the next event', async () => {
    const { stripe, simulator } = bench;
    await subscribe();
    receiver.answer = () => null;
    await stripe.customers.create({});
    await stripe.customers.create({});
    await receiver.arrival(2);
    await simulator.stop();
    assert.equal(receiver.received.length, 2, 'and it stops with one under way');
  });
});

describe('webhooks over a restart', () => {
  const receiver = useReceiver();

  it('keep what a fault holds or has dropped, and go on with what was late', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'simulator-'));
    const journalFile = join(directory, 'journal.jsonl');
    const first = await startSimulator({ journalFile });
    await clientOf(first).webhookEndpoints.create({ url: receiver.url, enabled_events: ['*'] });
    await setWebhookFaults(first, { kind: 'drop', nth: 1 }, { kind: 'late', delayMs: 60_000, nth: 2 });
    await setWebhookFaults(first, { kind: 'swap', nth: 3 });
    for (const name of ['dropped', 'late', 'held']) await clientOf(first).customers.create({ name });
    const before = await settled(first);
    await first.stop();
    const second = await startSimulator({ journalFile });
    try {
      assert.deepEqual(
        before.map(({ state }) => state),
        ['dropped', 'pending', 'held'],
      );
      assert.deepEqual(await deliveriesOf(second), before);
      await clientOf(second).customers.create({ name: 'next' });
      await control(second, 'POST', '/clock', { advanceSeconds: 60 });
      const arrived = await receiver.arrival(3);
      assert.deepEqual(
        arrived.map(({ event }) => (event.data.object as Stripe.Customer).name),
        ['next', 'held', 'late'],
      );
    } finally {
      await second.stop();
      await rm(directory, { recursive: true });
    }
  });

  it('keep events, endpoints and what is still to be delivered', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'simulator-'));
    const journalFile = join(directory, 'journal.jsonl');
    const first = await startSimulator({ journalFile });
    const endpoint = await clientOf(first).webhookEndpoints.create({ url: receiver.url, enabled_events: ['*'] });
    await clientOf(first).customers.create({ name: 'A' });
    await settled(first);
    receiver.answer = () => 500;
    await clientOf(first).customers.create({ name: 'B' });
    const deliveries = await settled(first);
    const { data: events } = await clientOf(first).events.list();
    await first.stop();

    receiver.answer = () => 200;
    const second = await startSimulator({ journalFile });
    try {
      const stripe = clientOf(second);
      assert.deepEqual(await deliveriesOf(second), deliveries);
      assert.deepEqual((await stripe.events.list()).data, events);
      const { secret: _, ...shown } = endpoint;
      assert.deepEqual({ ...(await stripe.webhookEndpoints.retrieve(endpoint.id)) }, shown);
      await control(second, 'POST', '/clock', { advanceSeconds: day });
      const arrived = await receiver.arrival(3);
      const last = arrived.at(-1);
      const event = stripe.webhooks.constructEvent(last?.body ?? '', last?.signature ?? '', endpoint.secret ?? '');
      assert.equal(event.id, events[0]?.id);
      await settled(second);
      assert.equal((await stripe.events.list({ delivery_success: false })).data.length, 0);
    } finally {
      await second.stop();
      await rm(directory, { recursive: true });
    }
  });
});
