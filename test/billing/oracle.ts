/**
 * A second computation of quantities and charges, in exact fractions and without a line of the product: it reads the
 * events as they were sent, one after the other, and takes a price at its words.
 */
import { compare, plus, type Rational, rational, times } from '../domain/support/rational.ts';

export type SentEvent = {
  customerId: string;
  type: string;
  at: number;
  source: string;
  id: string;
  properties: Record<string, unknown>;
};

export type MeterWords = {
  eventType: string;
  aggregation: string;
  property?: string;
  filter?: Record<string, string[]>;
};

export type Counted = { quantity: Rational; eventCount: bigint; skippedCount: bigint };

const none: Rational = { n: 0n, d: 1n };

/** What a meter, narrowed by a filter, makes of the events with start <= at < end. */
export function countUsage(
  events: readonly SentEvent[],
  meter: MeterWords,
  filter: Record<string, string[]>,
  window: { customerId: string; start: number; end: number },
): Counted {
  const conditions = [...Object.entries(meter.filter ?? {}), ...Object.entries(filter)];
  const read = events.filter(
    (event) =>
      event.customerId === window.customerId &&
      event.type === meter.eventType &&
      event.at >= window.start &&
      event.at < window.end &&
      conditions.every(([name, values]) => values.includes(textOf(event.properties[name]) ?? '\0')),
  );
  const eventCount = BigInt(read.length);
  if (meter.aggregation === 'count') return { quantity: { n: eventCount, d: 1n }, eventCount, skippedCount: 0n };
  if (meter.aggregation === 'unique_count') {
    const texts = read.map((event) => textOf(event.properties[meter.property!])).filter((text) => text !== undefined);
    const quantity = { n: BigInt(new Set(texts).size), d: 1n };
    return { quantity, eventCount, skippedCount: BigInt(read.length - texts.length) };
  }
  const numbers = read.sort(inOrder).map((event) => numberOf(event.properties[meter.property!]));
  const present = numbers.filter((number) => number !== undefined);
  const quantity = {
    sum: () => present.reduce(plus, none),
    max: () => present.reduce((a, b) => (compare(a, b) < 0 ? b : a), present[0] ?? none),
    latest: () => present.at(-1) ?? none,
  }[meter.aggregation]!();
  return { quantity, eventCount, skippedCount: BigInt(read.length - present.length) };
}

/** By time; at the same instant by source and then by id. */
function inOrder(a: SentEvent, b: SentEvent): number {
  const [x, y] = [a, b].map((event) => [event.at, event.source, event.id]) as [unknown[], unknown[]];
  const first = x.findIndex((part, index) => part !== y[index]);
  return first < 0 ? 0 : (x[first] as string) < (y[first] as string) ? -1 : 1;
}

/** The text form that filters and unique counts go by; a property that is null says as little as one that is missing. */
function textOf(value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined;
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** A number, or a plain decimal in quotes of at most 25 digits before and 20 after its point. */
function numberOf(value: unknown): Rational | undefined {
  if (typeof value === 'number') return rational(String(value));
  if (typeof value !== 'string' || !/^-?[0-9]+(\.[0-9]+)?$/.test(value)) return undefined;
  const [whole = '', fraction = ''] = value.replace('-', '').split('.');
  return whole.length <= 25 && fraction.length <= 20 ? rational(value) : undefined;
}

type TierWords = { upTo: string | null; unitAmount?: string; flatAmount?: string };
export type PriceWords = {
  model: string;
  included?: string;
  unitAmount?: string;
  tiers?: TierWords[];
  packageSize?: string;
  packageAmount?: string;
  rounding?: string;
};

const minus = (a: Rational, b: Rational): Rational => plus(a, { n: -b.n, d: b.d });
const smaller = (a: Rational, b: Rational): Rational => (compare(a, b) < 0 ? a : b);

/** What a quantity costs, in major units and not rounded. Nothing that is charged costs nothing. */
export function chargeFor(price: PriceWords, quantity: Rational): Rational {
  const left = minus(quantity, rational(price.included ?? '0'));
  if (compare(left, none) <= 0) return none;
  switch (price.model) {
    case 'per_unit':
      return times(left, rational(price.unitAmount!));
    case 'package': {
      // left / size, up or down to a whole number.
      const size = rational(price.packageSize!);
      const [dividend, divisor] = [left.n * size.d, left.d * size.n];
      const packages = price.rounding === 'down' ? dividend / divisor : (dividend + divisor - 1n) / divisor;
      return times({ n: packages, d: 1n }, rational(price.packageAmount!));
    }
    case 'volume': {
      const tier = price.tiers!.find(({ upTo }) => upTo === null || compare(left, rational(upTo)) <= 0)!;
      return tierCharge(tier, left);
    }
    case 'graduated': {
      let [charge, from] = [none, none];
      for (const tier of price.tiers!) {
        if (compare(left, from) <= 0) break;
        const to = tier.upTo === null ? left : smaller(left, rational(tier.upTo));
        charge = plus(charge, tierCharge(tier, minus(to, from)));
        from = to;
      }
      return charge;
    }
    default:
      throw new Error(`no words for the model ${price.model}`);
  }
}

function tierCharge({ unitAmount, flatAmount }: TierWords, quantity: Rational): Rational {
  return plus(times(quantity, rational(unitAmount ?? '0')), rational(flatAmount ?? '0'));
}
