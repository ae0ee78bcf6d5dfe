import assert from 'node:assert/strict';
import type Stripe from 'stripe';
import { deliveriesOf, settled, setWebhookFaults, useReceiver } from './receiver.ts';
import { control, useSimulator } from './support.ts';

describe('faults of webhooks', () => {
  const receiver = useReceiver();
  const bench = useSimulator();
  let secret = '';
  beforeEach(async () => {
    const made = await bench.stripe.webhookEndpoints.create({ url: receiver.url, enabled_events: ['*'] });
    secret = made.secret ?? '';
  });
  const createCustomers = async (...names: string[]) => {
    for (const name of names) await bench.stripe.customers.create({ name });
  };
  const namesArrived = () => receiver.received.map(({ event }) => (event.data.object as Stripe.Customer).name);

  it('duplicate: the same event comes twice, whole and signed', async () => {
    await setWebhookFaults(bench.simulator, { kind: 'duplicate', nth: 2 });
    await createCustomers('a', 'b', 'c');
    const arrived = await receiver.arrival(4);
    assert.deepEqual(namesArrived(), ['a', 'b', 'b', 'c']);
    assert.equal(arrived[1]?.event.id, arrived[2]?.event.id);
    for (const { body, signature } of arrived) bench.stripe.webhooks.constructEvent(body, signature, secret);
    const { data } = await bench.stripe.events.list();
    assert.deepEqual(
      data.map(({ pending_webhooks }) => pending_webhooks),
      [0, 0, 0],
      'twice delivered is delivered once',
    );
  });

  it('swap: an event is held until the next one has been delivered', async () => {
    await setWebhookFaults(bench.simulator, { kind: 'swap', nth: 1 });
    await createCustomers('a');
    const [held] = await settled(bench.simulator);
    assert.deepEqual([held?.state, receiver.received.length], ['held', 0]);
    await createCustomers('b', 'c');
    await receiver.arrival(3);
    assert.deepEqual(namesArrived(), ['b', 'a', 'c']);
  });

  it('swap for all exchanges pairs, and the last one can be released by hand', async () => {
    await setWebhookFaults(bench.simulator, { kind: 'swap' });
    await createCustomers('a', 'b', 'c');
    await receiver.arrival(2);
    assert.deepEqual(namesArrived(), ['b', 'a']);
    await settled(bench.simulator);
    await control(bench.simulator, 'POST', '/deliveries/retry');
    await receiver.arrival(3);
    assert.deepEqual(namesArrived(), ['b', 'a', 'c']);
  });

  it('late: it comes when its delay is over on the simulated clock', async () => {
    await setWebhookFaults(bench.simulator, { kind: 'late', delayMs: 3_600_000, times: 1 });
    await createCustomers('a', 'b');
    await receiver.arrival(1);
    await settled(bench.simulator);
    assert.deepEqual(namesArrived(), ['b']);
    await control(bench.simulator, 'POST', '/clock', { advanceSeconds: 3600 });
    await receiver.arrival(2);
    assert.deepEqual(namesArrived(), ['b', 'a']);
  });

  it('drop: it never comes, but the list of events has it', async () => {
    await setWebhookFaults(bench.simulator, { kind: 'drop', type: 'customer.created', nth: 1 });
    await createCustomers('a', 'b');
    await receiver.arrival(1);
    await control(bench.simulator, 'POST', '/clock', { advanceSeconds: 86_400 });
    await settled(bench.simulator);
    assert.deepEqual(namesArrived(), ['b']);
    const { data } = await bench.stripe.events.list({ delivery_success: false });
    assert.deepEqual(
      data.map(({ data: { object } }) => (object as Stripe.Customer).name),
      ['a'],
    );
  });

  it('stale: the object as it was before the change, while the list tells the true one', async () => {
    await setWebhookFaults(bench.simulator, { kind: 'stale', times: 1 });
    const { id } = await bench.stripe.customers.create({ name: 'a' });
    await bench.stripe.customers.update(id, { name: 'b' });
    await receiver.arrival(2);
    assert.deepEqual(namesArrived(), ['a', 'a']);
    const [updated] = (await bench.stripe.events.list()).data;
    assert.equal((updated?.data.object as Stripe.Customer | undefined)?.name, 'b');
  });

  it('forged: the same event signed by somebody else comes before the true one', async () => {
    await setWebhookFaults(bench.simulator, { kind: 'forged' });
    await createCustomers('a');
    const [forged, real] = await receiver.arrival(2);
    const verify = (received = forged) =>
      bench.stripe.webhooks.constructEvent(received?.body ?? '', received?.signature ?? '', secret);
    assert.throws(() => verify(forged), /signature/);
    assert.equal(verify(real).id, forged?.event.id);
    const [delivery] = await settled(bench.simulator);
    assert.deepEqual(
      delivery?.attempts.map(({ copy, status }) => [copy, status]),
      [
        ['forged', 200],
        [null, 200],
      ],
    );
  });

  it('a probability with a seed makes the same choices again', async () => {
    const run = async () => {
      await control(bench.simulator, 'DELETE', '/webhook-faults');
      await setWebhookFaults(bench.simulator, { kind: 'drop', probability: 0.5, seed: 7 });
      const before = (await deliveriesOf(bench.simulator)).length;
      await createCustomers(...'abcdefghijkl');
      return (await deliveriesOf(bench.simulator)).slice(before).map(({ fault }) => fault?.kind ?? null);
    };
    const first = await run();
    assert.deepEqual(await run(), first);
    assert.ok(first.includes('drop') && first.includes(null), `${first}`);
  });

  it('a misspelt rule is refused instead of never firing', async () => {
    const say = async (rule: unknown) => {
      const body = JSON.stringify(rule);
      const answer = await fetch(`${bench.simulator.url}/_control/webhook-faults`, { method: 'POST', body });
      return [answer.status, ((await answer.json()) as { error: string }).error];
    };
    assert.deepEqual(await say({ kind: 'lost' }), [400, 'kind is one of duplicate, swap, late, drop, stale, forged.']);
    assert.deepEqual(await say({ kind: 'drop', type: 'invoice.payed' }), [
      400,
      'type is the name of an event, such as invoice.paid.',
    ]);
    assert.deepEqual(await say({ kind: 'drop', operation: 'x' }), [400, "A webhook fault rule has no 'operation'."]);
  });
});
