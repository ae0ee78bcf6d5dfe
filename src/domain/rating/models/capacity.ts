import { decimalText, parseDecimal, zero } from '../../money/exact.ts';
import { type ExactStep, prorated } from '../step.ts';
import type { ModelRules } from './rules.ts';

/** A capacity that is paid whether it is used or not, and a price for each unit above it. */
export type Capacity = { model: 'capacity'; amount: string; capacity: string; overageUnitAmount: string };

export const capacity: ModelRules<Capacity> = {
  reads: 'quantity',
  fields: ['amount', 'capacity', 'overageUnitAmount'],
  without: {
    included: 'The capacity is what is included.',
    zeroUsage: 'A capacity is due with and without use.',
  },
  read: (read, entries, field) => ({
    model: 'capacity',
    amount: read.decimal(entries['amount'], `${field}.amount`),
    capacity: read.decimal(entries['capacity'], `${field}.capacity`),
    overageUnitAmount: read.decimal(entries['overageUnitAmount'], `${field}.overageUnitAmount`),
  }),
  charge: ({ amount, capacity: bought, overageUnitAmount }, { quantity, share }) => {
    const step = { kind: 'flat', quantity: bought, flatAmount: amount } as const;
    const steps: ExactStep[] = [prorated({ ...step, amount: parseDecimal(amount) }, share)];
    const over = quantity.sub(parseDecimal(bought));
    if (over.gt(zero)) {
      const charged = over.mul(parseDecimal(overageUnitAmount));
      steps.push({
        kind: 'overage',
        quantity: decimalText(over),
        unitAmount: overageUnitAmount,
        amount: charged,
      });
    }
    return steps;
  },
};
