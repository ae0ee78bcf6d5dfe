import assert from 'node:assert/strict';
import fc from 'fast-check';
import { isoOf, parseInstant } from '../../src/billing/instant.ts';

const two = (number: number) => String(number).padStart(2, '0');

/** By the rule of the Gregorian calendar, not by the Date that is tested. */
function daysOf(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return [4, 6, 9, 11].includes(month) ? 30 : 31;
}

describe('instants', () => {
  const parts = fc.record({
    year: fc.integer({ min: 1999, max: 2101 }),
    month: fc.integer({ min: 0, max: 13 }),
    day: fc.integer({ min: 0, max: 32 }),
    hour: fc.integer({ min: 0, max: 25 }),
    minute: fc.integer({ min: 0, max: 61 }),
    second: fc.integer({ min: 0, max: 61 }),
    ms: fc.integer({ min: 0, max: 999 }),
  });

  it('are read in the form of toISOString if there is such a day and time, and only then', () => {
    fc.assert(
      fc.property(parts, ({ year, month, day, hour, minute, second, ms }) => {
        const text = `${year}-${two(month)}-${two(day)}T${two(hour)}:${two(minute)}:${two(second)}.${String(ms).padStart(3, '0')}Z`;
        const exists =
          month >= 1 &&
          month <= 12 &&
          day >= 1 &&
          day <= daysOf(year, month) &&
          hour < 24 &&
          minute < 60 &&
          second < 60;
        const instant = parseInstant(text);
        assert.equal(instant?.getTime(), exists ? Date.UTC(year, month - 1, day, hour, minute, second, ms) : undefined);
        if (instant !== undefined) assert.equal(isoOf(instant, text), instant.toISOString());
      }),
      {
        numRuns: 5_000,
        examples: [
          [{ year: 2013, month: 2, day: 29, hour: 0, minute: 0, second: 0, ms: 0 }],
          [{ year: 2013, month: 1, day: 1, hour: 24, minute: 0, second: 0, ms: 0 }],
        ],
      },
    );
  });

  it('written in another form are the same instant, told in one form', () => {
    for (const text of ['2013-01-31t23:59:59.999Z', '2013-01-31T18:59:59.9990-05:00', '2013-01-31T23:59:59.999999Z']) {
      const instant = parseInstant(text)!;
      assert.equal(isoOf(instant, text), '2013-01-31T23:59:59.999Z');
    }
  });
});
