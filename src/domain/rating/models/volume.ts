import { falling, readTiers, readUnitTier, type UnitTier, unitTierStep } from '../tiers.ts';
import type { ModelRules } from './rules.ts';

/** All units at the price of the tier that the whole quantity falls in. */
export type Volume = { model: 'volume'; tiers: UnitTier[] };

export const volume: ModelRules<Volume> = {
  reads: 'quantity',
  fields: ['tiers'],
  read: (read, entries, field) => ({
    model: 'volume',
    tiers: readTiers(read, entries['tiers'], `${field}.tiers`, (tier, at) => readUnitTier(read, tier, at)),
  }),
  charge: ({ tiers }, { quantity, chargesZero }) => falling(tiers, quantity, chargesZero).map(unitTierStep),
};
