import assert from 'node:assert/strict';
import { type Simulator, startSimulator } from '../../src/stripe-simulator/index.ts';
import { type RequestPace, TargetError } from '../../src/targets/port.ts';
import { openStripe } from '../../src/targets/stripe/client.ts';
import { translateStripeError } from '../../src/targets/stripe/errors.ts';
import { operationOf } from '../../src/targets/stripe/paced-http.ts';
import { setFaults } from '../stripe-simulator/support.ts';

describe('the pace of requests to Stripe', () => {
  const paths: [method: string, path: string, operation: string][] = [
    ['POST', '/v1/invoices', 'POST /v1/invoices'],
    ['GET', '/v1/invoices?limit=100&customer=cus_1Abcdefgh', 'GET /v1/invoices'],
    ['GET', '/v1/invoices/in_1MtHbELkdIwHu7ixl4OzzPMv', 'GET /v1/invoices/{id}'],
    ['POST', '/v1/invoices/in_1MtHbELkdIwHu7ixl4OzzPMv/add_lines', 'POST /v1/invoices/{id}/add_lines'],
    [
      'POST',
      '/v1/invoices/in_1MtHbELkdIwHu7ixl4OzzPMv/mark_uncollectible',
      'POST /v1/invoices/{id}/mark_uncollectible',
    ],
    ['POST', '/v1/invoices/create_preview', 'POST /v1/invoices/create_preview'],
    ['POST', '/v1/customers/cus_NffrFeUfNV2Hib', 'POST /v1/customers/{id}'],
    ['GET', '/v1/checkout/sessions/cs_test_a1B2c3D4e5F6', 'GET /v1/checkout/sessions/{id}'],
    ['GET', '/v1/credit_notes/cn_1Mx', 'GET /v1/credit_notes/cn_1Mx'],
    ['POST', '/v1/payment_methods/pm_1Q0PsIJvEtkwdCNYMSaVuRz6/attach', 'POST /v1/payment_methods/{id}/attach'],
  ];
  for (const [method, path, operation] of paths) {
    it(`counts ${method} ${path.slice(0, 60)} as ${operation}`, () =>
      assert.equal(operationOf(method, path), operation));
  }

  describe('at the HTTP client', () => {
    let simulator: Simulator;
    before(async () => {
      simulator = await startSimulator();
    });
    after(() => simulator.stop());

    /** Notes what it is asked; a turn fails as told. */
    function notes(failure?: Error) {
      const asked: string[] = [];
      const pace: RequestPace = {
        async turn(operation) {
          asked.push(`turn ${operation}`);
          if (failure !== undefined) throw failure;
        },
        async refused(operation, scope) {
          asked.push(`refused ${operation} ${scope}`);
        },
      };
      return { asked, stripe: openStripe({ secretKey: simulator.key, apiBase: simulator.url, pace }) };
    }

    it('takes a turn before each request, pages of a list too', async () => {
      const { asked, stripe } = notes();
      for (let index = 0; index < 3; index += 1) await stripe.customers.create({ name: `Customer ${index}` });
      const listed: string[] = [];
      for await (const { id } of stripe.customers.list({ limit: 2 })) listed.push(id);
      assert.equal(listed.length, 3);
      const create = 'turn POST /v1/customers';
      assert.deepEqual(asked, [create, create, create, 'turn GET /v1/customers', 'turn GET /v1/customers']);
    });

    it('sends nothing when no turn is to be had, and the failure is the pace’s own, not an outage of Stripe', async () => {
      const none = new TargetError('retry', 'pace', 'Booked out.', { retryAfterMs: 1_000 });
      const { asked, stripe } = notes(none);
      const error = await stripe.customers.create({ name: 'Nobody' }).catch(translateStripeError);
      assert.equal(error, none);
      assert.deepEqual(asked, ['turn POST /v1/customers']);
    });

    const reasons = { 'endpoint-rate': 'operation', 'global-rate': 'all', 'global-concurrency': 'all' } as const;
    for (const [reason, scope] of Object.entries(reasons)) {
      const fault = { kind: '429', reason: reason as keyof typeof reasons } as const;
      const [turn, refused] = ['turn POST /v1/customers', `refused POST /v1/customers ${scope}`];

      it(`takes another turn after a refusal for ${reason}`, async () => {
        const { asked, stripe } = notes();
        await setFaults(simulator, { ...fault, times: 1 });
        const { object } = await stripe.customers.create({ name: 'Eager' });
        assert.equal(object, 'customer');
        assert.deepEqual(asked, [turn, refused, turn]);
      });

      it(`leaves it to the caller after three for ${reason}`, async () => {
        const { asked, stripe } = notes();
        await setFaults(simulator, { ...fault, times: 3 });
        const error = await stripe.customers.create({ name: 'Eager' }).catch(translateStripeError);
        assert.equal((error as TargetError).action, 'retry');
        assert.deepEqual(asked, [turn, refused, turn, refused, turn, refused]);
      });
    }

    it('is told nothing when an object was locked', async () => {
      const { asked, stripe } = notes();
      await setFaults(simulator, { kind: 'lock-timeout', times: 1 });
      await stripe.customers.create({ name: 'Busy' }).catch(translateStripeError);
      assert.deepEqual(asked, ['turn POST /v1/customers']);
    });
  });
});
