import { parseCurrency } from '../../../src/domain/money/currency.ts';
import { parseDecimal } from '../../../src/domain/money/exact.ts';
import type { TaxRate, TaxTerms } from '../../../src/domain/tax/compute-taxes.ts';

export const usd = parseCurrency('USD');
export const taxable: TaxTerms = { rounding: 'invoice', status: 'taxable', reason: null };
export const byLine: TaxTerms = { ...taxable, rounding: 'line' };

export function rate(key: string, percentage: string, options: { inclusive?: true; compound?: true } = {}): TaxRate {
  const { inclusive = false, compound = false } = options;
  const exact = parseDecimal(percentage);
  return {
    key,
    name: key.toUpperCase(),
    percentage: exact,
    isInclusive: inclusive,
    isCompound: compound,
    country: null,
  };
}
