import assert from 'node:assert/strict';
import { type BucketSize, bucketsBetween } from '../../../src/domain/period/buckets.ts';

const starts = (from: string, to: string, size: BucketSize, zone: string, most = 800) =>
  bucketsBetween(new Date(from), new Date(to), { size, zone, most })?.map((at) => at.toISOString());

describe('Hours, days and months of a zone', () => {
  it('begin with the time itself, and then where clocks show them to begin', () => {
    assert.deepEqual(starts('2013-10-01T10:30:00Z', '2013-10-01T12:30:00Z', 'hour', 'UTC'), [
      '2013-10-01T10:30:00.000Z',
      '2013-10-01T11:00:00.000Z',
      '2013-10-01T12:00:00.000Z',
    ]);
    // Kolkata is 5:30 before UTC.
    assert.deepEqual(starts('2013-10-01T10:30:00Z', '2013-10-01T12:30:00Z', 'hour', 'Asia/Kolkata'), [
      '2013-10-01T10:30:00.000Z',
      '2013-10-01T11:30:00.000Z',
    ]);
  });

  it('have 25 hours on the day on which clocks go back, and 23 on the other', () => {
    const zone = 'America/New_York';
    assert.equal(starts('2013-11-03T04:00:00Z', '2013-11-04T05:00:00Z', 'hour', zone)?.length, 25);
    assert.equal(starts('2013-03-10T05:00:00Z', '2013-03-11T04:00:00Z', 'hour', zone)?.length, 23);
    assert.deepEqual(starts('2013-11-02T04:00:00Z', '2013-11-05T05:00:00Z', 'day', zone), [
      '2013-11-02T04:00:00.000Z',
      '2013-11-03T04:00:00.000Z',
      '2013-11-04T05:00:00.000Z',
    ]);
  });

  it('are months as they are billed', () => {
    assert.deepEqual(starts('2013-09-15T00:00:00Z', '2013-12-01T05:00:00Z', 'month', 'America/New_York'), [
      '2013-09-15T00:00:00.000Z',
      '2013-10-01T04:00:00.000Z',
      '2013-11-01T04:00:00.000Z',
    ]);
  });

  it('are none where there would be more than are wanted', () => {
    assert.equal(starts('2013-01-01T00:00:00Z', '2013-01-03T00:00:00Z', 'hour', 'UTC', 48)?.length, 48);
    assert.equal(starts('2013-01-01T00:00:00Z', '2013-01-03T00:00:00.001Z', 'hour', 'UTC', 48), undefined);
  });
});
