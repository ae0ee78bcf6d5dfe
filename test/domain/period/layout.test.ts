import assert from 'node:assert/strict';
import fc from 'fast-check';
import { cycleAt } from '../../../src/domain/period/cycle.ts';
import { intervals } from '../../../src/domain/period/interval.ts';
import { layOut } from '../../../src/domain/period/lay-out.ts';
import { relay } from '../../../src/domain/period/relay.ts';
import type { Phase, Timeline } from '../../../src/domain/period/timeline.ts';
import { assertFindsFault, samples } from '../support/properties.ts';
import { zones } from '../support/zones.ts';

const dayMs = 86_400_000;
const hourMs = 3_600_000;

/** To the hour, so that trials, pauses, phases and ends often meet each other; some at any millisecond. */
const within = (days: number) =>
  fc.oneof(
    fc.integer({ min: 0, max: days * 24 }).map((hour) => hour * hourMs),
    fc.integer({ min: 0, max: days * dayMs }),
  );

const timelines: fc.Arbitrary<Timeline> = fc
  .record({
    zone: fc.constantFrom(...zones),
    start: fc.date({ min: new Date('2024-01-01'), max: new Date('2031-12-31'), noInvalidDate: true }),
    trial: fc.option(within(60)),
    end: fc.option(within(500)),
    pauses: fc.array(fc.tuple(within(400), fc.option(within(90), { freq: 8 })), { maxLength: 3 }),
    changes: fc.array(within(400), { maxLength: 3 }),
    cadences: fc.array(
      fc.tuple(fc.constantFrom(...intervals), fc.integer({ min: 1, max: 3 }), fc.option(within(400), { freq: 3 })),
      { minLength: 4, maxLength: 4 },
    ),
  })
  .map(({ zone, start, trial, end, pauses, changes, cadences }) => {
    const after = (ms: number) => new Date(start.getTime() + ms);
    const phases = [0, ...changes.toSorted((a, b) => a - b)].map((ms, index): Phase => {
      const [interval, intervalCount, anchor] = cadences[index]!;
      return {
        from: after(ms),
        planVersionId: `plan ${index}`,
        interval,
        intervalCount,
        anchor: anchor === null ? { kind: 'calendar' } : { kind: 'anniversary', at: after(anchor) },
      };
    });
    return {
      zone,
      startsAt: start,
      trialEndsAt: trial === null ? null : after(trial),
      endsAt: end === null ? null : after(end),
      pauses: pauses.map(([from, length]) => ({
        from: after(from),
        to: length === null ? null : after(from + length),
      })),
      phases,
    };
  });

/** One instant at a time, by the words of the matter and not by cutting: whether it is billed, and by which plan. */
function planAt(timeline: Timeline, at: Date): Phase | undefined {
  const { startsAt, endsAt, trialEndsAt, pauses, phases } = timeline;
  const running = at >= startsAt && (endsAt == null || at < endsAt);
  const inTrial = trialEndsAt != null && at < trialEndsAt;
  const inPause = pauses.some(({ from, to }) => at >= from && (to === null || at < to));
  return running && !inTrial && !inPause ? phases.filter(({ from }) => from <= at).at(-1) : undefined;
}

const until = (timeline: Timeline) => new Date(timeline.startsAt.getTime() + 430 * dayMs);

/** Every instant at which something may change, the millisecond before it, and one in between. */
function instantsOf(timeline: Timeline, between: number): Date[] {
  const { startsAt, endsAt, trialEndsAt, pauses, phases } = timeline;
  const turns = [
    startsAt,
    endsAt,
    trialEndsAt,
    ...pauses.flatMap(({ from, to }) => [from, to]),
    ...phases.map((p) => p.from),
  ];
  const times = turns.flatMap((turn) => (turn == null ? [] : [turn.getTime(), turn.getTime() - 1]));
  return [...times, startsAt.getTime() + between].map((time) => new Date(time)).filter((at) => at <= until(timeline));
}

describe('the periods of any timeline', function () {
  this.timeout(120_000);

  type Lay = typeof layOut;

  /** Each instant that is billed is in exactly one period, of the plan and the cycle then in force; no other is in any. */
  const bills = (lay: Lay) =>
    fc.property(timelines, within(430), (timeline, between) => {
      const laid = lay(timeline, { until: until(timeline) });
      for (const [index, period] of laid.entries()) {
        assert.ok(
          period.startAt < period.endAt && period.endAt <= period.billableAt,
          'a period is empty or billed early',
        );
        assert.ok(
          period.cycleStartAt <= period.startAt && period.endAt <= period.cycleEndAt,
          'a period leaves its cycle',
        );
        assert.ok(index === 0 || laid[index - 1]!.endAt <= period.startAt, 'two periods overlap');
      }
      for (const at of instantsOf(timeline, between)) {
        const plan = planAt(timeline, at);
        const found = laid.filter(({ startAt, endAt }) => startAt <= at && at < endAt);
        assert.deepEqual(
          found.map(({ planVersionId }) => planVersionId),
          plan === undefined ? [] : [plan.planVersionId],
          at.toISOString(),
        );
        if (plan === undefined) continue;
        const anchor =
          plan.anchor.kind === 'calendar' ? plan.anchor : { kind: 'anniversary' as const, at: plan.anchor.at! };
        const { startAt, endAt } = cycleAt(at, { ...plan, anchor }, timeline.zone);
        assert.deepEqual([found[0]!.cycleStartAt, found[0]!.cycleEndAt], [startAt, endAt], at.toISOString());
      }
    });

  it('hold every billed instant once and no other one', () => {
    fc.assert(bills(layOut), samples(500));
  });

  it('and the property notices a billed trial, a billed pause, an old plan and an open end', () => {
    const withoutTrial: Lay = (timeline, reach) => layOut({ ...timeline, trialEndsAt: null }, reach);
    const withoutPauses: Lay = (timeline, reach) => layOut({ ...timeline, pauses: [] }, reach);
    const firstPlan: Lay = (timeline, reach) => layOut({ ...timeline, phases: [timeline.phases[0]!] }, reach);
    const endless: Lay = (timeline, reach) => layOut({ ...timeline, endsAt: null }, reach);
    for (const fault of [withoutTrial, withoutPauses, firstPlan, endless]) assertFindsFault(bills(fault));
  });

  it('are the same laid out at once and one after the other', () => {
    const grows = fc.property(timelines, (timeline) => {
      const laid = layOut(timeline, { until: until(timeline) });
      let grown: typeof laid = [];
      for (const { startAt } of laid) {
        grown = [...grown, ...layOut(timeline, { after: grown.at(-1)?.endAt, until: startAt })];
      }
      assert.deepEqual(grown, laid);
    });
    fc.assert(grows, samples(200));
  });

  type Relay = typeof relay;

  /** After any change, what was settled and what relay leaves is what the new timeline has from there on. */
  const bringsAbout = (change: Relay) =>
    fc.property(timelines, timelines, fc.nat({ max: 5 }), (before, other, settledCount) => {
      const laid = layOut(before, { until: until(before) });
      const settledUntil = laid.slice(0, settledCount).at(-1)?.endAt;
      const open = laid.slice(settledCount);
      // The other timeline's times, moved to this one's start.
      const after = {
        ...before,
        endsAt: moved(other.endsAt, other, before),
        trialEndsAt: moved(other.trialEndsAt, other, before),
      };
      const { gone, changed, added } = change(open, settledUntil, after, until(before));
      const kept = open.filter((period) => !gone.includes(period) && !changed.some(({ from }) => from === period));
      const result = [...kept, ...changed.map(({ to }) => to), ...added];
      const expected = layOut(after, { after: settledUntil, until: until(before) });
      assert.deepEqual(
        result.toSorted((a, b) => a.startAt.getTime() - b.startAt.getTime()),
        expected,
      );
      // Nothing is touched without need.
      for (const { from, to } of changed) assert.notDeepEqual({ ...from }, to);
    });

  it('that are open follow a change of the timeline', () => {
    fc.assert(bringsAbout(relay), samples(300));
    assertFindsFault(bringsAbout((...args) => ({ ...relay(...args), gone: [] })));
    assertFindsFault(bringsAbout((...args) => ({ ...relay(...args), changed: [] })));
    assertFindsFault(bringsAbout((...args) => ({ ...relay(...args), added: [] })));
  });
});

function moved(at: Date | null | undefined, from: Timeline, to: Timeline): Date | null {
  return at == null ? null : new Date(at.getTime() - from.startsAt.getTime() + to.startsAt.getTime());
}
