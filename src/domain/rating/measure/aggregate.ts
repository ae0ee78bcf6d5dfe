import { type Exact, exactOf, least, most, parseDecimal, ratio, sumOf, zero } from '../../money/exact.ts';
import type { Meter } from '../meter.ts';
import type { Item } from './item.ts';

/** What is weighed over time is weighed within the window, and shared by the whole cycle. */
export type Weights = { startMs: number; endMs: number; cycleMs: number };

/** One quantity of what was measured, in the order of the events; there is at least one of them. */
export function aggregate(meter: Meter, items: readonly Item[], weights: Weights): Exact {
  const values = () => items.map(({ value }) => value);
  return {
    count: () => exactOf(BigInt(items.length)),
    sum: () => sumOf(values()),
    max: () => values().reduce(most),
    min: () => values().reduce(least),
    average: () => average(values()),
    latest: () => (items.at(-1) as Item).value,
    unique_count: () => exactOf(BigInt(present(items).size)),
    weighted_sum: () => weighted(items, weights),
    percentile: () => nearestRank(values(), meter.percentile as string),
  }[meter.aggregation]();
}

export function average(values: readonly Exact[]): Exact {
  return sumOf(values).div(exactOf(BigInt(values.length)));
}

/** The last thing that happened to a value says whether it is there: a second `add` adds nothing. */
function present(items: readonly Item[]): Set<string> {
  const texts = new Set<string>();
  for (const { text, isRemoved } of items) {
    if (isRemoved) texts.delete(text);
    else texts.add(text);
  }
  return texts;
}

/** Each change weighs as long as it stood within the window; what came before stood all the time. */
function weighted(items: readonly Item[], { startMs, endMs, cycleMs }: Weights): Exact {
  return sumOf(
    items.map(({ value, atMs }) => value.mul(ratio(BigInt(endMs - Math.max(atMs, startMs)), BigInt(cycleMs)))),
  );
}

/** Of n values in order the ceil(n × percentile / 100)th. */
function nearestRank(values: Exact[], percentile: string): Exact {
  const rank = exactOf(BigInt(values.length)).mul(parseDecimal(percentile)).div(exactOf(100n));
  const place = (rank.n + rank.d - 1n) / rank.d;
  return values.sort((a, b) => a.compare(b))[Number(place) - 1] ?? zero;
}
