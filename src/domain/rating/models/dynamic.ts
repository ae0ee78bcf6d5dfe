import { decimalText, parseDecimal, zero } from '../../money/exact.ts';
import type { ModelRules } from './rules.ts';

/** Each event carries its own amount, in major units, in `amountProperty`; the sum is multiplied by `multiplier` (1). */
export type Dynamic = { model: 'dynamic'; amountProperty: string; multiplier?: string };

const why = 'The events say what is to be paid, not how many units.';

export const dynamic: ModelRules<Dynamic> = {
  reads: 'carried',
  fields: ['amountProperty', 'multiplier'],
  without: { included: why, convert: why },
  read: (read, entries, field) => ({
    model: 'dynamic',
    amountProperty: read.text(entries['amountProperty'], `${field}.amountProperty`),
    ...read.decimals(entries, field, ['multiplier']),
  }),
  charge: ({ multiplier }, { quantity, carried = zero }) => {
    if (quantity.equals(zero) && carried.equals(zero)) return [];
    const amount = multiplier === undefined ? carried : carried.mul(parseDecimal(multiplier));
    const told = { flatAmount: decimalText(carried), ...(multiplier !== undefined && { multiplier }) };
    return [{ kind: 'carried', quantity: decimalText(quantity), ...told, amount }];
  },
};
