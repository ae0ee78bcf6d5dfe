import assert from 'node:assert/strict';
import Stripe from 'stripe';
import type { FaultRule } from '../../src/stripe-simulator/faults.ts';
import { clientOf, control, journalOf, refusalOf, setFaults, useSimulator } from './support.ts';

const { errors } = Stripe;

/** What the SDK makes of each fault on a create, and how many customers stand there afterwards. */
const cases: {
  fault: FaultRule;
  meets: new (raw: never) => InstanceType<typeof errors.StripeError>;
  status: number | undefined;
  code?: string;
  written: number;
  stored: boolean;
}[] = [
  { fault: { kind: 'error-500-stored' }, meets: errors.StripeAPIError, status: 500, written: 1, stored: true },
  {
    fault: { kind: 'error-500-stored', commit: false },
    meets: errors.StripeAPIError,
    status: 500,
    written: 0,
    stored: true,
  },
  { fault: { kind: 'error-500-not-executed' }, meets: errors.StripeAPIError, status: 500, written: 0, stored: false },
  {
    fault: { kind: 'commit-then-reset' },
    meets: errors.StripeConnectionError,
    status: undefined,
    written: 1,
    stored: true,
  },
  {
    fault: { kind: 'commit-then-truncate' },
    meets: errors.StripeConnectionError,
    status: undefined,
    written: 1,
    stored: true,
  },
  {
    fault: { kind: 'commit-then-timeout' },
    meets: errors.StripeConnectionError,
    status: undefined,
    written: 1,
    stored: true,
  },
  {
    fault: { kind: 'reset-before-commit' },
    meets: errors.StripeConnectionError,
    status: undefined,
    written: 0,
    stored: false,
  },
  { fault: { kind: '502-html' }, meets: errors.StripeAPIError, status: undefined, written: 0, stored: false },
  { fault: { kind: '503' }, meets: errors.StripeAPIError, status: 503, written: 0, stored: false },
  {
    fault: { kind: '429' },
    meets: errors.StripeRateLimitError,
    status: 429,
    code: 'rate_limit',
    written: 0,
    stored: false,
  },
  {
    fault: { kind: 'lock-timeout' },
    meets: errors.StripeRateLimitError,
    status: 429,
    code: 'lock_timeout',
    written: 0,
    stored: false,
  },
  {
    fault: { kind: '401' },
    meets: errors.StripeAuthenticationError,
    status: 401,
    code: 'api_key_expired',
    written: 0,
    stored: false,
  },
  {
    fault: { kind: '402', declineCode: 'lost_card' },
    meets: errors.StripeCardError,
    status: 402,
    code: 'card_declined',
    written: 0,
    stored: false,
  },
  { fault: { kind: '424' }, meets: errors.StripeAPIError, status: 424, written: 0, stored: false },
  { fault: { kind: '403' }, meets: errors.StripePermissionError, status: 403, written: 0, stored: false },
  {
    fault: { kind: '409-key-in-use' },
    meets: errors.StripeAPIError,
    status: 409,
    code: 'idempotency_key_in_use',
    written: 0,
    stored: false,
  },
];

describe('faults on demand, as the SDK meets them', () => {
  const bench = useSimulator();

  for (const { fault, meets, status, code, written, stored } of cases) {
    it(`${JSON.stringify(fault)}: ${meets.name}, ${written} written, ${stored ? '' : 'not '}stored`, async () => {
      const { simulator } = bench;
      // A short client timeout only for the call that is never answered; a reset is retried once by the SDK itself,
      // so the rule stays in force until it is taken away.
      const stripe = clientOf(simulator, simulator.key, fault.kind === 'commit-then-timeout' ? 300 : 80_000);
      await setFaults(simulator, { ...fault, operation: 'customers.create' });
      const create = () => stripe.customers.create({ name: 'A' }, { idempotencyKey: 'k' });
      const refusal = await refusalOf(create());
      assert.ok(refusal instanceof meets, refusal.constructor.name);
      assert.equal(refusal.statusCode, status);
      assert.equal(refusal.code, code);
      const customers = () => bench.stripe.customers.list().then(({ data }) => data.length);
      assert.equal(await customers(), written);

      await control(simulator, 'DELETE', '/faults');
      if (stored && fault.kind === 'error-500-stored') {
        const replayed = await refusalOf(create());
        assert.equal(replayed.statusCode, 500, 'the stored 500 is the answer for ever');
        assert.equal(replayed.headers?.['stripe-should-retry'], 'false');
      } else {
        const { lastResponse } = await create();
        assert.equal(lastResponse.headers['idempotent-replayed'], stored ? 'true' : undefined);
      }
      assert.equal(await customers(), fault.commit === false ? 0 : 1, 'exactly one, however often it was sent');
    });
  }

  it('a reset after the commit heals within one SDK call, since the SDK sends the same key once more', async () => {
    const { stripe, simulator } = bench;
    await setFaults(simulator, { kind: 'commit-then-reset', operation: 'customers.create', times: 1 });
    const { lastResponse } = await stripe.customers.create({ name: 'A' });
    assert.equal(lastResponse.headers['idempotent-replayed'], 'true');
    const journal = await journalOf(simulator, '?operation=customers.create');
    assert.deepEqual(
      journal.map(({ outcome, fault, answered }) => [outcome, fault, answered]),
      [
        ['executed', 'commit-then-reset', false],
        ['replayed', null, true],
      ],
    );
  });

  it('slow answers come late but whole', async () => {
    const { stripe, simulator } = bench;
    await setFaults(simulator, { kind: 'slow', delayMs: 50 });
    assert.equal((await stripe.customers.create({ name: 'A' })).name, 'A');
  });

  it('a 429 names its limiter and may carry Retry-After', async () => {
    const { stripe, simulator } = bench;
    await setFaults(simulator, { kind: '429', reason: 'endpoint-rate', retryAfter: 7 });
    const { headers } = await refusalOf(stripe.customers.create({}));
    assert.equal(headers?.['stripe-rate-limited-reason'], 'endpoint-rate');
    assert.equal(headers?.['retry-after'], '7');
  });

  it('a lock timeout is a 429 without a limiter that asks to be retried', async () => {
    const { stripe, simulator } = bench;
    await setFaults(simulator, { kind: 'lock-timeout' });
    const { headers } = await refusalOf(stripe.customers.create({}));
    assert.equal(headers?.['stripe-rate-limited-reason'], undefined);
    assert.equal(headers?.['stripe-should-retry'], 'true');
    assert.equal(headers?.['retry-after'], undefined);
  });

  it('rules choose by operation, by the nth call, by key and by number of times', async () => {
    const { stripe, simulator } = bench;
    await setFaults(
      simulator,
      { kind: '503', operation: 'customers.create', nth: 2 },
      { kind: '403', keyPrefix: 'fragile-', times: 1 },
    );
    const statuses: (number | undefined)[] = [];
    for (const idempotencyKey of ['a', 'b', 'c', 'fragile-1', 'fragile-2']) {
      const outcome = await stripe.customers.create({}, { idempotencyKey }).catch((error) => error);
      statuses.push(outcome instanceof errors.StripeError ? outcome.statusCode : 200);
    }
    assert.deepEqual(statuses, [200, 503, 200, 403, 200]);
  });

  it('a probability with a seed makes the same choices again', async () => {
    const { stripe, simulator } = bench;
    const run = async () => {
      await control(simulator, 'DELETE', '/faults');
      await setFaults(simulator, { kind: '503', probability: 0.5, seed: 42 });
      const choices: boolean[] = [];
      for (let call = 0; call < 20; call += 1) {
        choices.push(
          await stripe.accounts.retrieveCurrent().then(
            () => true,
            () => false,
          ),
        );
      }
      return choices;
    };
    const first = await run();
    assert.deepEqual(await run(), first);
    assert.ok(first.includes(true) && first.includes(false), 'first.includes(true) && first.includes(false)');
  });

  it('a misspelt rule is refused instead of never firing', async () => {
    const answer = await fetch(`${bench.simulator.url}/_control/faults`, {
      method: 'POST',
      body: JSON.stringify({ kind: '503', operation: 'invoices.crate' }),
    });
    assert.equal(answer.status, 400);
    assert.match(await answer.text(), /operation is one of/);
  });
});
