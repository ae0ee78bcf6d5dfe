import assert from 'node:assert/strict';
import fc from 'fast-check';
import { isMonthlyRunInstant, nextDailyScan, nextMonthlyRun } from '../../../src/domain/period/period.ts';
import { assertFindsFault, runs } from '../support/properties.ts';

const iso = (at: Date) => at.toISOString();
const at = (text: string) => new Date(text);
const instant = fc.date({ min: at('1990-01-01'), max: at('2100-01-01'), noInvalidDate: true });

describe('the nominal times of runs', () => {
  it('are day 1, 13:00 UTC for monthly invoicing, strictly after the instant asked for', () => {
    assert.equal(iso(nextMonthlyRun(at('2013-01-17T00:00:00Z'))), '2013-02-01T13:00:00.000Z');
    assert.equal(iso(nextMonthlyRun(at('2013-02-01T12:59:59.999Z'))), '2013-02-01T13:00:00.000Z');
    assert.equal(iso(nextMonthlyRun(at('2013-02-01T13:00:00Z'))), '2013-03-01T13:00:00.000Z');
    assert.equal(iso(nextMonthlyRun(at('2013-12-31T23:59:59Z'))), '2014-01-01T13:00:00.000Z');
    assert.ok(isMonthlyRunInstant(at('2013-02-01T13:00:00Z')), "isMonthlyRunInstant(at('2013-02-01T13:00:00Z'))");
    assert.ok(
      !isMonthlyRunInstant(at('2013-02-01T13:00:00.001Z')),
      "!isMonthlyRunInstant(at('2013-02-01T13:00:00.001Z'))",
    );
    assert.ok(!isMonthlyRunInstant(at('2013-02-02T13:00:00Z')), "!isMonthlyRunInstant(at('2013-02-02T13:00:00Z'))");
  });

  it('are 15:00 UTC every day for the due scan, at or after the instant asked for', () => {
    assert.equal(iso(nextDailyScan(at('2013-02-01T13:00:00Z'))), '2013-02-01T15:00:00.000Z');
    assert.equal(iso(nextDailyScan(at('2013-02-01T15:00:00Z'))), '2013-02-01T15:00:00.000Z');
    assert.equal(iso(nextDailyScan(at('2013-12-31T15:00:00.001Z'))), '2014-01-01T15:00:00.000Z');
    assert.equal(iso(nextDailyScan(at('2024-02-28T16:00:00Z'))), '2024-02-29T15:00:00.000Z');
  });

  const isNext = (nextRun: typeof nextMonthlyRun) =>
    fc.property(fc.oneof(instant, instant.map(nextMonthlyRun)), (after) => {
      const run = nextRun(after);
      assert.ok(isMonthlyRunInstant(run) && run > after, 'isMonthlyRunInstant(run) && run > after');
      // No run is passed over: two are never more than 31 days apart.
      assert.ok(
        run.getTime() - after.getTime() <= 31 * 86_400_000,
        'run.getTime() - after.getTime() <= 31 * 86_400_000',
      );
    });

  it('never skip a month', () => {
    fc.assert(isNext(nextMonthlyRun), runs);
    assertFindsFault(isNext((after) => nextMonthlyRun(new Date(after.getTime() - 1))));
    assertFindsFault(isNext((after) => nextMonthlyRun(new Date(after.getTime() + 30 * 86_400_000))));
  });

  it('never skip a day', () => {
    fc.assert(
      fc.property(fc.oneof(instant, instant.map(nextDailyScan)), (from) => {
        const scan = nextDailyScan(from);
        assert.equal(iso(scan).slice(11), '15:00:00.000Z');
        assert.ok(
          scan >= from && scan.getTime() - from.getTime() < 86_400_000,
          'scan >= from && scan.getTime() - from.getTime() < 86_400_000',
        );
      }),
      runs,
    );
  });
});
