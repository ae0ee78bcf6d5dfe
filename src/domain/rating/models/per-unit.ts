import { decimalText, parseDecimal, zero } from '../../money/exact.ts';
import type { ModelRules } from './rules.ts';

/** Every unit at one price. */
export type PerUnit = { model: 'per_unit'; unitAmount: string };

export const perUnit: ModelRules<PerUnit> = {
  reads: 'quantity',
  fields: ['unitAmount'],
  read: (read, entries, field) => ({
    model: 'per_unit',
    unitAmount: read.decimal(entries['unitAmount'], `${field}.unitAmount`),
  }),
  charge: ({ unitAmount }, { quantity }) => {
    if (quantity.equals(zero)) return [];
    const amount = quantity.mul(parseDecimal(unitAmount));
    return [{ kind: 'units', quantity: decimalText(quantity), unitAmount, amount }];
  },
};
