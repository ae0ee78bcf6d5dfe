import { readTiers, readUnitTier, shared, type UnitTier, unitTierStep } from '../tiers.ts';
import type { ModelRules } from './rules.ts';

/** Each tier's own units at that tier's price. */
export type Graduated = { model: 'graduated'; tiers: UnitTier[] };

export const graduated: ModelRules<Graduated> = {
  reads: 'quantity',
  fields: ['tiers'],
  read: (read, entries, field) => ({
    model: 'graduated',
    tiers: readTiers(read, entries['tiers'], `${field}.tiers`, (tier, at) => readUnitTier(read, tier, at)),
  }),
  charge: ({ tiers }, { quantity, chargesZero }) => shared(tiers, quantity, chargesZero).map(unitTierStep),
};
