import assert from 'node:assert/strict';
import fc from 'fast-check';
import { type MeasuredText, measuredFrom, measuredText } from '../../../src/billing/retention/measured-text.ts';
import { ratio } from '../../../src/domain/money/exact.ts';
import type { Measured } from '../../../src/domain/rating/usage.ts';

const exact = fc
  .tuple(fc.bigInt({ min: -(10n ** 40n), max: 10n ** 40n }), fc.bigInt({ min: 1n, max: 10n ** 20n }))
  .map(([numerator, denominator]) => ratio(numerator, denominator));
const count = fc.bigInt({ min: 0n, max: 2n ** 63n });
const values = fc.array(fc.string(), { maxLength: 3 });
const instant = fc.date({ min: new Date(0), max: new Date('2100-01-01'), noInvalidDate: true });
const totals = fc.record({
  count,
  sum: exact,
  freeCount: count,
  freeSum: exact,
  plainCount: count,
  plainSum: exact,
  atMinimum: fc.bigInt({ min: -100n, max: 100n }),
  atMaximum: fc.bigInt({ min: -100n, max: 100n }),
});
const measured: fc.Arbitrary<Measured> = fc.record(
  {
    usage: fc.record(
      {
        quantity: exact,
        carried: exact,
        transactions: totals,
        cells: fc.array(fc.record({ values, quantity: exact }), { maxLength: 3 }),
        spans: fc.array(fc.record({ startAt: instant, endAt: instant, quantity: exact, share: exact }), {
          maxLength: 3,
        }),
      },
      { requiredKeys: ['quantity'] },
    ),
    group: values,
    eventCount: count,
    skippedCount: count,
  },
  { requiredKeys: ['usage', 'eventCount', 'skippedCount'] },
);

describe('What was measured, as text', () => {
  it('is read as it was, to the last digit, also after it was stored as JSON', () => {
    fc.assert(
      fc.property(measured, (one) => {
        const text = JSON.stringify(measuredText(one));
        const read = measuredFrom(JSON.parse(text) as MeasuredText);
        assert.equal(JSON.stringify(measuredText(read)), text);
        assert.ok(read.usage.quantity.equals(one.usage.quantity));
        assert.deepEqual(
          [read.eventCount, read.skippedCount, read.group],
          [one.eventCount, one.skippedCount, one.group],
        );
        assert.deepEqual(
          read.usage.cells?.map((cell) => cell.values),
          one.usage.cells?.map((cell) => cell.values),
        );
        assert.deepEqual(
          read.usage.spans?.map(({ startAt, endAt }) => [startAt, endAt]),
          one.usage.spans?.map(({ startAt, endAt }) => [startAt, endAt]),
        );
        assert.equal(read.usage.transactions?.atMaximum, one.usage.transactions?.atMaximum);
      }),
    );
  });

  it('has exact numbers as quotients', () => {
    const one: Measured = {
      usage: { quantity: ratio(-10n, 4n), carried: ratio(0n, 1n) },
      eventCount: 3n,
      skippedCount: 1n,
    };
    assert.deepEqual(measuredText(one), {
      usage: { quantity: '-5/2', carried: '0/1' },
      eventCount: '3',
      skippedCount: '1',
    });
  });
});
