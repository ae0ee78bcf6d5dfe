import { customerIdOf, invoiceIdOf } from '../../src/billing/ids.ts';
import type { FaultRule } from '../../src/stripe-simulator/faults.ts';
import { accountIdOf } from '../../src/stripe-simulator/ids.ts';
import { month, type Wave } from './business.ts';
import type { Context } from './context.ts';
import { randomOf } from './random.ts';

type Trouble = Pick<FaultRule, 'kind' | 'times' | 'retryAfter'>;

/** Seconds; a longer wait than half a minute is the workflow's, without a slot. */
const longWait = 31;

/** What some invoices meet at Stripe, by how often: so that there are some that wait and some that are parked. */
const troubles: { share: number; trouble: Trouble }[] = [
  { share: 0.08, trouble: { kind: '503', retryAfter: longWait, times: 1 } },
  { share: 0.08, trouble: { kind: '403', times: 1 } },
  { share: 0.02, trouble: { kind: '503', times: 6 } },
  { share: 0.04, trouble: { kind: 'commit-then-reset', times: 1 } },
  { share: 0.04, trouble: { kind: 'error-500-stored', times: 1 } },
];

const operations = ['invoices.create', 'invoices.addLines', 'invoices.finalizeInvoice'] as const;

/** Sets the simulator's fault rules for some invoices of the wave, before they are made. */
export async function troubleStripe({ deployment, seed, stripeRules }: Context, wave: Wave): Promise<void> {
  const random = randomOf(seed, `trouble of ${wave.clock}`);
  const account = accountIdOf(deployment.config.stripe.secretKey);
  // One each that waits and is parked in any case, however small the wave.
  const certain = random.shuffled(wave.customers).slice(0, 2);
  const rules = wave.customers.flatMap(({ externalId }): FaultRule[] => {
    const sure = certain.findIndex((customer) => customer.externalId === externalId);
    const trouble = sure >= 0 ? troubles[sure]!.trouble : draw(random.next());
    if (trouble === undefined) return [];
    const keyPrefix = `durabill/${account}/invoice/${invoiceIdOfMonth(externalId)}/`;
    return [{ ...trouble, keyPrefix, operation: random.pick(operations) }];
  });
  await stripeRules.add(rules);
}

function draw(chance: number): Trouble | undefined {
  let below = 0;
  for (const { share, trouble } of troubles) {
    below += share;
    if (chance < below) return trouble;
  }
  return undefined;
}

function invoiceIdOfMonth(externalId: string): string {
  const key = {
    customerId: customerIdOf(externalId),
    currency: 'USD',
    billingGroup: '',
    periodStartAt: new Date(month.startsAt),
    periodEndAt: new Date(month.endsAt),
    purpose: 'period',
  };
  return invoiceIdOf(key, 1);
}
