import assert from 'node:assert/strict';
import fc from 'fast-check';
import Stripe from 'stripe';
import { startSimulator } from '../../src/stripe-simulator/index.ts';
import {
  type RateLimitChoice,
  RateLimited,
  RateLimiter,
  rateLimitPresets,
} from '../../src/stripe-simulator/rate-limits.ts';
import { clientOf, control, journalOf, refusalOf, setFaults, signatureOf, useSimulator } from './support.ts';

interface Rates {
  peakPerSecond: number;
  operations: Record<string, { peakPerSecond: number }>;
}

/** Milliseconds on the limiters' clock, which stands still but for the tests that move it. */
let nowMs = 0;
const monotonicMs = () => nowMs;
const reasonOf = (refusal: { headers?: Record<string, string> | undefined }) =>
  refusal.headers?.['stripe-rate-limited-reason'];

async function repeat(times: number, call: () => Promise<unknown>): Promise<void> {
  for (let time = 0; time < times; time += 1) await call();
}

/** Three operations that need nothing there, each an endpoint of its own. */
const callsOf = ({ customers, invoices, accounts }: Stripe) => ({
  createCustomer: () => customers.create({}),
  listCustomers: () => customers.list(),
  listInvoices: () => invoices.list(),
  account: () => accounts.retrieveCurrent(),
});

describe('the live rate limits', () => {
  const bench = useSimulator({ limits: 'live', monotonicMs });

  it('refuse the 26th request of an operation within a second, and nothing of another operation', async () => {
    const { stripe, simulator } = bench;
    const { createCustomer, listCustomers } = callsOf(stripe);
    await repeat(25, createCustomer);
    const refusal = await refusalOf(createCustomer());
    assert.ok(refusal instanceof Stripe.errors.StripeRateLimitError, refusal.constructor.name);
    assert.deepEqual(signatureOf(refusal), {
      type: 'invalid_request_error',
      code: 'rate_limit',
      param: undefined,
      status: 429,
    });
    assert.equal(reasonOf(refusal), 'endpoint-rate');
    assert.equal(refusal.headers?.['retry-after'], undefined);
    await listCustomers();
    const rates = await control<Rates>(simulator, 'GET', '/rates');
    assert.equal(rates.operations['customers.create']?.peakPerSecond, 25);
    assert.equal(rates.peakPerSecond, 26, 'the refused one does not count');
  });

  it('slide: what is refused at the end of a second passes once it is over', async () => {
    const { createCustomer } = callsOf(bench.stripe);
    await createCustomer();
    nowMs += 500;
    await repeat(24, createCustomer);
    nowMs += 499;
    assert.equal(reasonOf(await refusalOf(createCustomer())), 'endpoint-rate');
    nowMs += 1;
    await createCustomer();
    assert.equal(reasonOf(await refusalOf(createCustomer())), 'endpoint-rate', 'only the first was a second old');
  });

  it('do not mind which object is meant', async () => {
    const { stripe } = bench;
    const ids: string[] = [];
    for (let customer = 0; customer < 13; customer += 1) ids.push((await stripe.customers.create({})).id);
    for (const id of [...ids, ...ids.slice(1)]) await stripe.customers.retrieve(id);
    assert.equal(reasonOf(await refusalOf(stripe.customers.retrieve(ids[0] ?? ''))), 'endpoint-rate');
  });

  it('refuse the 101st request of all', async () => {
    const { createCustomer, listCustomers, listInvoices, account } = callsOf(bench.stripe);
    for (const call of [createCustomer, listCustomers, listInvoices, account]) await repeat(25, call);
    const { invoices } = bench.stripe;
    assert.equal(reasonOf(await refusalOf(invoices.retrieve('in_none'))), 'global-rate');
    nowMs += 1000;
    await createCustomer();
  });

  it('stand behind authentication, and do not count who is turned away there', async () => {
    const stranger = clientOf(bench.simulator, 'sk_test_stranger');
    for (let call = 0; call < 30; call += 1) {
      assert.equal((await refusalOf(stranger.customers.create({}))).statusCode, 401);
    }
    await bench.stripe.customers.create({});
  });

  it('store nothing: a refused request executes later under its key', async () => {
    const { stripe } = bench;
    await repeat(25, callsOf(stripe).createCustomer);
    const create = () => stripe.customers.create({ name: 'A' }, { idempotencyKey: 'patient' });
    await refusalOf(create());
    nowMs += 1000;
    const { lastResponse } = await create();
    assert.equal(lastResponse.headers['idempotent-replayed'], undefined);
    assert.equal((await create()).lastResponse.headers['idempotent-replayed'], 'true');
  });

  it('are told by the journal, by the counts and on the page', async () => {
    const { stripe, simulator } = bench;
    const { createCustomer } = callsOf(stripe);
    await repeat(25, createCustomer);
    await refusalOf(createCustomer());
    const refused = (await journalOf(simulator)).filter(({ outcome }) => outcome === 'refused');
    assert.deepEqual(
      refused.map(({ operation, status, limitedBy }) => [operation, status, limitedBy]),
      [['customers.create', 429, 'endpoint-rate']],
    );
    const { rateLimited } = await control<{ rateLimited: unknown }>(simulator, 'GET', '/counts');
    assert.deepEqual(rateLimited, {
      'global-rate': 0,
      'endpoint-rate': 1,
      'global-concurrency': 0,
      'endpoint-concurrency': 0,
    });
    const page = await fetch(`${simulator.url}/_control/`);
    assert.match(await page.text(), /limited by endpoint-rate/);
  });

  it('answer a client without the SDK the same', async () => {
    const { simulator } = bench;
    const get = () =>
      fetch(`${simulator.url}/v1/account`, {
        headers: { authorization: `Bearer ${simulator.key}`, connection: 'close' },
      });
    await repeat(25, async () => assert.equal((await get()).status, 200));
    const refused = await get();
    assert.equal(refused.status, 429);
    assert.equal(refused.headers.get('stripe-rate-limited-reason'), 'endpoint-rate');
    assert.equal(refused.headers.get('retry-after'), null);
    const { error } = (await refused.json()) as { error: { code: string; type: string } };
    assert.deepEqual([error.type, error.code], ['invalid_request_error', 'rate_limit']);
  });
});

describe('rate limits of one’s own choice', () => {
  const bench = useSimulator({ monotonicMs });
  const put = async (limits: unknown) => {
    const body = JSON.stringify(limits);
    const answer = await fetch(`${bench.simulator.url}/_control/limits`, { method: 'PUT', body });
    return { status: answer.status, text: await answer.text() };
  };

  it('bound nothing unless asked for', async () => {
    await repeat(130, callsOf(bench.stripe).account);
    assert.deepEqual(await control(bench.simulator, 'GET', '/limits'), rateLimitPresets.none);
  });

  it('change while the simulator runs', async () => {
    const { stripe, simulator } = bench;
    const { account, listCustomers } = callsOf(stripe);
    await control(simulator, 'PUT', '/limits', 'sandbox');
    await repeat(13, account);
    await repeat(12, listCustomers);
    assert.equal(reasonOf(await refusalOf(account())), 'global-rate');
    await control(simulator, 'PUT', '/limits', { endpointPerSecond: 14 });
    await account();
    assert.equal(reasonOf(await refusalOf(account())), 'endpoint-rate');
    await control(simulator, 'PUT', '/limits', 'none');
    await account();
  });

  for (const [limits, reason] of [
    [{ globalConcurrency: 1 }, 'global-concurrency'],
    [{ endpointConcurrency: 1 }, 'endpoint-concurrency'],
  ] as const) {
    it(`count requests under way: ${reason}`, async () => {
      const { stripe, simulator } = bench;
      await control(simulator, 'PUT', '/limits', limits);
      await setFaults(simulator, { kind: 'slow', operation: 'customers.create', times: 1, delayMs: 1000 });
      const { createCustomer, account } = callsOf(stripe);
      const outcomes = await Promise.allSettled([createCustomer(), createCustomer()]);
      const refusals = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []));
      assert.deepEqual(refusals.map(reasonOf), [reason]);
      await createCustomer();
      await account();
    });
  }

  it('leave other operations alone while one is full', async () => {
    const { stripe, simulator } = bench;
    await control(simulator, 'PUT', '/limits', { endpointConcurrency: 1 });
    await setFaults(simulator, { kind: 'slow', operation: 'customers.create', delayMs: 1000 });
    const { createCustomer, account } = callsOf(stripe);
    const slow = createCustomer();
    await account();
    await slow;
  });

  it('are refused with a sentence when they are none', async () => {
    const wrong: [unknown, RegExp][] = [
      ['lively', /one of none, live, sandbox/],
      [25, /one of none, live, sandbox/],
      [{ perSecond: 5 }, /no limit 'perSecond'; there are globalPerSecond/],
      [{ globalPerSecond: 0 }, /globalPerSecond is a whole number from 1/],
      [{ endpointConcurrency: '5' }, /endpointConcurrency is a whole number from 1/],
    ];
    for (const [limits, sentence] of wrong) {
      const { status, text } = await put(limits);
      assert.equal(status, 400);
      assert.match(text, sentence);
    }
    await assert.rejects(startSimulator({ limits: 'lively' as RateLimitChoice }), /one of none, live, sandbox/);
  });
});

describe('the sliding second', () => {
  it('never takes more than allowed in any second, and refuses nothing that would fit', () => {
    const limits = { ...rateLimitPresets.none, globalPerSecond: 7, endpointPerSecond: 3 };
    const arrivals = fc.array(fc.record({ pauseMs: fc.nat({ max: 400 }), operation: fc.constantFrom('a', 'b', 'c') }), {
      maxLength: 300,
    });
    fc.assert(
      fc.property(arrivals, (requests) => {
        let now = 0;
        const limiter = new RateLimiter(limits, () => now);
        const accepted: { at: number; operation: string }[] = [];
        for (const { pauseMs, operation } of requests) {
          now += pauseMs;
          const recent = accepted.filter(({ at }) => at > now - 1000);
          const ofOperation = recent.filter((request) => request.operation === operation);
          const fits = recent.length < 7 && ofOperation.length < 3;
          assert.equal(isAdmitted(limiter, operation), fits);
          if (fits) accepted.push({ at: now, operation });
        }
        for (const { at: end } of accepted) {
          const second = accepted.filter(({ at }) => at > end - 1000 && at <= end);
          assert.ok(second.length <= 7, `${second.length} in the second that ends at ${end}`);
        }
      }),
    );
  });

  it('tells the fullest second of a long run', () => {
    let now = 0;
    const limiter = new RateLimiter(rateLimitPresets.none, () => now);
    for (let request = 0; request < 5000; request += 1) {
      now += request >= 3000 && request < 3040 ? 10 : 100;
      limiter.admit('a')();
    }
    // 40 requests 10 ms apart fill 400 ms; beside them fit six that are 100 ms apart.
    assert.equal(limiter.rates().peakPerSecond, 46);
  });
});

function isAdmitted(limiter: RateLimiter, operation: string): boolean {
  try {
    limiter.admit(operation)();
    return true;
  } catch (error) {
    assert.ok(error instanceof RateLimited, String(error));
    return false;
  }
}
