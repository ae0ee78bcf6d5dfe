import { type Exact, sumOf, zero } from '../money/exact.ts';
import { offsetsBetween } from '../period/offsets.ts';
import { aggregate, type Weights } from './measure/aggregate.ts';
import { type Item, itemsOf, type UsageEvent } from './measure/item.ts';
import { compareLists } from './measure/property.ts';
import { type ReadAs, type Reading, readingOf } from './measure/reading.ts';
import { hasLevels, levelsOf, type SpanRule, spansOf } from './measure/spans.ts';
import { foldWindows, windowOf } from './measure/windows.ts';
import type { Meter } from './meter.ts';
import type { Price } from './price.ts';
import { tallyTransactions } from './transactions.ts';
import type { Measured, Usage } from './usage.ts';

export type { UsageEvent };

/** What is measured, [startAt, endAt), and the cycle that it is a part of. */
export type MeasuredWindow = { startAt: Date; endAt: Date; cycleStartAt: Date; cycleEndAt: Date };

export type MeasureContext = {
  /** The customer's, whose hours and days are meant. */
  zone: string;
} & SpanRule;

/**
 * What a price measures of a window, one for each of its groups that has something, in the order of their values (by code
 * points). The rules:
 * - An event that lacks what the meter or the model reads is left out and counted as skipped.
 * - A group, or a cell, without an event in the window is told only if it carries on something other than zero.
 * - A unique count with an `operationProperty` counts what is there at the end: the last event of each value says so, as
 *   in Lago. An event without the property adds; one with another word than add or remove is skipped.
 * - What a model reads beside the quantity (transactions, carried amounts) is of the window alone, whatever carries on.
 * - Spans of a meter whose value does not stand over time are one span with the quantity.
 *
 * @param events in any order, of any type and time: what the meter does not read is left out. For one that carries on all
 *   events before the window belong to them
 */
export function measure(
  price: Price,
  meter: Meter,
  events: readonly UsageEvent[],
  window: MeasuredWindow,
  context: MeasureContext,
): Measured[] {
  const reading = readingOf(price);
  return reading === undefined ? [] : measureReading(reading, meter, events, window, context);
}

/** The same of a price's reading. */
export function measureReading(
  reading: Reading,
  meter: Meter,
  events: readonly UsageEvent[],
  window: MeasuredWindow,
  context: MeasureContext,
): Measured[] {
  const { groupBy, as = { reads: 'quantity' } } = reading;
  const quantityOf = quantitiesOf(meter, window, context);
  const items = itemsOf(events, meter, reading, window);
  const measured = groupsOf(items, ({ group }) => group)
    .map(({ values, items: ofGroup }) => ({
      usage: usageOf(as, meter, ofGroup, window, context, quantityOf),
      ...(groupBy !== undefined && { group: values }),
      ...countsOf(ofGroup),
    }))
    .filter(isTold);
  return measured.length > 0 ? measured : withoutUse(reading, window, context);
}

/** A period without use: spans are there all the same, so that a price can say what no seat pays. */
export function withoutUse({ groupBy, as }: Reading, window: MeasuredWindow, context: MeasureContext): Measured[] {
  if (as?.reads !== 'spans' || groupBy !== undefined) return [];
  return [{ usage: { quantity: zero, spans: spansOf([], window, context) }, eventCount: 0n, skippedCount: 0n }];
}

/** A group that only carries on zero has come to its end. */
export function isTold({ eventCount, usage }: Measured): boolean {
  return eventCount > 0n || !usage.quantity.equals(zero);
}

type QuantityOf = (items: readonly Item[]) => Exact;

function quantitiesOf(meter: Meter, window: MeasuredWindow, { zone }: MeasureContext): QuantityOf {
  const { startAt, endAt, cycleStartAt, cycleEndAt } = window;
  const cycleMs = cycleEndAt.getTime() - cycleStartAt.getTime();
  const weights: Weights = { startMs: startAt.getTime(), endMs: endAt.getTime(), cycleMs };
  const { window: length, over } = meter;
  const offsets = length === undefined ? [] : offsetsBetween(startAt, endAt, zone);
  return (items) => {
    const measured = items.filter(({ isMeasured }) => isMeasured);
    if (measured.length === 0) return zero;
    if (length === undefined || over === undefined) return aggregate(meter, measured, weights);
    const windows = groupsOf(measured, ({ atMs }) => [windowOf(atMs, length, offsets)]);
    return foldWindows(
      windows.map((one) => aggregate(meter, one.items, weights)),
      over,
    );
  };
}

function usageOf(
  as: ReadAs,
  meter: Meter,
  items: readonly Item[],
  window: MeasuredWindow,
  context: MeasureContext,
  quantityOf: QuantityOf,
): Usage {
  const quantity = quantityOf(items);
  const within = items.filter(({ isIn, isMeasured }) => isIn && isMeasured);
  if (as.reads === 'carried') return { quantity, carried: sumOf(within.map(({ amount }) => amount)) };
  if (as.reads === 'transactions') {
    const { add, totals } = tallyTransactions(as.terms);
    for (const { value } of within) add(value);
    return { quantity, transactions: totals };
  }
  if (as.reads === 'cells') {
    const cells = groupsOf(items, ({ cell }) => cell)
      .map((one) => ({ values: one.values, quantity: quantityOf(one.items), ...countsOf(one.items) }))
      .filter((cell) => isTold({ usage: cell, eventCount: cell.eventCount, skippedCount: 0n }))
      .map(({ values, quantity: ofCell }) => ({ values, quantity: ofCell }));
    return { quantity, cells };
  }
  if (as.reads === 'spans') {
    const measured = items.filter(({ isMeasured }) => isMeasured);
    const levels = hasLevels(meter) ? levelsOf(meter, measured) : [{ at: window.startAt, value: quantity }];
    return { quantity, spans: spansOf(levels, window, context) };
  }
  return { quantity };
}

function countsOf(items: readonly Item[]): { eventCount: bigint; skippedCount: bigint } {
  const within = items.filter(({ isIn }) => isIn);
  const skipped = within.filter(({ isMeasured }) => !isMeasured);
  return { eventCount: BigInt(within.length), skippedCount: BigInt(skipped.length) };
}

function groupsOf(
  items: readonly Item[],
  of: (item: Item) => readonly string[],
): { values: readonly string[]; items: Item[] }[] {
  const groups = new Map<string, { values: readonly string[]; items: Item[] }>();
  for (const item of items) {
    const values = of(item);
    const name = JSON.stringify(values);
    const group = groups.get(name);
    if (group === undefined) groups.set(name, { values, items: [item] });
    else group.items.push(item);
  }
  return [...groups.values()].sort((a, b) => compareLists(a.values, b.values));
}
