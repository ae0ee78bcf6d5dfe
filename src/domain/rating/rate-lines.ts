import { DurabillError, isDurabillError } from '../../errors/error.ts';
import type { Currency } from '../money/currency.ts';
import { decimalText, type Exact, one, parseDecimal, sumOf } from '../money/exact.ts';
import { exactMajor, round } from '../money/money.ts';
import { type Bounds, boundSteps } from './bounds.ts';
import { exactOfNumeral } from './measure/property.ts';
import type { Price } from './price.ts';
import { noUse, type Rated, rate } from './rate.ts';
import { writtenStep } from './step.ts';
import type { Measured } from './usage.ts';

/** A line of a bill before it has a place there. `price` is none for what brings the period's sum to its bounds. */
export type RatedLine = Rated & {
  price?: Price;
  key: string;
  description: string;
  group?: readonly string[];
  eventCount: bigint;
  skippedCount: bigint;
};

export type PriceToRate = {
  price: Price;
  measured: readonly Measured[];
  /** Of this price alone, where it is not the period's. */
  share?: Exact;
  /** Gives back what it would charge: time that was paid and is not used. */
  isCredit?: boolean;
  /** The most that a credit gives back, in major units and not shared: what was paid, without what was credited before. */
  creditLimit?: string;
  /** Its path as whoever sent it wrote it, for refusals; nothing for a stored price. */
  field?: string;
};

/**
 * All lines of one period of one plan: each price's own, in their order, each at zero too, and one more where the sum is
 * of what is charged, without credits, is
 * brought to the period's bounds.
 * @param measured what each price reads; nothing for one without use, or for a flat price
 * @param share the part of the cycle that the period covers
 * @throws DurabillError quantity-negative, amount-out-of-range (of lines and of steps too: see `maxLines`)
 */
export function rateLines(
  prices: readonly PriceToRate[],
  currency: Currency,
  share: Exact = one,
  bounds: Bounds = {},
): RatedLine[] {
  const size = { lines: 0, steps: 0 };
  const ofPrices = prices.map((price) => linesOf(price, currency, share, size));
  // What is given back is of another bill: a minimum would take it away again, and a maximum would let it pay for use.
  const charged = ofPrices.filter((_, index) => prices[index]?.isCredit !== true).flat();
  return [...ofPrices.flat(), ...boundLines(charged, currency, share, bounds)];
}

/** Above these nobody reads it any more, and a group or a seat for every event would take all memory there is. */
export const maxLines = 10_000;
export const maxSteps = 100_000;

type Size = { lines: number; steps: number };

/** Counts a line before the next one is worked out. */
function grow(size: Size, { working }: Rated, field: string | undefined): void {
  size.lines += 1;
  size.steps += working.length;
  if (size.lines <= maxLines && size.steps <= maxSteps) return;
  const most = size.lines > maxLines ? `${maxLines} lines` : `${maxSteps} steps of working`;
  throw new DurabillError('amount-out-of-range', { ...(field && { field }), reason: `There are more than ${most}.` });
}

const nothingMeasured: Measured = { usage: noUse, eventCount: 0n, skippedCount: 0n };

function linesOf(
  { price, measured, share, isCredit = false, creditLimit, field }: PriceToRate,
  currency: Currency,
  whole: Exact,
  size: Size,
): RatedLine[] {
  const all = measured.length === 0 ? [nothingMeasured] : measured;
  return all.map(({ usage, group, eventCount, skippedCount }) => {
    const rated = named(field, () => rate(price, usage, currency, share ?? whole));
    grow(size, rated, field);
    return {
      ...(isCredit ? credited(limited(rated, creditLimit, currency)) : rated),
      price,
      key: price.key,
      description: group === undefined ? price.name : `${price.name} (${group.join(', ')})`,
      ...(group !== undefined && { group }),
      eventCount,
      skippedCount,
    };
  });
}

/** What a rated price refuses is at the price's own place, where it has one. */
function named(field: string | undefined, work: () => Rated): Rated {
  try {
    return work();
  } catch (error) {
    if (field === undefined || !isDurabillError(error) || error.field !== undefined) throw error;
    const { code, message: reason, mend, cause } = error;
    throw new DurabillError(code, { field, reason, mend, cause });
  }
}

/** Brought to what may be given back at the most. */
function limited(rated: Rated, limit: string | undefined, currency: Currency): Rated {
  const exact = exactOfNumeral(rated.exactAmount);
  if (limit === undefined || exact.lte(parseDecimal(limit))) return rated;
  const most = parseDecimal(limit);
  const step = writtenStep({ kind: 'cap', bound: limit, amount: most.sub(exact) });
  return {
    ...rated,
    exactAmount: decimalText(most),
    amountMinor: round(most, currency),
    working: [...rated.working, step],
  };
}

/** The same with every amount below zero. */
function credited(rated: Rated): Rated {
  // What was computed may have more digits than what is sent may have.
  const minus = (amount: string) => decimalText(exactOfNumeral(amount).neg());
  return {
    ...rated,
    exactAmount: minus(rated.exactAmount),
    amountMinor: -rated.amountMinor,
    working: rated.working.map((step) => ({ ...step, amount: minus(step.amount) })),
  };
}

const boundLine = {
  floor: { key: 'minimum', description: 'Minimum commitment' },
  cap: { key: 'maximum', description: 'Maximum for the period' },
  overage: { key: 'overage', description: 'Use above the commitment' },
} as const;

/** The sum is that of the rounded lines, since it is what the customer adds up. */
function boundLines(lines: readonly RatedLine[], currency: Currency, share: Exact, bounds: Bounds): RatedLine[] {
  const sum = sumOf(lines.map(({ amountMinor }) => exactMajor({ amountMinor, currency })));
  return boundSteps(sum, bounds, share).map((step) => ({
    ...boundLine[step.kind as keyof typeof boundLine],
    quantity: '1',
    billableQuantity: '1',
    exactAmount: decimalText(step.amount),
    amountMinor: round(step.amount, currency),
    working: [writtenStep({ ...step, flatAmount: decimalText(sum) })],
    eventCount: 0n,
    skippedCount: 0n,
  }));
}
