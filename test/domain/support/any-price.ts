import fc from 'fast-check';
import { exactOf, parseDecimal, ratio, sumOf, zero } from '../../../src/domain/money/exact.ts';
import type { Price } from '../../../src/domain/rating/price.ts';
import type { Usage } from '../../../src/domain/rating/usage.ts';
import { amountText, quantityText, transacted } from './prices.ts';
import type { Rational } from './rational.ts';
import type { WrittenPrice, WrittenTier, WrittenUse } from './written.ts';

/** Any of these fields, each there or not. */
const some = <T extends object>(fields: { [K in keyof T]: fc.Arbitrary<T[K]> }) =>
  fc.record(fields, { requiredKeys: [] }) as fc.Arbitrary<Partial<T>>;

/** 0 to 400, with up to three decimals and above zero where that is asked for. */
const thousandths = (least: number) =>
  fc
    .integer({ min: least, max: 400_000 })
    .map((value) => `${Math.trunc(value / 1000)}.${String(value % 1000).padStart(3, '0')}`);
const sizeText = fc.oneof(fc.integer({ min: 1, max: 50 }).map(String), thousandths(1));
const wholeText = fc.integer({ min: 0, max: 5 }).map(String);

/** One to five tiers of this kind with rising bounds, whole ones often. */
const tiersOf = (tier: fc.Arbitrary<object>): fc.Arbitrary<WrittenTier[]> =>
  fc
    .uniqueArray(fc.oneof(fc.integer({ min: 1, max: 400 }).map(String), thousandths(1)), {
      maxLength: 4,
      selector: Number,
    })
    .chain((bounds) => {
      const rising: (string | null)[] = [...bounds.toSorted((a, b) => Number(a) - Number(b)), null];
      return fc.tuple(...rising.map((upTo) => tier.map((terms): WrittenTier => ({ ...terms, upTo }))));
    });

const plainTier = fc.oneof(
  fc.record({ unitAmount: amountText }),
  fc.record({ flatAmount: amountText }),
  fc.record({ unitAmount: amountText, flatAmount: amountText }),
);
const packageTier = fc.record(
  { packageSize: sizeText, packageAmount: amountText, flatAmount: amountText },
  { requiredKeys: ['packageSize', 'packageAmount'] },
);
const cappedTier = fc.tuple(fc.oneof(plainTier, packageTier), amountText).map(([tier, maximumAmount]) => ({
  ...tier,
  maximumAmount,
}));
export const unitTiers = tiersOf(fc.oneof({ arbitrary: plainTier, weight: 4 }, packageTier, cappedTier));
const rateTiers = tiersOf(
  fc.oneof(fc.record({ rate: amountText }), fc.record({ rate: amountText, flatAmount: amountText })),
);
const stepTiers = tiersOf(fc.record({ flatAmount: amountText }));

const convert = fc.oneof(
  fc.record({ divideBy: sizeText, rounding: fc.constant('none' as const) }),
  fc.record(
    {
      divideBy: sizeText,
      rounding: fc.constantFrom('up' as const, 'down' as const, 'half_up' as const),
      decimals: fc.integer({ min: -2, max: 4 }),
    },
    { requiredKeys: ['divideBy', 'rounding'] },
  ),
);

/** Bounds whose maximum is never below the minimum. */
const bounds = fc
  .record({
    least: fc.integer({ min: 0, max: 300_000 }),
    more: fc.integer({ min: 0, max: 300_000 }),
    kind: fc.constantFrom('none', 'none', 'minimum', 'maximum', 'both', 'commitment'),
    terms: some({ overageFactor: amountText, trueUp: fc.boolean() }),
    isCapped: fc.boolean(),
  })
  .map(({ least, more, kind, terms, isCapped }): Partial<WrittenPrice> => {
    const text = (milli: number) => `${Math.trunc(milli / 1000)}.${String(milli % 1000).padStart(3, '0')}`;
    if (kind === 'commitment') {
      return { commitment: { amount: text(least), ...terms }, ...(isCapped && { maximumAmount: text(least + more) }) };
    }
    return {
      ...((kind === 'minimum' || kind === 'both') && { minimumAmount: text(least) }),
      ...((kind === 'maximum' || kind === 'both') && { maximumAmount: text(least + more) }),
    };
  });

const zeroUsage = fc.constantFrom('free' as const, 'charged' as const);
const frames = {
  full: some({ included: quantityText, convert, zeroUsage, prorate: fc.boolean() }),
  noConversion: some({ included: quantityText, zeroUsage, prorate: fc.boolean() }),
  noIncluded: some({ convert, prorate: fc.boolean() }),
  bare: some({ prorate: fc.boolean() }),
};

const transactionTerms = fc
  .tuple(
    amountText,
    some({ fixedAmount: amountText, freeTransactions: wholeText, freeAmount: quantityText }),
    some({ low: fc.integer({ min: 0, max: 500 }), more: fc.integer({ min: 0, max: 500 }) }),
  )
  .map(([rate, terms, { low, more }]) => ({
    rate,
    ...terms,
    ...(low !== undefined && { transactionMinimum: String(low) }),
    ...(more !== undefined && { transactionMaximum: String((low ?? 0) + more) }),
  }));

const cellValues = fc.tuple(fc.constantFrom('a', 'b'), fc.constantFrom('x', 'y', 'a'));
const matrixTerms = fc.record({
  properties: fc.constant(['one', 'other']),
  cells: fc.uniqueArray(fc.record({ values: cellValues, unitAmount: amountText }), {
    minLength: 1,
    maxLength: 5,
    selector: ({ values }) => values.join(),
  }),
  otherwise: amountText,
});

const seatsTerms = fc.oneof(
  fc.record(
    { unitAmount: amountText, onDecrease: fc.constantFrom('prorated' as const, 'kept' as const) },
    { requiredKeys: ['unitAmount'] },
  ),
  fc.record(
    {
      tiers: unitTiers,
      tiering: fc.constantFrom('graduated' as const, 'volume' as const),
      onDecrease: fc.constantFrom('prorated' as const, 'kept' as const),
    },
    { requiredKeys: ['tiers'] },
  ),
);

const flatTerms = fc.record({ amount: amountText, units: quantityText }, { requiredKeys: ['amount'] });
const capacityTerms = fc.record({ amount: amountText, capacity: quantityText, overageUnitAmount: amountText });
const packageTerms = fc.record(
  { packageSize: sizeText, packageAmount: amountText, rounding: fc.constantFrom('up' as const, 'down' as const) },
  { requiredKeys: ['packageSize', 'packageAmount'] },
);
const dynamicTerms = fc.record(
  { amountProperty: fc.constant('cost'), multiplier: amountText },
  { requiredKeys: ['amountProperty'] },
);

const terms: Record<string, [own: fc.Arbitrary<object>, frame: fc.Arbitrary<object>]> = {
  flat: [flatTerms, frames.bare],
  per_unit: [fc.record({ unitAmount: amountText }), frames.full],
  graduated: [fc.record({ tiers: unitTiers }), frames.full],
  volume: [fc.record({ tiers: unitTiers }), frames.full],
  stairstep: [fc.record({ tiers: stepTiers }), frames.full],
  package: [packageTerms, frames.full],
  percentage: [transactionTerms, frames.bare],
  graduated_percentage: [fc.record({ tiers: rateTiers }), frames.noConversion],
  dynamic: [dynamicTerms, frames.bare],
  seats: [seatsTerms, frames.full],
  capacity: [capacityTerms, frames.noIncluded],
  matrix: [matrixTerms, frames.noIncluded],
};

export const everyModel = Object.keys(terms);

/** Any price of the model, with every option that it takes. */
export function anyPrice(model: string): fc.Arbitrary<WrittenPrice> {
  const [own, frame] = terms[model]!;
  return fc.tuple(own, frame, bounds).map((parts) => Object.assign({ model }, ...parts) as WrittenPrice);
}

/** A price of the model without what stands around it. */
export function plainPrice(model: string): fc.Arbitrary<WrittenPrice> {
  return terms[model]![0].map((own) => ({ model, ...own }) as WrittenPrice);
}

/** The whole cycle half of the time, or any part of it to the second. */
export const anyShare: fc.Arbitrary<Rational> = fc.oneof(
  fc.constant({ n: 1n, d: 1n }),
  fc.bigInt(1n, 2_678_400n).chain((d) => fc.bigInt(0n, d).map((n) => ({ n, d }))),
);

export const anyUse: fc.Arbitrary<Required<WrittenUse>> = fc.record({
  quantity: quantityText,
  transactions: fc.array(quantityText, { maxLength: 8 }),
  carried: quantityText,
  cells: fc.uniqueArray(fc.record({ values: cellValues, quantity: quantityText }), {
    maxLength: 5,
    selector: ({ values }) => values.join(),
  }),
  spans: fc
    .tuple(
      fc.array(fc.tuple(quantityText, fc.bigInt(1n, 30n)), { minLength: 1, maxLength: 5 }),
      // Days of the cycle that are outside of the period.
      fc.bigInt(0n, 30n),
    )
    .map(([changes, outside]) => {
      const days = changes.reduce((sum, [, length]) => sum + length, outside);
      return changes.map(([seats, length]) => ({ seats, share: { n: length, d: days } }));
    }),
});

/** The same use as the code under test reads it. */
export function usageOf(price: Price, use: Required<WrittenUse>): Usage | null {
  if (price.model === 'flat') return null;
  if (price.model === 'percentage') return transacted(price, use.transactions);
  if (price.model === 'dynamic') return { quantity: exactOf(1n), carried: parseDecimal(use.carried) };
  if (price.model === 'matrix') {
    const cells = use.cells.map(({ values, quantity }) => ({ values, quantity: parseDecimal(quantity) }));
    return { quantity: sumOf(cells.map(({ quantity }) => quantity)), cells };
  }
  if (price.model === 'seats') {
    const at = (index: number) => new Date(Date.UTC(2026, 0, 1 + index));
    const spans = use.spans.map(({ seats, share }, index) => ({
      startAt: at(index),
      endAt: at(index + 1),
      quantity: parseDecimal(seats),
      share: ratio(share.n, share.d),
    }));
    return { quantity: spans.at(-1)?.quantity ?? zero, spans };
  }
  return { quantity: parseDecimal(use.quantity) };
}
