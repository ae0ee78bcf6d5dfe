import type Stripe from 'stripe';
import { type Simulator, startSimulator } from '../../src/stripe-simulator/index.ts';
import type { RequestPace } from '../../src/targets/port.ts';
import { openStripe } from '../../src/targets/stripe/client.ts';

/** Below the sandbox's 25 requests a second, all kinds together; Stripe asks not to be tried for its limits. */
const requestsPerSecond = 8;

/** Turns, one after the other; a test process is the only one that uses this account. */
function evenPace(): RequestPace {
  let nextAt = 0;
  return {
    async turn() {
      const at = Math.max(nextAt, performance.now());
      nextAt = at + 1_000 / requestsPerSecond;
      await new Promise((resolve) => setTimeout(resolve, at - performance.now()));
    },
    async refused() {
      nextAt = Math.max(nextAt, performance.now()) + 1_000;
    },
  };
}

/**
 * The real sandbox when `npm run test:stripe` has set its key (STRIPE_TEST_SECRET_KEY), a simulator otherwise; both
 * through the client of production.
 */
export function useEitherStripe() {
  const sandboxKey = process.env['DURABILL_TEST_SANDBOX'] === 'yes' ? process.env['STRIPE_TEST_SECRET_KEY'] : undefined;
  let simulator: Simulator | undefined;
  let stripe: Stripe | undefined;
  const pace = evenPace();
  const clientWith = (secretKey: string) =>
    simulator === undefined ? openStripe({ secretKey, pace }) : openStripe({ secretKey, apiBase: simulator.url });
  const secretKey = () => sandboxKey ?? simulator?.key ?? '';
  before(async () => {
    if (sandboxKey === undefined) simulator = await startSimulator();
    stripe = clientWith(secretKey());
  });
  after(() => simulator?.stop());
  return {
    clientWith,
    get secretKey() {
      return secretKey();
    },
    get stripe(): Stripe {
      if (stripe === undefined) throw new Error('Stripe is opened before the tests.');
      return stripe;
    },
  };
}
