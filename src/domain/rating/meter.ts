import { parseDecimal, ratio, zero } from '../money/exact.ts';
import { type Filter, parseFilter } from './filter.ts';
import { readerFor } from './reader.ts';

/**
 * How a period's events become one quantity. `latest`, `sum` (of changes), `unique_count` (with an operation) and
 * `weighted_sum` may carry on from period to period: see `carries`.
 */
export const aggregations = [
  'count',
  'sum',
  'max',
  'min',
  'average',
  'latest',
  'unique_count',
  'weighted_sum',
  'percentile',
] as const;

/**
 * How events become a quantity: those of `eventType` that pass the filter are aggregated over the period by
 * `property`. A count has no property; an event that lacks the property of another meter is skipped there.
 *
 * A `weighted_sum` adds up changes and weighs each value by how long it stood: the average over the whole cycle, so that
 * 10 for half of it is 5. A `percentile` is by nearest rank: of n values in order the ceil(n × percentile / 100)th.
 * Quantities that do not end (averages, weighted sums) are exact quotients; what is shown of them is cut after 20 decimals.
 */
export type Meter = {
  key: string;
  name: string;
  eventType: string;
  aggregation: (typeof aggregations)[number];
  property?: string;
  filter?: Filter;
  /** Aggregated for each hour or day of the customer's zone by itself; `over` says what becomes of their values. */
  window?: (typeof windows)[number];
  over?: (typeof overs)[number];
  /** For `percentile`: above 0, at most 100. */
  percentile?: string;
  /** For `unique_count`: the property that says `add` (so it is where it is missing) or `remove`; what is there at the end counts. */
  operationProperty?: string;
  /** Whether a period begins with the value that the one before ended with, instead of none. */
  carries?: boolean;
  /** What becomes of values below zero: `taken` (the default), or `skipped` as if the property were not there. */
  negatives?: (typeof negatives)[number];
};

export const windows = ['hour', 'day'] as const;
export const overs = ['sum', 'max', 'average'] as const;
export const negatives = ['taken', 'skipped'] as const;

const read = readerFor('meter-invalid');

/** Which aggregations each of the further fields belongs to. */
const carrying: readonly string[] = ['sum', 'latest', 'unique_count', 'weighted_sum'];
const fields = [
  'key',
  'name',
  'eventType',
  'aggregation',
  'property',
  'filter',
  'window',
  'over',
  'percentile',
  'operationProperty',
  'carries',
  'negatives',
];

/** @throws DurabillError meter-invalid with the path of the field at fault */
export function parseMeter(input: unknown, field: string): Meter {
  const entries = read.record(input, field, fields);
  const { property, filter, window, over, operationProperty } = entries;
  const meter: Meter = {
    key: read.key(entries['key'], `${field}.key`),
    name: read.text(entries['name'], `${field}.name`),
    eventType: read.text(entries['eventType'], `${field}.eventType`),
    aggregation: read.oneOf(entries['aggregation'], `${field}.aggregation`, aggregations),
    ...(property !== undefined && { property: read.text(property, `${field}.property`) }),
    ...(filter !== undefined && { filter: parseFilter(read, filter, `${field}.filter`) }),
    ...(window !== undefined && { window: read.oneOf(window, `${field}.window`, windows) }),
    ...(over !== undefined && { over: read.oneOf(over, `${field}.over`, overs) }),
    ...read.decimals(entries, field, ['percentile']),
    ...(operationProperty !== undefined && {
      operationProperty: read.text(operationProperty, `${field}.operationProperty`),
    }),
    ...(entries['carries'] !== undefined && { carries: read.flag(entries['carries'], `${field}.carries`) }),
    ...(entries['negatives'] !== undefined && {
      negatives: read.oneOf(entries['negatives'], `${field}.negatives`, negatives),
    }),
  };
  checkProperty(meter, field);
  checkBelonging(meter, field);
  return meter;
}

function checkProperty({ aggregation, property }: Meter, field: string): void {
  if (aggregation === 'count' && property !== undefined) {
    read.refuse(`${field}.property`, 'A count counts events and has no property; use a filter or unique_count.');
  }
  if (aggregation !== 'count' && property === undefined) {
    read.refuse(`${field}.property`, `A meter with ${aggregation} needs the property to read.`);
  }
}

function checkBelonging(meter: Meter, field: string): void {
  const { aggregation, window, over, percentile, operationProperty, carries, negatives: below } = meter;
  const refuse = (name: string, reason: string) => read.refuse(`${field}.${name}`, reason);
  if ((window === undefined) !== (over === undefined)) {
    refuse(window === undefined ? 'window' : 'over', 'A window and what becomes of its values belong together.');
  }
  if ((percentile === undefined) === (aggregation === 'percentile')) {
    refuse('percentile', 'It belongs to the aggregation percentile, which needs it.');
  }
  if (percentile !== undefined) {
    const value = parseDecimal(percentile);
    if (value.lte(zero) || value.gt(ratio(100n, 1n))) refuse('percentile', 'It has to be above 0 and at most 100.');
  }
  if (operationProperty !== undefined && aggregation !== 'unique_count') {
    refuse('operationProperty', 'Only a unique_count adds and removes.');
  }
  if (carries && !carrying.includes(aggregation)) {
    refuse('carries', `A ${aggregation} has nothing to carry on with; ${carrying.join(', ')} have.`);
  }
  if (carries && aggregation === 'unique_count' && operationProperty === undefined) {
    refuse('carries', 'A unique_count that carries on needs an operationProperty, or nothing would ever leave it.');
  }
  if (window !== undefined && (carries || aggregation === 'weighted_sum')) {
    refuse('window', 'A value that stands over time is not cut into windows.');
  }
  if (below !== undefined && (aggregation === 'count' || aggregation === 'unique_count')) {
    refuse('negatives', `A ${aggregation} reads no numbers.`);
  }
}
