import { decimalText } from '../../money/exact.ts';
import { decimalOrZero } from '../reader.ts';
import { type RateTier, readRateTier, readTiers, shared } from '../tiers.ts';
import { percentOf } from '../transactions.ts';
import type { ModelRules } from './rules.ts';

/** A percentage of an amount, tier by tier: each tier's own part of the amount at that tier's rate. */
export type GraduatedPercentage = { model: 'graduated_percentage'; tiers: RateTier[] };

export const graduatedPercentage: ModelRules<GraduatedPercentage> = {
  reads: 'quantity',
  fields: ['tiers'],
  without: { convert: 'A percentage is of money, which is not converted.' },
  read: (read, entries, field) => ({
    model: 'graduated_percentage',
    tiers: readTiers(read, entries['tiers'], `${field}.tiers`, (tier, at) => readRateTier(read, tier, at), 'rate "0"'),
  }),
  charge: ({ tiers }, { quantity, chargesZero }) =>
    shared(tiers, quantity, chargesZero).map(({ tier: { upTo, rate, flatAmount }, from, quantity: within }) => ({
      kind: 'tier',
      from: decimalText(from),
      upTo,
      quantity: decimalText(within),
      ...(rate !== undefined && { rate }),
      ...(flatAmount !== undefined && { flatAmount }),
      amount: percentOf(within, rate ?? '0').add(decimalOrZero(flatAmount)),
    })),
};
