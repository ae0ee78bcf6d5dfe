import assert from 'node:assert/strict';
import fc from 'fast-check';
import { parseCurrency } from '../../../src/domain/money/currency.ts';
import { parseDecimal } from '../../../src/domain/money/exact.ts';
import { type Price, parsePrice } from '../../../src/domain/rating/price.ts';
import { type Rated, rate } from '../../../src/domain/rating/rate.ts';
import { tallyTransactions } from '../../../src/domain/rating/transactions.ts';
import type { Usage } from '../../../src/domain/rating/usage.ts';
import { decimalArbitrary } from './properties.ts';
import { plus, type Rational, rational, times } from './rational.ts';

export const usd = parseCurrency('USD');

/** A checked price from its particulars; key and name do not matter to the arithmetic. */
export function priced(particulars: Record<string, unknown>): Price {
  return parsePrice({ key: 'price', name: 'Price', ...particulars }, 'price');
}

/** The use of a meter that measured so much, as most models read it. */
export function used(quantity: string): Usage {
  return { quantity: parseDecimal(quantity) };
}

/** Transactions one after the other, tallied by the terms of the price, with the sum of their amounts. */
export function transacted(price: Price, amounts: readonly string[]): Usage {
  if (price.model !== 'percentage') throw new TypeError('Only a percentage reads transactions.');
  const tally = tallyTransactions(price);
  for (const amount of amounts) tally.add(parseDecimal(amount));
  return { quantity: tally.totals.sum, transactions: tally.totals };
}

export function rated(particulars: Record<string, unknown>, quantity: string): Rated {
  return rate(priced(particulars), used(quantity), usd);
}

/** Asserts the exact amount of a price for each of several quantities. */
export function holds(price: Record<string, unknown>, amounts: [quantity: string | number, exactAmount: string][]) {
  for (const [quantity, exactAmount] of amounts) {
    assert.equal(rated(price, String(quantity)).exactAmount, exactAmount, `${JSON.stringify(price)} of ${quantity}`);
  }
}

/** Tiers by bound, unit and flat amount, with '' for none. */
export const tiersOf = (...tiers: [upTo: string | null, unitAmount: string, flatAmount?: string][]): TierText[] =>
  tiers.map(([upTo, unitAmount, flatAmount = '']) => ({
    upTo,
    ...(unitAmount !== '' && { unitAmount }),
    ...(flatAmount !== '' && { flatAmount }),
  }));

export const amountText = decimalArbitrary({ integer: 3, fraction: 6 });
/** Up to 400 with up to three decimals; whole ones often, since those meet tiers' bounds. */
export const quantityText = fc.oneof(
  fc.integer({ min: 0, max: 400 }).map(String),
  fc
    .integer({ min: 0, max: 400_000 })
    .map((thousandths) => `${Math.trunc(thousandths / 1000)}.${String(thousandths % 1000).padStart(3, '0')}`),
);

export type TierText = { upTo: string | null; unitAmount?: string; flatAmount?: string };

/** Up to five tiers with whole bounds from 1 to 400. */
export const tiersArbitrary: fc.Arbitrary<TierText[]> = fc
  .uniqueArray(fc.integer({ min: 1, max: 400 }), { maxLength: 4 })
  .map((bounds) => [...bounds.toSorted((a, b) => a - b).map(String), null])
  .chain((bounds) =>
    fc.tuple(
      ...bounds.map((upTo) =>
        fc.oneof(
          amountText.map((unitAmount): TierText => ({ upTo, unitAmount })),
          amountText.map((flatAmount): TierText => ({ upTo, flatAmount })),
          fc
            .tuple(amountText, amountText)
            .map(([unitAmount, flatAmount]): TierText => ({ upTo, unitAmount, flatAmount })),
        ),
      ),
    ),
  );

export const rounding = fc.constantFrom('up', 'down', undefined);

/** Any usage price whose charge cannot fall when the quantity rises. */
export const risingPrice: fc.Arbitrary<Price> = fc
  .tuple(
    fc.oneof(
      amountText.map((unitAmount) => ({ model: 'per_unit', unitAmount })),
      tiersArbitrary.map((tiers) => ({ model: 'graduated', tiers })),
      fc.tuple(fc.integer({ min: 1, max: 500 }), amountText, rounding).map(([size, packageAmount, way]) => ({
        model: 'package',
        packageSize: String(size),
        packageAmount,
        ...(way && { rounding: way }),
      })),
    ),
    fc.option(quantityText, { nil: undefined }),
  )
  .map(([model, included]) => priced({ ...model, ...(included !== undefined && { included }) }));

/**
 * A second computation of a graduated charge for a whole quantity: one unit after the other, each at the price of the
 * first tier that still holds it, and a tier's flat amount with the first unit that falls in it.
 */
export function graduatedUnitByUnit(tiers: TierText[], quantity: number): Rational {
  let charge: Rational = { n: 0n, d: 1n };
  const entered = new Set<TierText>();
  for (let unit = 1; unit <= quantity; unit++) {
    const tier = tiers.find(({ upTo }) => upTo === null || unit <= Number(upTo))!;
    charge = plus(charge, rational(tier.unitAmount ?? '0'));
    if (!entered.has(tier)) charge = plus(charge, rational(tier.flatAmount ?? '0'));
    entered.add(tier);
  }
  return charge;
}

/** A second computation of a volume charge: the last tier whose bound before it lies below the quantity. */
export function volumeByTier(tiers: TierText[], quantity: string): Rational {
  if (rational(quantity).n === 0n) return { n: 0n, d: 1n };
  const below = tiers.filter(({ upTo }) => upTo !== null && rational(quantity).n > BigInt(upTo) * rational(quantity).d);
  const tier = tiers[below.length]!;
  return plus(times(rational(tier.unitAmount ?? '0'), rational(quantity)), rational(tier.flatAmount ?? '0'));
}
