import assert from 'node:assert/strict';
import fc from 'fast-check';
import { cycleAt } from '../../../src/domain/period/cycle.ts';
import { type Cadence, intervals } from '../../../src/domain/period/interval.ts';
import { type ProrationMode, proration } from '../../../src/domain/period/proration.ts';
import { clockOracle } from '../support/clock-oracle.ts';
import { assertFindsFault, samples } from '../support/properties.ts';
import { zones } from '../support/zones.ts';

const at = (text: string) => new Date(text);
const months: Cadence = { interval: 'month', anchor: { kind: 'calendar' } };

/** The part [from, to) of the cycle that `from` is in. */
function part(from: string, to: string, cadence: Cadence, zone: string) {
  const cycle = cycleAt(at(from), cadence, zone);
  return { startAt: at(from), endAt: at(to), cycleStartAt: cycle.startAt, cycleEndAt: cycle.endAt };
}

const share = (numerator: bigint, denominator: bigint) => ({ numerator, denominator });

describe('proration', () => {
  // Berlin, March 2024: from 29 February 23:00 UTC to 31 March 22:00 UTC, since clocks go forward on the 31st.
  const zone = 'Europe/Berlin';
  const until = (end: string) => part('2024-02-29T23:00Z', end, months, zone);

  it('by the second is elapsed time: March in Berlin has an hour less', () => {
    // 1 to 15 March, 10:30 at +1: 14 × 86,400 + 37,800 = 1,247,400 s of 31 × 86,400 - 3,600 = 2,674,800 s.
    assert.deepEqual(proration(until('2024-03-15T09:30Z')), share(1_247_400n, 2_674_800n));
    assert.deepEqual(proration(until('2024-03-15T09:30Z'), 'second', zone), share(1_247_400n, 2_674_800n));
  });

  it('by the day counts local days without the one on which it ends', () => {
    assert.deepEqual(proration(until('2024-03-15T09:30Z'), 'day', zone), share(14n, 31n));
    assert.deepEqual(
      proration(part('2024-03-15T09:30Z', '2024-03-31T22:00Z', months, zone), 'day', zone),
      share(17n, 31n),
    );
    // By 23:30 UTC of the 15th it is the 16th in Berlin, and the 15th counts.
    assert.deepEqual(proration(until('2024-03-15T23:30Z'), 'day', zone), share(15n, 31n));
    assert.deepEqual(
      proration(part('2024-03-15T09:00Z', '2024-03-15T17:00Z', months, zone), 'day', zone),
      share(0n, 31n),
    );
  });

  it('by the day, counting the end, counts the day on which it ends unless that is its first instant', () => {
    assert.deepEqual(proration(until('2024-03-15T09:30Z'), 'day_counting_end', zone), share(15n, 31n));
    // 14 March 23:00 UTC is midnight of the 15th.
    assert.deepEqual(proration(until('2024-03-14T23:00Z'), 'day_counting_end', zone), share(14n, 31n));
    assert.deepEqual(proration(until('2024-03-31T22:00Z'), 'day_counting_end', zone), share(31n, 31n));
    // The day of the change counts on both sides: 15 + 17 days of 31.
    const after = part('2024-03-15T09:30Z', '2024-03-31T22:00Z', months, zone);
    assert.deepEqual(proration(after, 'day_counting_end', zone), share(17n, 31n));
  });

  it('by the day, counting the end, is the whole for a whole cycle that ends in mid-day', () => {
    // 31 January 15:30 to 29 February 15:30: 31 January to 28 February are 29 days, and the 29th too.
    const cadence: Cadence = { interval: 'month', anchor: { kind: 'anniversary', at: at('2024-01-31T15:30Z') } };
    const whole = part('2024-01-31T15:30Z', '2024-02-29T15:30Z', cadence, 'UTC');
    assert.deepEqual(proration(whole, 'day_counting_end', 'UTC'), share(30n, 30n));
    assert.deepEqual(proration(whole, 'day', 'UTC'), share(29n, 29n));
  });

  it('of mode none is always the whole', () => {
    assert.deepEqual(proration(until('2024-03-02T00:00Z'), 'none'), share(1n, 1n));
    assert.deepEqual(proration(until('2024-03-02T00:00Z'), 'none', zone), share(1n, 1n));
  });

  it('does not count a day that the zone skipped: Samoa’s December 2011 has 30', () => {
    // 1 December 10:00 UTC (midnight at -10) to 31 December 10:00 UTC (midnight of 1 January at +14). The 29th ends where
    // the 31st begins, at 10:00 UTC of the 30th: 29 days before it, one after it.
    const apia = 'Pacific/Apia';
    assert.deepEqual(
      proration(part('2011-12-01T10:00Z', '2011-12-30T10:00Z', months, apia), 'day', apia),
      share(29n, 30n),
    );
    assert.deepEqual(
      proration(part('2011-12-30T10:00Z', '2011-12-31T10:00Z', months, apia), 'day', apia),
      share(1n, 30n),
    );
  });

  it('has a day that comes back for an hour begin once: St John’s, November 2009', () => {
    // In the repeated hour before the second midnight (02:45 UTC) it is 1 November already: none of its days is over.
    const zone = 'America/St_Johns';
    assert.deepEqual(
      proration(part('2009-11-01T02:30Z', '2009-11-01T02:45Z', months, zone), 'day', zone),
      share(0n, 30n),
    );
    const rest = part('2009-11-01T02:45Z', '2009-12-01T03:30Z', months, zone);
    assert.deepEqual(proration(rest, 'day', zone), share(30n, 30n));
  });
});

describe('the shares of a cycle’s parts', function () {
  this.timeout(120_000);

  type Prorate = (...args: Parameters<typeof proration>) => ReturnType<typeof proration>;
  const prorate: Prorate = (p, mode, zone = 'UTC') => proration(p, mode ?? 'second', zone);

  const anchor = fc.oneof(
    fc.constant({ kind: 'calendar' as const }),
    fc
      .date({ min: at('2020-01-01'), max: at('2034-12-31'), noInvalidDate: true })
      .map((date) => ({ kind: 'anniversary' as const, at: date })),
  );
  const cadence: fc.Arbitrary<Cadence> = fc.record({ interval: fc.constantFrom(...intervals), anchor });
  const cuts = fc.uniqueArray(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 4 });
  const instant = fc.date({ min: at('2024-01-01'), max: at('2032-12-31'), noInvalidDate: true });

  /** Cut a cycle anywhere into up to five parts: each has what the second count says, and together they are the whole. */
  const addUp = (mode: 'second' | 'day', share: Prorate) =>
    fc.property(fc.constantFrom(...zones), cadence, instant, cuts, (zone, kind, within, places) => {
      const { startAt, endAt } = cycleAt(within, kind, zone);
      const length = endAt.getTime() - startAt.getTime();
      const inside = places.map((place) => startAt.getTime() + Math.floor(place * length)).toSorted((a, b) => a - b);
      const edges = [startAt.getTime(), ...inside, endAt.getTime()];
      const count = (from: number, to: number) =>
        mode === 'day' ? clockOracle(zone).daysBetween(from, to) : Math.floor(to / 1000) - Math.floor(from / 1000);
      const all = BigInt(count(startAt.getTime(), endAt.getTime()));
      let sum = 0n;
      for (const [index, from] of edges.slice(0, -1).entries()) {
        const to = edges[index + 1]!;
        const name = `${zone} ${JSON.stringify(kind)} ${new Date(from).toISOString()} ${new Date(to).toISOString()}`;
        const span = { startAt: new Date(from), endAt: new Date(to), cycleStartAt: startAt, cycleEndAt: endAt };
        const { numerator, denominator } = share(span, mode, zone);
        assert.deepEqual([numerator, denominator], [BigInt(count(from, to)), all], name);
        sum += numerator;
      }
      assert.equal(sum, all);
    });

  it('add up to the whole by the second and by the day, wherever it is cut, in 40 zones', () => {
    for (const mode of ['second', 'day'] as const) fc.assert(addUp(mode, prorate), samples(300));
  });

  it('and the property notices days counted in UTC, the end counted twice, and seconds cut from each part', () => {
    const inUtc: Prorate = (p, mode = 'second') => prorate(p, mode, 'UTC');
    const endTwice: Prorate = (p, _mode, zone = 'UTC') => prorate(p, 'day_counting_end', zone);
    const cutEach: Prorate = (p) => ({
      numerator: BigInt(Math.floor((p.endAt.getTime() - p.startAt.getTime()) / 1000)),
      denominator: proration(p).denominator,
    });
    assertFindsFault(addUp('day', inUtc));
    assertFindsFault(addUp('day', endTwice));
    assertFindsFault(addUp('second', cutEach));
  });

  /** Days with the end: the dates that the part touches, but not one of which it has nothing before its end. */
  const touchesDates = (share: Prorate) =>
    fc.property(
      fc.constantFrom(...zones),
      instant,
      fc.integer({ min: 1, max: 27 * 86_400_000 }),
      (zone, from, length) => {
        const clock = clockOracle(zone);
        const { startAt, endAt } = cycleAt(from, months, zone);
        const to = Math.min(from.getTime() + length, endAt.getTime());
        const touched = clock.daysBetween(from.getTime(), to) + (clock.isStartOfDay(to) ? 0 : 1);
        const span = { startAt: from, endAt: new Date(to), cycleStartAt: startAt, cycleEndAt: endAt };
        const { numerator, denominator } = share(span, 'day_counting_end', zone);
        assert.deepEqual(
          [numerator, denominator],
          [BigInt(touched), BigInt(clock.daysBetween(startAt.getTime(), endAt.getTime()))],
          `${zone} ${from.toISOString()} ${new Date(to).toISOString()}`,
        );
        assert.ok(numerator <= denominator && numerator > 0n, `${numerator} of ${denominator}`);
      },
    );

  it('counting the end, are the days that a part touches', () => {
    fc.assert(touchesDates(prorate), samples(300));
    const without = (p: Parameters<Prorate>[0], _mode?: ProrationMode, zone = 'UTC') => proration(p, 'day', zone);
    assertFindsFault(touchesDates(without));
  });
});
