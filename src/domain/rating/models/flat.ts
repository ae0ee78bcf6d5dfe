import { exactOf, parseDecimal } from '../../money/exact.ts';
import { prorated } from '../step.ts';
import type { ModelRules } from './rules.ts';

/**
 * A fixed amount a cycle, in major units, times `units` (one unless said otherwise); `advance` bills a cycle when it
 * begins, `arrears` when it is over.
 */
export type Flat = { model: 'flat'; amount: string; units?: string; timing?: (typeof timings)[number] };

export const timings = ['arrears', 'advance'] as const;

export const flat: ModelRules<Flat> = {
  reads: 'nothing',
  fields: ['amount', 'units', 'timing'],
  without: {
    meter: 'A flat price charges without use.',
    filter: 'A flat price reads no events.',
    groupBy: 'A flat price reads no events.',
    included: 'A flat price has no units to include.',
    convert: 'A flat price has no quantity to convert.',
    zeroUsage: 'A flat price is due with and without use.',
    belowZero: 'A flat price has no quantity.',
  },
  read: (read, entries, field) => ({
    model: 'flat',
    amount: read.decimal(entries['amount'], `${field}.amount`),
    ...read.decimals(entries, field, ['units']),
    ...(entries['timing'] !== undefined && { timing: read.oneOf(entries['timing'], `${field}.timing`, timings) }),
  }),
  charge: ({ amount, units }, { share }) => {
    const count = units === undefined ? exactOf(1n) : parseDecimal(units);
    const step = { kind: 'flat', quantity: units ?? '1', flatAmount: amount } as const;
    return [prorated({ ...step, amount: parseDecimal(amount).mul(count) }, share)];
  },
};
