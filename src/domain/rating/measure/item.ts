import { type Exact, one, zero } from '../../money/exact.ts';
import type { Filter } from '../filter.ts';
import type { Meter } from '../meter.ts';
import { compareTexts, type Properties, propertyNumber, propertyText } from './property.ts';
import { type Reading, readsNumbers } from './reading.ts';

/** A usage event. Those at one instant are in the order of their source, and then of their id. */
export type UsageEvent = { occurredAt: Date; source: string; id: string; type: string; properties: Properties };

/** An event as one meter and price read it. */
export type Item = {
  atMs: number;
  /** In the window, and not before it. */
  isIn: boolean;
  /** Values of the price's groups, and of the matrix's properties: empty texts where they are missing. */
  group: readonly string[];
  cell: readonly string[];
  /** Whether it has all that is measured; otherwise it is counted as skipped. */
  isMeasured: boolean;
  /** The meter's number; 1 for a meter that reads none. */
  value: Exact;
  /** What a unique count counts. */
  text: string;
  isRemoved: boolean;
  /** Major units that it carries. */
  amount: Exact;
};

/**
 * The events that the meter and the price read, in their order: those of the window and, for a meter that carries on, all
 * before it.
 */
export function itemsOf(
  events: readonly UsageEvent[],
  meter: Meter,
  reading: Reading,
  window: { startAt: Date; endAt: Date },
): Item[] {
  return events
    .filter(
      ({ type, occurredAt, properties }) =>
        type === meter.eventType &&
        occurredAt < window.endAt &&
        (meter.carries === true || occurredAt >= window.startAt) &&
        passes(properties, meter.filter) &&
        passes(properties, reading.filter),
    )
    .sort(inOrder)
    .map((event) => itemOf(event, meter, reading, window.startAt));
}

function inOrder(a: UsageEvent, b: UsageEvent): number {
  return (
    a.occurredAt.getTime() - b.occurredAt.getTime() || compareTexts(a.source, b.source) || compareTexts(a.id, b.id)
  );
}

function passes(properties: Properties, filter: Filter = {}): boolean {
  return Object.entries(filter).every(([name, values]) => {
    const text = propertyText(properties, name);
    return text !== undefined && values.includes(text);
  });
}

function itemOf({ occurredAt, properties }: UsageEvent, meter: Meter, reading: Reading, startAt: Date): Item {
  const { property, operationProperty } = meter;
  const valuesOf = (names: readonly string[] = []) => names.map((name) => propertyText(properties, name) ?? '');
  const as = reading.as ?? { reads: 'quantity' };
  const value = readsNumbers(meter) ? numberOf(properties, meter) : one;
  const text = property === undefined ? '' : propertyText(properties, property);
  // An event that does not say what it does adds, as in Lago; one that says something else is not understood.
  const operation = (operationProperty && propertyText(properties, operationProperty)) ?? 'add';
  const amount = as.reads === 'carried' ? propertyNumber(properties, as.amountProperty) : zero;
  const isMeasured =
    value !== undefined &&
    amount !== undefined &&
    (text !== undefined || meter.aggregation !== 'unique_count') &&
    (operation === 'add' || operation === 'remove');
  return {
    atMs: occurredAt.getTime(),
    isIn: occurredAt >= startAt,
    group: valuesOf(reading.groupBy),
    cell: as.reads === 'cells' ? valuesOf(as.properties) : [],
    isMeasured,
    value: value ?? zero,
    text: text ?? '',
    isRemoved: operation === 'remove',
    amount: amount ?? zero,
  };
}

function numberOf(properties: Properties, { property, negatives }: Meter): Exact | undefined {
  const value = propertyNumber(properties, property as string);
  return negatives === 'skipped' && value?.lt(zero) ? undefined : value;
}
