import { decimalText, parseDecimal } from '../../money/exact.ts';
import { falling, readStepTier, readTiers, type StepTier } from '../tiers.ts';
import type { ModelRules } from './rules.ts';

/** One amount for the whole quantity: that of the tier which it falls in. */
export type Stairstep = { model: 'stairstep'; tiers: StepTier[] };

export const stairstep: ModelRules<Stairstep> = {
  reads: 'quantity',
  fields: ['tiers'],
  read: (read, entries, field) => ({
    model: 'stairstep',
    tiers: readTiers(
      read,
      entries['tiers'],
      `${field}.tiers`,
      (tier, at) => readStepTier(read, tier, at),
      'flatAmount "0"',
    ),
  }),
  charge: ({ tiers }, { quantity, chargesZero }) =>
    falling(tiers, quantity, chargesZero).map(({ tier: { upTo, flatAmount }, from }) => ({
      kind: 'step',
      from: decimalText(from),
      upTo,
      quantity: decimalText(quantity),
      flatAmount,
      amount: parseDecimal(flatAmount),
    })),
};
