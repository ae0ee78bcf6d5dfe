import assert from 'node:assert/strict';
import { type Cadence, isBilledMonthly, stepOf } from '../../../src/domain/period/interval.ts';
import { layOut, nextRenewal } from '../../../src/domain/period/lay-out.ts';
import type { Phase, Timeline } from '../../../src/domain/period/timeline.ts';
import { assertRefused } from '../support/properties.ts';
import { at, phase, timeline } from '../support/timelines.ts';

const start = '2024-01-01T00:00Z';
const never = new Date(Number.NaN);

describe('a timeline that is refused', () => {
  const refused = (other: Partial<Timeline>, field: string, reason: RegExp, code = 'timeline-invalid') => {
    const subscription = timeline(start, other);
    assertRefused(() => layOut(subscription, { until: at(start) }), code, field, reason);
    assertRefused(() => nextRenewal(subscription, at(start)), code, field, reason);
  };
  const anchored = (instant: Date): Partial<Phase> => ({ anchor: { kind: 'anniversary', at: instant } });

  it('names each of its times that is no instant', () => {
    const none = /This is not an instant/;
    refused({ startsAt: never }, 'startsAt', none);
    refused({ endsAt: never }, 'endsAt', none);
    refused({ trialEndsAt: never }, 'trialEndsAt', none);
    refused({ pauses: [{ from: never, to: null }] }, 'pauses[0].from', none);
    const good = { from: at(start), to: null };
    refused({ pauses: [good, { from: at(start), to: never }] }, 'pauses[1].to', none);
    refused({ phases: [{ ...phase(start, 'A'), from: never }] }, 'phases[0].from', none);
    refused({ phases: [phase(start, 'A', anchored(never))] }, 'phases[0].anchor.at', none);
  });

  it('says what does not fit together', () => {
    const pause = { from: at('2024-01-05T00:00Z'), to: at('2024-01-04T00:00Z') };
    refused({ pauses: [pause] }, 'pauses[0].to', /pause ends at 2024-01-04T00:00:00\.000Z, before it begins/);
    refused({ phases: [] }, 'phases', /has at least one phase/);
    const late = [phase('2024-01-02T00:00Z', 'A')];
    refused({ phases: late }, 'phases[0].from', /Billing begins at 2024-01-01T00:00:00\.000Z, before the first phase/);
    const disorder = [phase(start, 'A'), phase('2023-12-01T00:00Z', 'B')];
    refused({ phases: disorder }, 'phases[1].from', /in the order in which they begin/);
  });

  it('names the phase whose interval cannot be', () => {
    const daily = { interval: 'day' } as unknown as Partial<Phase>;
    const phases = (other: Partial<Phase>) => ({ phases: [phase(start, 'A'), phase(start, 'B', other)] });
    const none = /"day" is none of week, month, quarter, half_year, year/;
    refused(phases(daily), 'phases[1].interval', none, 'interval-invalid');
    const count = /count of intervals is 25; it is a whole number from 1 to 24/;
    refused(phases({ intervalCount: 25 }), 'phases[1].intervalCount', count, 'interval-invalid');
  });

  it('is not one whose pause ends as it begins, or whose anchor is left open', () => {
    const pauses = [{ from: at('2024-01-10T00:00Z'), to: at('2024-01-10T00:00Z') }];
    const open = { kind: 'anniversary', at: null } as const;
    const subscription = timeline(start, { pauses, endsAt: null, phases: [phase(start, 'A', { anchor: open })] });
    const periods = layOut(subscription, { until: at(start) });
    assert.deepEqual(
      periods.map(({ endAt }) => endAt.toISOString()),
      ['2024-02-01T00:00:00.000Z'],
    );
  });
});

describe('a renewal', () => {
  it('is there as long as the subscription does not end by then', () => {
    const renewal = (endsAt: Date | null) => nextRenewal(timeline(start, { endsAt }), at('2024-01-10T00:00Z'));
    assert.deepEqual(renewal(null), at('2024-02-01T00:00Z'));
    assert.deepEqual(renewal(at('2024-02-01T00:00:00.001Z')), at('2024-02-01T00:00Z'));
    assert.equal(renewal(at('2024-02-01T00:00Z')), null);
  });
});

describe('an interval', () => {
  it('is a number of weeks or months', () => {
    const months = (interval: Cadence['interval'], intervalCount?: number) =>
      stepOf({ interval, ...(intervalCount !== undefined && { intervalCount }) });
    assert.deepEqual(months('week', 2), { unit: 'weeks', count: 2 });
    assert.deepEqual(months('month'), { unit: 'months', count: 1 });
    assert.deepEqual(months('quarter', 3), { unit: 'months', count: 9 });
    assert.deepEqual(months('half_year'), { unit: 'months', count: 6 });
    assert.deepEqual(months('year', 2), { unit: 'months', count: 24 });
  });

  it('is refused without a field where none is named', () => {
    assertRefused(() => stepOf({ interval: 'month', intervalCount: 0 }), 'interval-invalid', undefined, /is 0; it is/);
  });

  it('is billed by the monthly run as one calendar month only', () => {
    const calendar = { kind: 'calendar' } as const;
    assert.equal(isBilledMonthly({ interval: 'month', anchor: calendar }), true);
    assert.equal(isBilledMonthly({ interval: 'month', intervalCount: 1, anchor: calendar }), true);
    assert.equal(isBilledMonthly({ interval: 'month', intervalCount: 2, anchor: calendar }), false);
    assert.equal(isBilledMonthly({ interval: 'quarter', anchor: calendar }), false);
    assert.equal(isBilledMonthly({ interval: 'month', anchor: { kind: 'anniversary', at: at(start) } }), false);
  });
});
