import { type FaultRule, limitReasons } from '../../src/stripe-simulator/faults.ts';
import { type WebhookFaultRule, webhookFaultKinds } from '../../src/stripe-simulator/webhooks/faults.ts';
import { randomOf } from './random.ts';

/**
 * How often a request at the simulated Stripe meets what: of ten about one in all, so that of the four or five of a sync
 * some fail nearly always and most invoices still get through at the second or third attempt. What parks an invoice is
 * rarer, since a person has to answer it.
 */
const shares: Partial<Record<FaultRule['kind'], number>> = {
  'commit-then-reset': 0.01,
  'commit-then-truncate': 0.01,
  'commit-then-timeout': 0.002,
  'reset-before-commit': 0.01,
  'error-500-stored': 0.01,
  'error-500-not-executed': 0.01,
  '502-html': 0.01,
  '503': 0.01,
  '424': 0.005,
  '429': 0.01,
  'lock-timeout': 0.01,
  '409-key-in-use': 0.005,
  '401': 0.002,
  '402': 0.001,
  '403': 0.002,
  slow: 0.02,
};

const slowMs = 500;

/** Faults at any request, by lot. */
export function requestStorm(seed: number): FaultRule[] {
  const random = randomOf(seed, 'storm at Stripe');
  return Object.entries(shares).flatMap(([name, probability]): FaultRule[] => {
    const kind = name as FaultRule['kind'];
    const rule: FaultRule = { kind, probability, seed: random.whole(1, 1_000_000) };
    if (kind === 'slow') return [{ ...rule, delayMs: slowMs }];
    if (kind === '429') return [{ ...rule, reason: random.pick(limitReasons) }];
    // Half of them have done the write all the same.
    if (kind === 'error-500-stored') {
      return [true, false].map((commit) => ({
        ...rule,
        probability: probability / 2,
        commit,
        seed: random.whole(1, 1_000_000),
      }));
    }
    return [rule];
  });
}

const webhookShare = 0.08;
const lateMs = 5_000;

/** Half of all deliveries come twice, late, swapped, never, stale, or beside a forged one. */
export function webhookStorm(seed: number): WebhookFaultRule[] {
  const random = randomOf(seed, 'storm of webhooks');
  return webhookFaultKinds.map((kind) => ({
    kind,
    probability: webhookShare,
    seed: random.whole(1, 1_000_000),
    ...(kind === 'late' && { delayMs: lateMs }),
  }));
}
