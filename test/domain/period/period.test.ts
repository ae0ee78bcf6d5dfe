import assert from 'node:assert/strict';
import {
  firstPeriod,
  maxPeriods,
  nextPeriod,
  parseZone,
  periodsUntil,
  proration,
} from '../../../src/domain/period/period.ts';
import { assertRefused } from '../support/properties.ts';

const newYork = 'America/New_York';
const hourMs = 3_600_000;
const hours = (from: Date, to: Date) => (to.getTime() - from.getTime()) / hourMs;
const at = (text: string) => new Date(text);

describe('a zone', () => {
  it('is a name of the IANA database, answered in its usual case', () => {
    assert.equal(parseZone('America/New_York'), 'America/New_York');
    assert.equal(parseZone('america/new_york'), 'America/New_York');
    assert.equal(parseZone('utc'), 'UTC');
    assert.equal(parseZone('Etc/GMT+12'), 'Etc/GMT+12');
  });

  it('is refused when it is an offset, a date or unknown', () => {
    for (const zone of [
      '',
      'Z',
      '+05:00',
      'GMT+5',
      'Mars/Olympus',
      'UTC ',
      '2020-01-01T00:00[Asia/Tokyo]',
      'A'.repeat(99),
    ]) {
      assertRefused(() => parseZone(zone, 'customers[2].zone'), 'zone-unknown', 'customers[2].zone');
    }
    assertRefused(() => parseZone(5 as unknown as string), 'zone-unknown', undefined, /"5" is not a time zone/);
  });

  it('is refused with what was given, of a long text its first 64 characters', () => {
    const refused = (zone: string, reason: RegExp) =>
      assertRefused(() => parseZone(zone), 'zone-unknown', undefined, reason);
    refused('Mars/Olympus', /"Mars\/Olympus" is not a time zone of the IANA database/);
    refused('A'.repeat(65), /"A{64}…" is not/);
  });
});

describe('a calendar month', () => {
  it('begins and ends at local midnight: January 2013 in New York is 05:00 to 05:00 UTC', () => {
    assert.deepEqual(firstPeriod(at('2013-01-01T05:00:00Z'), newYork), {
      startAt: at('2013-01-01T05:00:00Z'),
      endAt: at('2013-02-01T05:00:00Z'),
      cycleStartAt: at('2013-01-01T05:00:00Z'),
      cycleEndAt: at('2013-02-01T05:00:00Z'),
      billableAt: at('2013-02-01T13:00:00Z'),
    });
  });

  it('is an hour shorter when clocks go forward and an hour longer when they go back', () => {
    const march = firstPeriod(at('2013-03-01T05:00:00Z'), newYork);
    const november = firstPeriod(at('2013-11-01T04:00:00Z'), newYork);
    assert.equal(hours(march.startAt, march.endAt), 31 * 24 - 1);
    assert.equal(hours(november.startAt, november.endAt), 30 * 24 + 1);
  });

  it('has 29 days in February of a leap year, 28 in 2100 and in common years', () => {
    const days = (text: string) => hours(at(text), firstPeriod(at(text), 'UTC').endAt) / 24;
    assert.equal(days('2024-02-01T00:00:00Z'), 29);
    assert.equal(days('2000-02-01T00:00:00Z'), 29);
    assert.equal(days('2023-02-01T00:00:00Z'), 28);
    assert.equal(days('2100-02-01T00:00:00Z'), 28);
  });

  it('begins after a gap when midnight is skipped', () => {
    // Asunción, 1 October 2017: 00:00 became 01:00 (UTC-4 to UTC-3), at 04:00 UTC.
    const october = nextPeriod(firstPeriod(at('2017-09-20T12:00:00Z'), 'America/Asuncion'), 'America/Asuncion');
    assert.deepEqual(october.startAt, at('2017-10-01T04:00:00Z'));
    assert.deepEqual(october.endAt, at('2017-11-01T03:00:00Z'));
  });

  it('begins at its first midnight when there are two of them, and is not left again', () => {
    // St John's, 1 November 2009: at 00:01 (02:31 UTC) the clocks went back to 23:01 of 31 October. A customer who
    // starts in that repeated hour starts in November, or the period would end before it begins.
    const zone = 'America/St_Johns';
    const october = firstPeriod(at('2009-10-10T00:00:00Z'), zone);
    const repeated = firstPeriod(at('2009-11-01T02:45:00Z'), zone);
    assert.deepEqual(october.endAt, at('2009-11-01T02:30:00Z'));
    assert.deepEqual(repeated.cycleStartAt, at('2009-11-01T02:30:00Z'));
    assert.deepEqual(repeated.endAt, at('2009-12-01T03:30:00Z'));
  });

  it('loses the day that a country skipped: Samoa had no 30 December 2011', () => {
    const december = firstPeriod(at('2011-12-01T10:00:00Z'), 'Pacific/Apia');
    assert.equal(hours(december.startAt, december.endAt), 30 * 24);
  });
});

describe('a first period', () => {
  it('runs from the start of the subscription to the end of that month', () => {
    const first = firstPeriod(at('2013-01-17T05:00:00Z'), newYork);
    assert.deepEqual(first.endAt, at('2013-02-01T05:00:00Z'));
    // 15 of January's 31 days: 15 × 86,400 = 1,296,000 s of 31 × 86,400 = 2,678,400 s.
    assert.deepEqual(proration(first), { numerator: 1_296_000n, denominator: 2_678_400n });
    assert.deepEqual(proration(nextPeriod(first, newYork)), { numerator: 2_419_200n, denominator: 2_419_200n });
  });

  it('counts elapsed seconds, so that a part with a clock change in it is an hour less', () => {
    // 10 to 31 March 2013 in New York: 22 days less one hour = 22 × 86,400 - 3,600 = 1,897,200 s.
    const part = firstPeriod(at('2013-03-10T05:00:00Z'), newYork);
    assert.deepEqual(proration(part), { numerator: 1_897_200n, denominator: 2_674_800n });
  });

  it('lasts to the last millisecond of the month', () => {
    const last = firstPeriod(at('2013-02-01T04:59:59.999Z'), newYork);
    assert.deepEqual(last.endAt, at('2013-02-01T05:00:00Z'));
    assert.deepEqual(proration(last).numerator, 1n);
  });
});

describe('periods until a cut-off', () => {
  const startsAt = at('2013-01-01T05:00:00Z');

  it('are those that have begun by then', () => {
    const starts = (until: string) =>
      periodsUntil(undefined, startsAt, newYork, at(until)).map((p) => p.startAt.toISOString());
    assert.deepEqual(starts('2013-01-01T04:59:59.999Z'), []);
    assert.deepEqual(starts('2013-01-01T05:00:00.000Z'), ['2013-01-01T05:00:00.000Z']);
    assert.deepEqual(starts('2013-02-01T05:00:00.000Z'), ['2013-01-01T05:00:00.000Z', '2013-02-01T05:00:00.000Z']);
    assert.equal(starts('2013-11-03T00:00:00.000Z').length, 11);
  });

  it('continue after the last one, whether asked once or month by month', () => {
    const atOnce = periodsUntil(undefined, startsAt, newYork, at('2014-06-15T00:00:00Z'));
    const grown: typeof atOnce = [];
    for (const cutoff of atOnce.map((p) => p.billableAt)) {
      grown.push(...periodsUntil(grown.at(-1), startsAt, newYork, cutoff));
    }
    assert.deepEqual(grown.slice(0, atOnce.length), atOnce);
    assert.deepEqual(periodsUntil(atOnce.at(-1), startsAt, newYork, at('2014-06-15T00:00:00Z')), []);
  });

  it('go on without a gap in another zone, with the rest of that zone’s month first', () => {
    // New York's January ends on 1 February 05:00 UTC, which is 14:00 in Tokyo; Tokyo's February ends 28 days after
    // its midnight, at 15:00 UTC of the 28th.
    const january = firstPeriod(startsAt, newYork);
    const rest = nextPeriod(january, 'Asia/Tokyo');
    assert.deepEqual(rest.startAt, january.endAt);
    assert.deepEqual(rest.endAt, at('2013-02-28T15:00:00Z'));
    assert.equal(hours(rest.cycleStartAt, rest.startAt), 14);
  });

  it('are at most 1,200 at once', () => {
    const until = (months: number) => new Date(Date.UTC(2000, months - 1, 1));
    const start = at('2000-01-01T00:00:00Z');
    assert.equal(periodsUntil(undefined, start, 'UTC', until(maxPeriods)).length, 1200);
    const tooLong = () => periodsUntil(undefined, start, 'UTC', until(maxPeriods + 1));
    const reason = /more than 1200 periods from 2000-01-01T00:00:00\.000Z to 2100-01-01T00:00:00\.000Z/;
    assertRefused(tooLong, 'period-span-too-long', undefined, reason);
  });
});
