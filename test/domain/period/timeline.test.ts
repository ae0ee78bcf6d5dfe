import assert from 'node:assert/strict';
import { layOut, nextRenewal } from '../../../src/domain/period/lay-out.ts';
import { maxPeriods, periodsUntil, proration } from '../../../src/domain/period/period.ts';
import type { Timeline } from '../../../src/domain/period/timeline.ts';
import { assertRefused } from '../support/properties.ts';
import { at, phase, shown, timeline } from '../support/timelines.ts';

const periods = (subscription: Timeline, until: string) => shown(layOut(subscription, { until: at(until) }));
const anniversary = { kind: 'anniversary' } as const;

describe('a subscription without trial, pauses or changes', () => {
  it('has the periods that it always had by calendar months, to the millisecond', () => {
    const zone = 'America/St_Johns';
    const [startsAt, until] = [at('2009-01-17T05:43:21.987Z'), at('2012-06-15T00:00Z')];
    const laid = layOut(timeline(startsAt.toISOString(), { zone }), { until });
    const without = laid.map(({ planVersionId: _, ...period }) => period);
    assert.equal(without.length, 42);
    assert.deepEqual(without, periodsUntil(undefined, startsAt, zone, until));
  });

  it('is billed by the month at the monthly run, and otherwise an hour after the end', () => {
    const billableAt = (other: Parameters<typeof phase>[2]) =>
      layOut(timeline('2024-01-10T00:00Z', { phases: [phase('2024-01-10T00:00Z', 'A', other)] }), {
        until: at('2024-01-10T00:00Z'),
      }).map((p) => p.billableAt.toISOString());
    assert.deepEqual(billableAt({}), ['2024-02-01T13:00:00.000Z']);
    assert.deepEqual(billableAt({ intervalCount: 2 }), ['2024-03-01T01:00:00.000Z']);
    assert.deepEqual(billableAt({ interval: 'week' }), ['2024-01-15T01:00:00.000Z']);
    assert.deepEqual(billableAt({ interval: 'quarter' }), ['2024-04-01T01:00:00.000Z']);
    assert.deepEqual(billableAt({ anchor: anniversary }), ['2024-02-10T01:00:00.000Z']);
  });

  it('by an anniversary without an instant begins its cycles at its start: 31 January', () => {
    const start = '2024-01-31T10:00Z';
    const monthly = timeline(start, { phases: [phase(start, 'A', { anchor: anniversary })] });
    assert.deepEqual(periods(monthly, '2024-04-15T00:00Z'), [
      ...['2024-01-31T10:00 > 2024-02-29T10:00 A', '2024-02-29T10:00 > 2024-03-31T10:00 A'],
      '2024-03-31T10:00 > 2024-04-30T10:00 A',
    ]);
    assert.deepEqual(
      layOut(monthly, { until: at('2032-12-31T00:00Z') }).filter((p) => {
        const { numerator, denominator } = proration(p);
        return numerator !== denominator;
      }),
      [],
    );
  });

  it('that starts in the past has the periods since', () => {
    assert.deepEqual(periods(timeline('2023-11-15T00:00Z'), '2024-02-03T00:00Z'), [
      ...['2023-11-15 > 2023-12-01 A', '2023-12-01 > 2024-01-01 A', '2024-01-01 > 2024-02-01 A'],
      '2024-02-01 > 2024-03-01 A',
    ]);
  });

  it('goes on after the last period, which may have been cut', () => {
    const subscription = timeline('2024-01-01T00:00Z');
    const reach = { after: at('2024-01-20T06:00Z'), until: at('2024-02-10T00:00Z') };
    assert.deepEqual(shown(layOut(subscription, reach)), [
      '2024-01-20T06:00 > 2024-02-01 A',
      '2024-02-01 > 2024-03-01 A',
    ]);
    assert.deepEqual(layOut(subscription, { after: at('2024-02-01T00:00Z'), until: at('2024-01-31T00:00Z') }), []);
  });

  it('is laid out by at most 1,200 periods at once', () => {
    const weekly = timeline('2000-01-03T00:00Z', { phases: [phase('2000-01-03T00:00Z', 'A', { interval: 'week' })] });
    const until = (weeks: number) => ({ until: new Date(Date.UTC(2000, 0, 3 + 7 * (weeks - 1))) });
    assert.equal(layOut(weekly, until(maxPeriods)).length, 1200);
    assertRefused(() => layOut(weekly, until(maxPeriods + 1)), 'period-span-too-long');
  });
});

describe('a trial', () => {
  const trial = (trialEndsAt: string, anchor: Timeline['phases'][number]['anchor']) =>
    timeline('2024-01-10T00:00Z', {
      trialEndsAt: at(trialEndsAt),
      phases: [phase('2024-01-10T00:00Z', 'A', { anchor })],
    });

  it('has no period, so that its usage is never billed', () => {
    assert.deepEqual(periods(trial('2024-01-24T00:00Z', { kind: 'calendar' }), '2024-01-23T23:59Z'), []);
    const [first] = layOut(trial('2024-01-24T00:00Z', { kind: 'calendar' }), { until: at('2024-01-24T00:00Z') });
    assert.deepEqual(shown([first!]), ['2024-01-24 > 2024-02-01 A']);
    // 8 of 31 days: 8 × 86,400 = 691,200 s of 2,678,400 s.
    assert.deepEqual(proration(first!), { numerator: 691_200n, denominator: 2_678_400n });
  });

  it('is where an anniversary begins', () => {
    assert.deepEqual(periods(trial('2024-01-24T09:00Z', anniversary), '2024-02-24T09:00Z'), [
      ...['2024-01-24T09:00 > 2024-02-24T09:00 A', '2024-02-24T09:00 > 2024-03-24T09:00 A'],
    ]);
  });

  it('that ends on the billing day is followed by one whole cycle, with no empty period before it', () => {
    const subscription = trial('2024-02-01T00:00Z', { kind: 'calendar' });
    assert.deepEqual(periods(subscription, '2024-02-15T00:00Z'), ['2024-02-01 > 2024-03-01 A']);
    const anchored = trial('2024-02-10T00:00Z', { kind: 'anniversary', at: at('2024-01-10T00:00Z') });
    assert.deepEqual(periods(anchored, '2024-02-15T00:00Z'), ['2024-02-10 > 2024-03-10 A']);
  });

  it('that is extended over a month skips none after it', () => {
    const calendar = trial('2024-02-20T00:00Z', { kind: 'calendar' });
    assert.deepEqual(periods(calendar, '2024-04-01T00:00Z'), [
      ...['2024-02-20 > 2024-03-01 A', '2024-03-01 > 2024-04-01 A', '2024-04-01 > 2024-05-01 A'],
    ]);
    assert.deepEqual(periods(trial('2024-02-20T00:00Z', anniversary), '2024-03-20T00:00Z'), [
      ...['2024-02-20 > 2024-03-20 A', '2024-03-20 > 2024-04-20 A'],
    ]);
  });

  it('that ends by the start is none', () => {
    assert.deepEqual(periods(trial('2024-01-10T00:00Z', anniversary), '2024-01-15T00:00Z'), [
      '2024-01-10 > 2024-02-10 A',
    ]);
  });
});

describe('a pause', () => {
  const paused = (from: string, to: string | null) =>
    timeline('2024-01-01T00:00Z', { pauses: [{ from: at(from), to: to === null ? null : at(to) }] });

  it('over a boundary cuts the months on both sides of it', () => {
    const subscription = paused('2024-01-21T00:00Z', '2024-02-11T12:00Z');
    assert.deepEqual(periods(subscription, '2024-03-01T00:00Z'), [
      ...['2024-01-01 > 2024-01-21 A', '2024-02-11T12:00 > 2024-03-01 A', '2024-03-01 > 2024-04-01 A'],
    ]);
    const [january, february] = layOut(subscription, { until: at('2024-02-29T00:00Z') });
    // 20 of 31 days, and 18.5 of 29 days: 18.5 × 86,400 = 1,598,400 s of 2,505,600 s.
    assert.deepEqual(proration(january!, 'day', 'UTC'), { numerator: 20n, denominator: 31n });
    assert.deepEqual(proration(february!), { numerator: 1_598_400n, denominator: 2_505_600n });
    // Both are billed with the others of their month.
    assert.deepEqual(january!.billableAt, at('2024-02-01T13:00Z'));
  });

  it('within a month leaves two periods of that month', () => {
    assert.deepEqual(periods(paused('2024-01-10T00:00Z', '2024-01-12T00:00Z'), '2024-01-31T00:00Z'), [
      ...['2024-01-01 > 2024-01-10 A', '2024-01-12 > 2024-02-01 A'],
    ]);
  });

  it('without an end has nothing after it', () => {
    assert.deepEqual(periods(paused('2024-01-10T00:00Z', null), '2030-01-01T00:00Z'), ['2024-01-01 > 2024-01-10 A']);
  });

  it('from boundary to boundary leaves out whole months, and one without length nothing', () => {
    assert.deepEqual(periods(paused('2024-02-01T00:00Z', '2024-03-01T00:00Z'), '2024-03-01T00:00Z'), [
      ...['2024-01-01 > 2024-02-01 A', '2024-03-01 > 2024-04-01 A'],
    ]);
    assert.deepEqual(periods(paused('2024-01-10T00:00Z', '2024-01-10T00:00Z'), '2024-01-31T00:00Z'), [
      '2024-01-01 > 2024-02-01 A',
    ]);
  });

  it('counts once where it overlaps others, or the trial', () => {
    const pauses = [
      { from: at('2024-01-10T00:00Z'), to: at('2024-01-20T00:00Z') },
      { from: at('2024-01-15T00:00Z'), to: at('2024-01-25T00:00Z') },
      { from: at('2024-01-25T00:00Z'), to: at('2024-01-26T00:00Z') },
    ];
    const subscription = timeline('2024-01-01T00:00Z', { pauses, trialEndsAt: at('2024-01-12T00:00Z') });
    assert.deepEqual(periods(subscription, '2024-01-31T00:00Z'), ['2024-01-26 > 2024-02-01 A']);
  });

  it('does not move an anniversary', () => {
    const subscription = {
      ...paused('2024-02-05T00:00Z', '2024-02-20T00:00Z'),
      phases: [phase('2024-01-01T00:00Z', 'A', { anchor: { kind: 'anniversary', at: at('2024-01-15T00:00Z') } })],
    } satisfies Timeline;
    assert.deepEqual(periods(subscription, '2024-03-15T00:00Z'), [
      ...[
        '2024-01-01 > 2024-01-15 A',
        '2024-01-15 > 2024-02-05 A',
        '2024-02-20 > 2024-03-15 A',
        '2024-03-15 > 2024-04-15 A',
      ],
    ]);
  });
});

describe('a change of plan', () => {
  it('now splits the month, and each part has its plan and its share', () => {
    const subscription = timeline('2024-01-01T00:00Z', {
      phases: [phase('2024-01-01T00:00Z', 'A'), phase('2024-01-17T00:00Z', 'B')],
    });
    const laid = layOut(subscription, { until: at('2024-02-01T00:00Z') });
    assert.deepEqual(shown(laid), [
      '2024-01-01 > 2024-01-17 A',
      '2024-01-17 > 2024-02-01 B',
      '2024-02-01 > 2024-03-01 B',
    ]);
    // 16 days and 15 days of 31.
    const days = laid.map((p) => proration(p, 'day', 'UTC'));
    assert.deepEqual(
      days.map(({ numerator }) => numerator),
      [16n, 15n, 29n],
    );
    assert.deepEqual(
      days.map(({ denominator }) => denominator),
      [31n, 31n, 29n],
    );
  });

  it('at renewal splits none', () => {
    const before = timeline('2024-01-10T00:00Z');
    const renewal = nextRenewal(before, at('2024-01-17T15:00Z'))!;
    assert.deepEqual(renewal, at('2024-02-01T00:00Z'));
    const after = { ...before, phases: [...before.phases, phase(renewal.toISOString(), 'B')] };
    assert.deepEqual(periods(after, '2024-02-15T00:00Z'), ['2024-01-10 > 2024-02-01 A', '2024-02-01 > 2024-03-01 B']);
  });

  it('to another interval begins with the rest of the new cycle', () => {
    const subscription = timeline('2024-01-01T00:00Z', {
      phases: [phase('2024-01-01T00:00Z', 'A'), phase('2024-02-10T00:00Z', 'B', { interval: 'quarter' })],
    });
    const laid = layOut(subscription, { until: at('2024-04-01T00:00Z') });
    assert.deepEqual(shown(laid), [
      ...[
        '2024-01-01 > 2024-02-01 A',
        '2024-02-01 > 2024-02-10 A',
        '2024-02-10 > 2024-04-01 B',
        '2024-04-01 > 2024-07-01 B',
      ],
    ]);
    // The rest of a leap year's first quarter: 20 days of February and 31 of March, of 31 + 29 + 31 = 91.
    assert.deepEqual(proration(laid[2]!, 'day', 'UTC'), { numerator: 51n, denominator: 91n });
  });

  it('takes the place of another at the same instant', () => {
    const subscription = timeline('2024-01-01T00:00Z', {
      phases: ['A', 'B', 'C'].map((name, index) =>
        phase(index === 0 ? '2024-01-01T00:00Z' : '2024-01-17T00:00Z', name),
      ),
    });
    assert.deepEqual(periods(subscription, '2024-01-31T00:00Z'), [
      '2024-01-01 > 2024-01-17 A',
      '2024-01-17 > 2024-02-01 C',
    ]);
  });
});

describe('the end of a subscription', () => {
  it('now cuts the period, and at period end none', () => {
    const subscription = timeline('2024-01-01T00:00Z');
    const now = { ...subscription, endsAt: at('2024-02-10T15:30Z') };
    assert.deepEqual(periods(now, '2030-01-01T00:00Z'), [
      '2024-01-01 > 2024-02-01 A',
      '2024-02-01 > 2024-02-10T15:30 A',
    ]);
    const atPeriodEnd = { ...subscription, endsAt: nextRenewal(subscription, at('2024-02-10T15:30Z')) };
    assert.deepEqual(periods(atPeriodEnd, '2030-01-01T00:00Z'), [
      '2024-01-01 > 2024-02-01 A',
      '2024-02-01 > 2024-03-01 A',
    ]);
  });

  it('in the trial or in a pause leaves nothing to bill', () => {
    const subscription = timeline('2024-01-10T00:00Z', {
      trialEndsAt: at('2024-01-24T00:00Z'),
      endsAt: at('2024-01-20T00:00Z'),
    });
    assert.deepEqual(periods(subscription, '2030-01-01T00:00Z'), []);
    const pauses = [{ from: at('2024-02-01T00:00Z'), to: at('2024-03-01T00:00Z') }];
    assert.deepEqual(
      periods(timeline('2024-01-01T00:00Z', { pauses, endsAt: at('2024-02-15T00:00Z') }), '2030-01-01T00:00Z'),
      ['2024-01-01 > 2024-02-01 A'],
    );
  });
});

describe('the next renewal', () => {
  const renewal = (subscription: Timeline, after: string) =>
    nextRenewal(subscription, at(after))?.toISOString() ?? null;

  it('is the end of the cycle, strictly after the instant', () => {
    const subscription = timeline('2024-01-10T00:00Z');
    assert.equal(renewal(subscription, '2024-01-31T23:59:59.999Z'), '2024-02-01T00:00:00.000Z');
    assert.equal(renewal(subscription, '2024-02-01T00:00Z'), '2024-03-01T00:00:00.000Z');
    assert.equal(renewal(subscription, '2023-05-01T00:00Z'), '2024-02-01T00:00:00.000Z');
  });

  it('is the end of the trial during the trial, and none where the subscription ends by then', () => {
    const subscription = timeline('2024-01-10T00:00Z', { trialEndsAt: at('2024-01-24T00:00Z') });
    assert.equal(renewal(subscription, '2024-01-12T00:00Z'), '2024-01-24T00:00:00.000Z');
    assert.equal(renewal(subscription, '2024-01-24T00:00Z'), '2024-02-01T00:00:00.000Z');
    assert.equal(renewal({ ...subscription, endsAt: at('2024-02-01T00:00Z') }, '2024-01-24T00:00Z'), null);
  });

  it('follows a change of plan that is known', () => {
    const weekly = phase('2024-01-10T00:00Z', 'B', {
      interval: 'week',
      anchor: { kind: 'anniversary', at: at('2024-01-08T12:00Z') },
    });
    const subscription = timeline('2024-01-01T00:00Z', { phases: [phase('2024-01-01T00:00Z', 'A'), weekly] });
    // The week from 8 January 12:00 on that the change falls in began in the old plan's time, and ends on the 15th.
    assert.equal(renewal(subscription, '2024-01-05T00:00Z'), '2024-01-15T12:00:00.000Z');
    const anchored = { ...weekly, anchor: { kind: 'anniversary', at: weekly.from } } as const;
    assert.equal(
      renewal({ ...subscription, phases: [subscription.phases[0]!, anchored] }, '2024-01-05T00:00Z'),
      '2024-01-10T00:00:00.000Z',
    );
  });
});

describe('a timeline', () => {
  it('is refused where its times do not fit together', () => {
    const start = '2024-01-01T00:00Z';
    const refused = (other: Partial<Timeline>, field: string, code = 'timeline-invalid') =>
      assertRefused(() => layOut(timeline(start, other), { until: at(start) }), code, field);
    refused({ phases: [] }, 'phases');
    refused({ phases: [phase('2024-01-02T00:00Z', 'A')] }, 'phases[0].from');
    refused({ phases: [phase(start, 'A'), phase('2023-12-01T00:00Z', 'B')] }, 'phases[1].from');
    refused({ pauses: [{ from: at('2024-01-05T00:00Z'), to: at('2024-01-04T00:00Z') }] }, 'pauses[0].to');
    refused({ endsAt: new Date(Number.NaN) }, 'endsAt');
    refused({ trialEndsAt: new Date(Number.NaN) }, 'trialEndsAt');
    refused({ phases: [phase(start, 'A', { intervalCount: 0 })] }, 'phases[0].intervalCount', 'interval-invalid');
  });

  it('may have its first phase begin with billing, after the trial', () => {
    const subscription = timeline('2024-01-10T00:00Z', {
      trialEndsAt: at('2024-01-24T00:00Z'),
      phases: [phase('2024-01-24T00:00Z', 'A')],
    });
    assert.deepEqual(periods(subscription, '2024-01-31T00:00Z'), ['2024-01-24 > 2024-02-01 A']);
  });
});
