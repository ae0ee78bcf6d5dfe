import { DurabillError } from '../../errors/error.ts';

/** From when the days of a step are counted: the day by which it was to be paid, or that of the first failed payment. */
export const anchors = ['due', 'failure'] as const;
/** What a step does. `mark_uncollectible` is the end: nothing comes after it. */
export const actions = ['remind', 'final_notice', 'retry', 'notify_operator', 'mark_uncollectible'] as const;

export type Anchor = (typeof anchors)[number];
export type Action = (typeof actions)[number];

export type PolicyStep = { days: number; after: Anchor; action: Action };
export type Policy = { key: string; steps: PolicyStep[] };

/** What a customer is given as its policy who is never to be followed up. */
export const noPolicy = 'none';
/** Whose policy everybody has that has no other. */
export const defaultPolicy = 'default';

export const policyLimits = { steps: 20, days: 365, policies: 50 };

/**
 * Reads a policy and refuses what could not be carried out in order.
 * @throws DurabillError dunning-policy-invalid
 */
export function parsePolicy(key: string, steps: readonly PolicyStep[]): Policy {
  const refuse = (field: string, reason: string) => {
    throw new DurabillError('dunning-policy-invalid', { field: `policies.${key}.${field}`, reason });
  };
  if (!/^[a-z0-9][a-z0-9-]{0,39}$/.test(key) || key === noPolicy) {
    refuse(
      'key',
      `A key is 1 to 40 of a to z, 0 to 9 and "-", and not "${noPolicy}"; this one is "${key.slice(0, 40)}".`,
    );
  }
  if (steps.length < 1 || steps.length > policyLimits.steps) {
    refuse('steps', `A policy has 1 to ${policyLimits.steps} steps; this one has ${steps.length}.`);
  }
  const last = new Map<Anchor, number>();
  for (const [index, { days, after, action }] of steps.entries()) {
    const before = last.get(after) ?? 0;
    if (days < before) refuse(`steps[${index}].days`, `It comes after one of ${before} days, so it cannot be ${days}.`);
    if (action === 'mark_uncollectible' && index !== steps.length - 1) {
      refuse(`steps[${index}].action`, 'What is given up is not followed up any more: it has to be the last step.');
    }
    last.set(after, days);
  }
  return { key, steps: steps.map(({ days, after, action }) => ({ days, after, action })) };
}
