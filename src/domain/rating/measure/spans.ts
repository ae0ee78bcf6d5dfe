import { type Exact, exactOf, one, zero } from '../../money/exact.ts';
import type { Meter } from '../meter.ts';
import type { Span } from '../usage.ts';
import type { Item } from './item.ts';

/** The value that stands from an instant on. */
export type Level = { at: Date; value: Exact };

/** Whether the meter's value stands over time: as the last event says it, or as changes add up to it. */
export function hasLevels({ aggregation, operationProperty }: Meter): boolean {
  return ['latest', 'sum', 'weighted_sum'].includes(aggregation) || operationProperty !== undefined;
}

/** The value after each of the events, which are in their order. */
export function levelsOf({ aggregation }: Meter, items: readonly Item[]): Level[] {
  const texts = new Set<string>();
  let value = zero;
  return items.map((item) => {
    if (aggregation === 'latest') value = item.value;
    else if (aggregation !== 'unique_count') value = value.add(item.value);
    else if (texts.has(item.text) === item.isRemoved) {
      value = value.add(item.isRemoved ? one.neg() : one);
      if (item.isRemoved) texts.delete(item.text);
      else texts.add(item.text);
    }
    return { at: new Date(item.atMs), value };
  });
}

/** How the spans of a period are counted, as its plan says. */
export type SpanRule = {
  /** The part of the cycle that a span is. */
  shareOf: (startAt: Date, endAt: Date) => Exact;
  /** What levels become before they are counted; nothing else where it is not there. */
  levelsOf?: (levels: readonly Level[]) => readonly Level[];
};

/**
 * The whole window in spans of one value each: none before the first level, and of several at one instant the last.
 * @param levels in the order of time, those of before the window too
 */
export function spansOf(
  levels: readonly Level[],
  { startAt, endAt }: { startAt: Date; endAt: Date },
  { shareOf, levelsOf = (same) => same }: SpanRule,
): Span[] {
  const spans: { startAt: Date; quantity: Exact }[] = [{ startAt, quantity: zero }];
  for (const { at, value } of levelsOf(
    levels.map((level) => (level.at < startAt ? { ...level, at: startAt } : level)),
  )) {
    if (at >= endAt) continue;
    const last = spans.at(-1) as { startAt: Date; quantity: Exact };
    if (at > last.startAt) spans.push({ startAt: at, quantity: value });
    else last.quantity = value;
  }
  const different = spans.filter(
    (span, index) => !span.quantity.equals(spans[index - 1]?.quantity ?? exactOf(-1n)) || index === 0,
  );
  return different.map((span, index) => {
    const end = different[index + 1]?.startAt ?? endAt;
    return { ...span, endAt: end, share: shareOf(span.startAt, end) };
  });
}
