import assert from 'node:assert/strict';
import { samePointOf } from '../../../src/domain/period/same-point.ts';

const at = (text: string) => new Date(text);

describe('The same point of an earlier period', () => {
  const of = (now: string, from: string, before: [string, string], zone = 'UTC') =>
    samePointOf(
      { from: at(from), now: at(now) },
      { periodStartAt: at(before[0]), periodEndAt: at(before[1]) },
      zone,
    ).toISOString();

  it('is the same day and time of the month before', () => {
    const october: [string, string] = ['2013-10-01T00:00:00Z', '2013-11-01T00:00:00Z'];
    assert.equal(of('2013-11-10T12:34:56.789Z', '2013-11-01T00:00:00Z', october), '2013-10-10T12:34:56.789Z');
  });

  it('is its end where it was shorter', () => {
    const february: [string, string] = ['2013-02-01T00:00:00Z', '2013-03-01T00:00:00Z'];
    assert.equal(of('2013-03-30T06:00:00Z', '2013-03-01T00:00:00Z', february), '2013-03-01T00:00:00.000Z');
  });

  it('is by the clocks of the zone, also where they changed in between', () => {
    // New York: November begins at 04:00 UTC, and from the 3rd on midnight is 05:00; October is all by 04:00.
    const october: [string, string] = ['2013-10-01T04:00:00Z', '2013-11-01T04:00:00Z'];
    const now = '2013-11-10T17:00:00Z';
    assert.equal(of(now, '2013-11-01T04:00:00Z', october, 'America/New_York'), '2013-10-10T16:00:00.000Z');
  });

  it('is its begin when the period begins', () => {
    const october: [string, string] = ['2013-10-01T00:00:00Z', '2013-11-01T00:00:00Z'];
    assert.equal(of('2013-11-01T00:00:00Z', '2013-11-01T00:00:00Z', october), '2013-10-01T00:00:00.000Z');
  });
});
