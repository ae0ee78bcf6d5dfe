import { decimalText, exactOf, parseDecimal, zero } from '../../money/exact.ts';
import { packagesOf } from '../packages.ts';
import type { ModelRules } from './rules.ts';

/** Units sold in packages; a started one counts whole with `up` (the default), not at all with `down`. */
export type Package = { model: 'package'; packageSize: string; packageAmount: string; rounding?: 'up' | 'down' };

export const packages: ModelRules<Package> = {
  reads: 'quantity',
  fields: ['packageSize', 'packageAmount', 'rounding'],
  read: (read, entries, field) => ({
    model: 'package',
    packageSize: read.decimal(entries['packageSize'], `${field}.packageSize`, { above: true }),
    packageAmount: read.decimal(entries['packageAmount'], `${field}.packageAmount`),
    ...(entries['rounding'] !== undefined && {
      rounding: read.oneOf(entries['rounding'], `${field}.rounding`, ['up', 'down']),
    }),
  }),
  charge: ({ packageSize, packageAmount, rounding }, { quantity }) => {
    if (quantity.equals(zero)) return [];
    const count = packagesOf(quantity, packageSize, rounding ?? 'up');
    const amount = exactOf(count).mul(parseDecimal(packageAmount));
    const told = { packages: String(count), packageSize, packageAmount };
    return [{ kind: 'package', quantity: decimalText(quantity), ...told, amount }];
  },
};
