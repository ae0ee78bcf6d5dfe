import type { Currency } from '../domain/money/currency.ts';
import { priceIn } from '../domain/rating/price.ts';
import type { PlanVersion } from '../store/plans.ts';

/**
 * The version as somebody pays it in `currency`: each price with its amounts there, and so with the allowances, bounds
 * and properties by which its usage is read there. Where the plan has none in it the version is as it is, in its own
 * currency, which a check holds against the invoice's.
 */
export function versionIn(version: PlanVersion, currency: string): PlanVersion {
  const other = version.terms.currencies?.find((one): one is Currency => one === currency);
  if (other === undefined) return version;
  const prices = version.prices.map((priced) => ({
    ...priced,
    price: priceIn(priced.price, other, version.currency, `prices.${priced.price.key}`),
  }));
  return { ...version, currency: other, prices };
}
