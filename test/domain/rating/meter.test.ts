import assert from 'node:assert/strict';
import { aggregations, parseMeter } from '../../../src/domain/rating/meter.ts';
import { assertRefused } from '../support/properties.ts';

const meter = (aggregation: string, further: object = {}) => ({
  key: 'm',
  name: 'M',
  eventType: 'used',
  aggregation,
  ...(aggregation !== 'count' && { property: 'value' }),
  ...(aggregation === 'percentile' && { percentile: '95' }),
  ...further,
});
const refused = (input: object, field: string, code = 'meter-invalid') =>
  assertRefused(() => parseMeter(input, 'm'), code, field);
const taken = (input: object) => assert.deepEqual(parseMeter(input, 'm'), input);

/** Which aggregations take these fields; the others have to name the field that they refuse. */
const takenBy = (further: object, field: string, names: readonly string[]) => {
  for (const aggregation of aggregations) {
    if (names.includes(aggregation)) taken(meter(aggregation, further));
    else refused(meter(aggregation, further), field);
  }
};

describe('a meter', () => {
  it('has one of the known aggregations and its property', () => {
    for (const aggregation of aggregations) taken(meter(aggregation));
    for (const aggregation of aggregations.filter((name) => name !== 'count')) {
      refused(meter(aggregation, { property: undefined }), 'm.property');
      refused(meter(aggregation, { property: '' }), 'm.property');
    }
    refused(meter('count', { property: 'value' }), 'm.property');
    refused(meter('median'), 'm.aggregation');
    refused(meter('constructor'), 'm.aggregation');
    refused(meter('sum', { unit: 'GB' }), 'm.unit');
  });

  it('has a window and what becomes of its values, both or neither', () => {
    const ofWindows = aggregations.filter((name) => name !== 'weighted_sum');
    for (const window of ['hour', 'day']) {
      for (const over of ['sum', 'max', 'average']) takenBy({ window, over }, 'm.window', ofWindows);
    }
    refused(meter('max', { window: 'hour' }), 'm.over');
    refused(meter('max', { over: 'sum' }), 'm.window');
    refused(meter('max', { window: 'minute', over: 'sum' }), 'm.window');
    refused(meter('max', { window: 'hour', over: 'latest' }), 'm.over');
  });

  it('carries a value on where there is one, and not in windows', () => {
    takenBy({ carries: true }, 'm.carries', ['sum', 'latest', 'weighted_sum']);
    for (const aggregation of aggregations) taken(meter(aggregation, { carries: false }));
    refused(meter('sum', { carries: true, window: 'day', over: 'max' }), 'm.window');
    refused(meter('sum', { carries: 'yes' }), 'm.carries');
  });

  it('adds and removes only where it counts what is there', () => {
    takenBy({ operationProperty: 'op' }, 'm.operationProperty', ['unique_count']);
    taken(meter('unique_count', { operationProperty: 'op', carries: true }));
    // Nothing would ever leave it.
    refused(meter('unique_count', { carries: true }), 'm.carries');
    refused(meter('unique_count', { operationProperty: ' op' }), 'm.operationProperty');
  });

  it('has a percentile above 0 and at most 100, and only then', () => {
    for (const percentile of ['0.001', '50', '99.9', '100', '100.0']) taken(meter('percentile', { percentile }));
    for (const percentile of ['0', '0.0', '-1', '100.001', '1000']) {
      refused(meter('percentile', { percentile }), 'm.percentile');
    }
    refused(meter('percentile', { percentile: undefined }), 'm.percentile');
    refused(meter('max', { percentile: '95' }), 'm.percentile');
    refused(meter('percentile', { percentile: 95 }), 'm.percentile', 'decimal-invalid');
  });

  it('skips negative values only where it reads numbers', () => {
    const ofNumbers = aggregations.filter((name) => name !== 'count' && name !== 'unique_count');
    for (const negatives of ['taken', 'skipped']) takenBy({ negatives }, 'm.negatives', ofNumbers);
    refused(meter('sum', { negatives: 'zero' }), 'm.negatives');
  });

  it('says why in a sentence', () => {
    const says = (input: object, field: string, reason: RegExp) =>
      assertRefused(() => parseMeter(input, 'm'), 'meter-invalid', field, reason);
    says(meter('max', { carries: true }), 'm.carries', /A max has nothing to carry on with; sum, latest/);
    says(meter('weighted_sum', { window: 'day', over: 'sum' }), 'm.window', /stands over time is not cut into windows/);
    says(meter('percentile', { percentile: '101' }), 'm.percentile', /above 0 and at most 100/);
    says(meter('count', { negatives: 'skipped' }), 'm.negatives', /A count reads no numbers/);
    says(meter('sum', { property: undefined }), 'm.property', /A meter with sum needs the property to read/);
    says(meter('count', { property: 'value' }), 'm.property', /A count counts events and has no property/);
    says(meter('sum', { operationProperty: 'op' }), 'm.operationProperty', /Only a unique_count adds and removes/);
    says(meter('max', { over: 'sum' }), 'm.window', /belong together/);
    says(meter('max', { percentile: '95' }), 'm.percentile', /belongs to the aggregation percentile, which needs it/);
    says(
      meter('unique_count', { carries: true }),
      'm.carries',
      /needs an operationProperty, or nothing would ever leave/,
    );
    says(meter('sum', { key: 'M' }), 'm.key', /"M" is not a key/);
    says(meter('sum', { name: '' }), 'm.name', /missing or empty/);
    says(meter('sum', { eventType: 1 }), 'm.eventType', /has to be a text/);
    says(meter('sum', { filter: {} }), 'm.filter', /names no property/);
  });
});
