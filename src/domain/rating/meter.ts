import { type Filter, parseFilter } from './filter.ts';
import { readerFor } from './reader.ts';

export const aggregations = ['count', 'sum', 'max', 'unique_count', 'latest'] as const;

/**
 * How events become a quantity: those of `eventType` that pass the filter are aggregated over the period by
 * `property`. A count has no property; an event that lacks the property of another meter is skipped there.
 */
export type Meter = {
  key: string;
  name: string;
  eventType: string;
  aggregation: (typeof aggregations)[number];
  property?: string;
  filter?: Filter;
};

const read = readerFor('meter-invalid');

/** @throws DurabillError meter-invalid with the path of the field at fault */
export function parseMeter(input: unknown, field: string): Meter {
  const entries = read.record(input, field, ['key', 'name', 'eventType', 'aggregation', 'property', 'filter']);
  const meter: Meter = {
    key: read.key(entries['key'], `${field}.key`),
    name: read.text(entries['name'], `${field}.name`),
    eventType: read.text(entries['eventType'], `${field}.eventType`),
    aggregation: read.oneOf(entries['aggregation'], `${field}.aggregation`, aggregations),
  };
  if (entries['property'] !== undefined) meter.property = read.text(entries['property'], `${field}.property`);
  if (entries['filter'] !== undefined) meter.filter = parseFilter(read, entries['filter'], `${field}.filter`);

  if (meter.aggregation === 'count' && meter.property !== undefined) {
    read.refuse(`${field}.property`, 'A count counts events and has no property; use a filter or unique_count.');
  }
  if (meter.aggregation !== 'count' && meter.property === undefined) {
    read.refuse(`${field}.property`, `A meter with ${meter.aggregation} needs the property to read.`);
  }
  return meter;
}
