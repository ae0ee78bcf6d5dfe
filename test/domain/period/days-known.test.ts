import assert from 'node:assert/strict';
import { Temporal } from 'temporal-polyfill';
import { startOfDayAt } from '../../../src/domain/period/local-time.ts';

/** First instants of the days around, by Temporal alone: an instant is in the day that began last. */
function firstInstants(from: string, days: number, zone: string): number[] {
  const first = Temporal.PlainDate.from(from);
  return Array.from({ length: days }, (_, index) => first.add({ days: index }).toZonedDateTime(zone).epochMilliseconds);
}

describe('The first instant of a day', () => {
  // Clocks go back across midnight, skip midnight, and stand by half an hour and by 45 minutes from the full hour.
  for (const [zone, from] of [
    ['America/St_Johns', '2009-10-30'],
    ['America/Sao_Paulo', '2018-11-02'],
    ['Asia/Kathmandu', '2026-01-01'],
    ['UTC', '2026-01-01'],
  ] as const) {
    it(`is the same whoever asked before, in ${zone}`, () => {
      const starts = firstInstants(from, 5, zone);
      const instants = Array.from({ length: 3 * 24 * 12 }, (_, index) => starts[0]! + index * 300_000 + 1_000);
      // Every order: as time goes, back, and with steps of some hours.
      const jumping = instants.map((_, index) => instants[(index * 101) % instants.length]!);
      for (const ms of [...instants, ...instants.toReversed(), ...jumping]) {
        const expected = starts.findLast((start) => start <= ms);
        assert.equal(startOfDayAt(new Date(ms), zone).getTime(), expected, new Date(ms).toISOString());
      }
    });
  }
});
