import assert from 'node:assert/strict';
import fc from 'fast-check';
import { cycleAt } from '../../../src/domain/period/cycle.ts';
import { type Cadence, type Interval, intervals } from '../../../src/domain/period/interval.ts';
import { clockOracle } from '../support/clock-oracle.ts';
import { boundariesByWall } from '../support/cycle-oracle.ts';
import { assertFindsFault, assertRefused, samples } from '../support/properties.ts';
import { localDateTime, zones } from '../support/zones.ts';

const at = (text: string) => new Date(text);
const anniversary = (interval: Interval, text: string, intervalCount = 1): Cadence => ({
  interval,
  intervalCount,
  anchor: { kind: 'anniversary', at: at(text) },
});
const calendar = (interval: Interval, intervalCount = 1): Cadence => ({
  interval,
  intervalCount,
  anchor: { kind: 'calendar' },
});

/** The starts of as many cycles, from the one on that `from` is in. */
function starts(from: string, cadence: Cadence, zone: string, count: number): string[] {
  const found: string[] = [];
  let cycle = cycleAt(at(from), cadence, zone);
  while (found.length < count) {
    found.push(cycle.startAt.toISOString().replace(':00.000Z', 'Z'));
    cycle = cycleAt(cycle.endAt, cadence, zone);
  }
  return found;
}

/** The same on the zone's clocks: "2024-01-31 00:00". */
const localStarts = (from: string, cadence: Cadence, zone: string, count: number) =>
  starts(from, cadence, zone, count).map((text) => localDateTime(at(text), zone));

const hours = ({ startAt, endAt }: { startAt: Date; endAt: Date }) => (endAt.getTime() - startAt.getTime()) / 3_600_000;

describe('an anniversary', () => {
  it('on the 31st is on the last day of shorter months and comes back', () => {
    assert.deepEqual(localStarts('2024-01-31T12:00Z', anniversary('month', '2024-01-31T00:00Z'), 'UTC', 6), [
      ...['2024-01-31 00:00', '2024-02-29 00:00', '2024-03-31 00:00'],
      ...['2024-04-30 00:00', '2024-05-31 00:00', '2024-06-30 00:00'],
    ]);
    const [, february, march] = localStarts('2025-01-31T12:00Z', anniversary('month', '2024-01-31T00:00Z'), 'UTC', 3);
    assert.deepEqual([february, march], ['2025-02-28 00:00', '2025-03-31 00:00']);
  });

  it('on the leap day is on 28 February of common years and on the 29th again in the next leap year', () => {
    assert.deepEqual(localStarts('2024-03-01T00:00Z', anniversary('year', '2024-02-29T09:30Z'), 'UTC', 5), [
      ...['2024-02-29 09:30', '2025-02-28 09:30', '2026-02-28 09:30', '2027-02-28 09:30', '2028-02-29 09:30'],
    ]);
    // 2100 is no leap year: eight years from 2096 to 2104.
    assert.deepEqual(localStarts('2099-12-01T00:00Z', anniversary('year', '2024-02-29T00:00Z', 4), 'UTC', 3), [
      ...['2096-02-29 00:00', '2100-02-28 00:00', '2104-02-29 00:00'],
    ]);
  });

  it('goes back before its anchor as it goes on after it', () => {
    assert.deepEqual(localStarts('2023-11-30T00:00Z', anniversary('month', '2024-01-31T00:00Z'), 'UTC', 4), [
      ...['2023-11-30 00:00', '2023-12-31 00:00', '2024-01-31 00:00', '2024-02-29 00:00'],
    ]);
    assert.equal(cycleAt(at('2024-01-30T23:59:59.999Z'), anniversary('month', '2024-01-31T00:00Z'), 'UTC').index, -1);
    assert.equal(cycleAt(at('2024-01-31T00:00Z'), anniversary('month', '2024-01-31T00:00Z'), 'UTC').index, 0);
  });

  it('keeps its wall time over both changes of clocks in Berlin', () => {
    // 15 March 2024 10:00 is 09:00 UTC; from 31 March on Berlin is two hours ahead, and one again from 27 October on.
    const cadence = anniversary('month', '2024-03-15T09:00Z');
    assert.deepEqual(starts('2024-03-15T09:00Z', cadence, 'Europe/Berlin', 2), [
      ...['2024-03-15T09:00Z', '2024-04-15T08:00Z'],
    ]);
    assert.equal(hours(cycleAt(at('2024-04-01T00:00Z'), cadence, 'Europe/Berlin')), 31 * 24 - 1);
    assert.equal(hours(cycleAt(at('2024-11-01T00:00Z'), cadence, 'Europe/Berlin')), 31 * 24 + 1);
  });

  it('moves a time that the clocks skip as much later as they skip, and takes the first of two', () => {
    // Berlin has no 02:30 on 31 March 2024 (02:00 became 03:00, at 01:00 UTC): 03:30 is 01:30 UTC. It has 02:30 twice
    // on 27 October: 00:30 UTC and 01:30 UTC.
    assert.deepEqual(starts('2024-03-31T12:00Z', anniversary('month', '2024-01-31T01:30Z'), 'Europe/Berlin', 2), [
      ...['2024-03-31T01:30Z', '2024-04-30T00:30Z'],
    ]);
    assert.deepEqual(starts('2024-10-27T12:00Z', anniversary('month', '2024-01-27T01:30Z'), 'Europe/Berlin', 2), [
      ...['2024-10-27T00:30Z', '2024-11-27T01:30Z'],
    ]);
  });

  it('begins its first cycle at the anchor itself, even at the second of two times alike', () => {
    // The second 01:30 of 3 November 2024 in New York is 06:30 UTC; a year before and after, 01:30 is there once.
    const cadence = anniversary('year', '2024-11-03T06:30Z');
    assert.deepEqual(starts('2023-12-01T00:00Z', cadence, 'America/New_York', 3), [
      ...['2023-11-03T05:30Z', '2024-11-03T06:30Z', '2025-11-03T06:30Z'],
    ]);
  });

  it('moves half an hour on Lord Howe, whose clocks change by half an hour', () => {
    // 02:15 of 6 October 2024 is skipped (02:00 became 02:30, +10:30 to +11): 02:45 at +11 is 15:45 UTC of the 5th.
    const cadence = anniversary('month', '2024-09-05T15:45Z');
    assert.deepEqual(localStarts('2024-09-06T00:00Z', cadence, 'Australia/Lord_Howe', 3), [
      ...['2024-09-06 02:15', '2024-10-06 02:45', '2024-11-06 02:15'],
    ]);
    // Weeks over the change are half an hour short, and half an hour long when it goes back on 6 April 2025.
    const weekly = calendar('week');
    assert.equal(hours(cycleAt(at('2024-10-04T00:00Z'), weekly, 'Australia/Lord_Howe')), 167.5);
    assert.equal(hours(cycleAt(at('2025-04-04T00:00Z'), weekly, 'Australia/Lord_Howe')), 168.5);
  });

  it('on a day that Samoa skipped is on the day after it, and comes back', () => {
    // There was no 30 December 2011: 09:00 of it is 24 hours later, 09:00 of the 31st at +14, 19:00 UTC of the 30th.
    const cadence = anniversary('month', '2011-10-30T19:00Z');
    assert.deepEqual(localStarts('2011-11-30T20:00Z', cadence, 'Pacific/Apia', 3), [
      ...['2011-11-30 09:00', '2011-12-31 09:00', '2012-01-30 09:00'],
    ]);
  });

  it('by the week keeps its weekday and time over a change of clocks', () => {
    // Fridays 18:00 in New York: 23:00 UTC in winter; 22:00 from 10 March 2024 on.
    const cadence = anniversary('week', '2024-03-01T23:00Z');
    assert.deepEqual(starts('2024-03-02T00:00Z', cadence, 'America/New_York', 3), [
      ...['2024-03-01T23:00Z', '2024-03-08T23:00Z', '2024-03-15T22:00Z'],
    ]);
    assert.equal(hours(cycleAt(at('2024-03-12T00:00Z'), cadence, 'America/New_York')), 167);
    assert.equal(hours(cycleAt(at('2024-11-02T00:00Z'), cadence, 'America/New_York')), 169);
  });
});

describe('the calendar', () => {
  it('has weeks from Monday, quarters, half-years and years from their first days, at local midnight', () => {
    const zone = 'America/New_York';
    const from = (interval: Interval) => localStarts('2024-05-15T12:00Z', calendar(interval), zone, 3);
    assert.deepEqual(from('week'), ['2024-05-13 00:00', '2024-05-20 00:00', '2024-05-27 00:00']);
    assert.deepEqual(from('month'), ['2024-05-01 00:00', '2024-06-01 00:00', '2024-07-01 00:00']);
    assert.deepEqual(from('quarter'), ['2024-04-01 00:00', '2024-07-01 00:00', '2024-10-01 00:00']);
    assert.deepEqual(from('half_year'), ['2024-01-01 00:00', '2024-07-01 00:00', '2025-01-01 00:00']);
    assert.deepEqual(from('year'), ['2024-01-01 00:00', '2025-01-01 00:00', '2026-01-01 00:00']);
  });

  it('counts several intervals from January 2000, and weeks from its first Monday', () => {
    // May 2024 is the 293rd month (292 after January 2000): 292 = 2 × 146, and = 5 × 58 + 2, so March began the five.
    assert.deepEqual(localStarts('2024-05-15T12:00Z', calendar('month', 2), 'UTC', 2), [
      ...['2024-05-01 00:00', '2024-07-01 00:00'],
    ]);
    assert.deepEqual(localStarts('2024-05-15T12:00Z', calendar('month', 5), 'UTC', 2), [
      ...['2024-03-01 00:00', '2024-08-01 00:00'],
    ]);
    // 13 May 2024 is 8,897 days after 3 January 2000: 1,271 weeks, so the pair of weeks began on 6 May.
    assert.deepEqual(localStarts('2024-05-15T12:00Z', calendar('week', 2), 'UTC', 2), [
      ...['2024-05-06 00:00', '2024-05-20 00:00'],
    ]);
    assert.deepEqual(localStarts('2025-05-15T12:00Z', calendar('year', 2), 'UTC', 2), [
      ...['2024-01-01 00:00', '2026-01-01 00:00'],
    ]);
  });

  it('begins at the first midnight of two, in every interval that begins on that day', () => {
    // St John's: at 00:01 of Sunday 7 November 2010 the clocks went back to 23:01 of the 6th, so that week has an hour more.
    const zone = 'America/St_Johns';
    assert.equal(hours(cycleAt(at('2010-11-05T00:00Z'), calendar('week'), zone)), 169);
    // In 2009 they did so on 1 November: its first midnight is 02:30 UTC, and at 02:45 UTC, in the repeated hour, it is
    // November already.
    const cycle = cycleAt(at('2009-11-01T02:45Z'), calendar('month'), zone);
    assert.deepEqual(cycle.startAt, at('2009-11-01T02:30Z'));
  });

  it('begins after the gap where midnight is skipped', () => {
    // Asunción, 1 October 2017: 00:00 became 01:00 (UTC-4 to UTC-3), at 04:00 UTC, and with it a quarter began.
    const cycle = cycleAt(at('2017-10-15T00:00Z'), calendar('quarter'), 'America/Asuncion');
    assert.deepEqual(cycle.startAt, at('2017-10-01T04:00Z'));
  });
});

describe('an interval', () => {
  it('is one of five, one to twenty-four times', () => {
    for (const intervalCount of [0, -1, 25, 1.5, Number.NaN]) {
      assertRefused(
        () => cycleAt(at('2024-01-01T00:00Z'), calendar('month', intervalCount), 'UTC'),
        'interval-invalid',
      );
    }
    const daily = { interval: 'day', anchor: { kind: 'calendar' } } as unknown as Cadence;
    assertRefused(() => cycleAt(at('2024-01-01T00:00Z'), daily, 'UTC'), 'interval-invalid');
    assert.equal(hours(cycleAt(at('2024-01-01T00:00Z'), calendar('month', 24), 'UTC')), 731 * 24);
  });
});

describe('cycles tile time', function () {
  this.timeout(120_000);

  type CycleAt = typeof cycleAt;
  const instant = fc.date({ min: at('2024-01-01'), max: at('2032-12-31'), noInvalidDate: true });
  const anchorAt = fc
    .tuple(fc.date({ min: at('2020-01-01'), max: at('2034-12-31'), noInvalidDate: true }), fc.boolean())
    // Half of them at a full half hour, where clocks change.
    .map(([date, rounded]) => (rounded ? new Date(Math.floor(date.getTime() / 1_800_000) * 1_800_000) : date));
  const anchor = fc.oneof(
    fc.constant({ kind: 'calendar' as const }),
    anchorAt.map((date) => ({ kind: 'anniversary' as const, at: date })),
  );
  const cadence: fc.Arbitrary<Cadence> = fc.record({
    interval: fc.constantFrom(...intervals),
    intervalCount: fc.oneof(fc.constant(1), fc.integer({ min: 1, max: 6 })),
    anchor,
  });

  /** The instant's cycle, its neighbours and its ends are those that are counted on a wall calendar. */
  const followsTheWall = (find: CycleAt) =>
    fc.property(fc.constantFrom(...zones), cadence, instant, (zone, kind, within) => {
      const boundaries = boundariesByWall(kind, clockOracle(zone));
      const index = boundaries.findLastIndex((boundary) => boundary <= within.getTime());
      const [startAt, endAt] = [new Date(boundaries[index]!), new Date(boundaries[index + 1]!)];
      const name = `${zone} ${JSON.stringify(kind)} ${within.toISOString()}`;
      const cycle = find(within, kind, zone);
      assert.deepEqual([cycle.startAt, cycle.endAt], [startAt, endAt], name);
      assert.deepEqual(find(startAt, kind, zone).endAt, endAt, name);
      assert.deepEqual(find(new Date(endAt.getTime() - 1), kind, zone).startAt, startAt, name);
      assert.deepEqual(find(endAt, kind, zone).startAt, endAt, name);
      assert.deepEqual(find(new Date(startAt.getTime() - 1), kind, zone).endAt, startAt, name);
    });

  it('as a wall calendar has them, in 40 zones, of every interval and anchor', () => {
    fc.assert(followsTheWall(cycleAt), samples(400));
  });

  it('and the property notices cycles in UTC, months that do not come back, and an end that is a millisecond off', () => {
    const inUtc: CycleAt = (date, kind) => cycleAt(date, kind, 'UTC');
    // Each month from the one before: after a February a 31st stays on the 28th.
    const stuck: CycleAt = (date, kind, zone) => {
      if (kind.anchor.kind === 'calendar' || kind.interval === 'week') return cycleAt(date, kind, zone);
      const capped = new Date(kind.anchor.at.getTime());
      capped.setUTCDate(Math.min(capped.getUTCDate(), 28));
      return cycleAt(date, { ...kind, anchor: { kind: 'anniversary', at: capped } }, zone);
    };
    const short: CycleAt = (...args) => {
      const cycle = cycleAt(...args);
      return { ...cycle, endAt: new Date(cycle.endAt.getTime() - 1) };
    };
    for (const fault of [inUtc, stuck, short]) assertFindsFault(followsTheWall(fault));
  });

  it('on 29 February and the 29th to 31st of every month the anniversary is there again whenever the day is', () => {
    const comesBack = fc.property(
      fc.integer({ min: 1, max: 31 }),
      fc.integer({ min: 2024, max: 2032 }),
      fc.integer({ min: 0, max: 11 }),
      (day, year, month) => {
        const length = new Date(Date.UTC(year, month + 1, 0)).getUTCDate();
        const kind = anniversary('month', new Date(Date.UTC(2024, 0, day, 8)).toISOString());
        const { startAt } = cycleAt(new Date(Date.UTC(year, month, length, 23)), kind, 'UTC');
        assert.equal(startAt.getUTCDate(), Math.min(day, length));
      },
    );
    fc.assert(comesBack, samples(500));
  });
});
