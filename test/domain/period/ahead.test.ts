import assert from 'node:assert/strict';
import { type AheadPeriod, layAhead } from '../../../src/domain/period/ahead.ts';
import { layOut } from '../../../src/domain/period/lay-out.ts';
import type { Phase, Timeline } from '../../../src/domain/period/timeline.ts';

/** Calendar months in UTC from 1 January 2013 on, of the plans `a` and `b`, which are billed ahead, and `c`, which is not. */
describe('What is billed ahead', () => {
  const at = (day: string) => new Date(`2013-${day}T00:00:00Z`);
  const phase = (from: string, planVersionId: string, more: Partial<Phase> = {}): Phase => ({
    from: at(from),
    planVersionId,
    interval: 'month',
    anchor: { kind: 'calendar' },
    billsAhead: planVersionId !== 'c',
    ...more,
  });
  const timeline = (more: Partial<Timeline> = {}): Timeline => ({
    zone: 'UTC',
    startsAt: at('01-01'),
    pauses: [],
    phases: [phase('01-01', 'a')],
    ...more,
  });
  const lay = (of: Timeline, billed: readonly AheadPeriod[], until = '02-20', after?: string): AheadPeriod[] => {
    const from = after === undefined ? undefined : at(after);
    return layAhead(of, layOut(of, { after: from, until: at(until) }), from, billed);
  };
  const day = (instant: Date) => instant.toISOString().slice(5, 16).replace('T00:00', '');
  const shown = (all: readonly AheadPeriod[]) =>
    all.map(
      ({ kind, planVersionId, startAt, endAt, billableAt }) =>
        `${kind} ${planVersionId} ${day(startAt)} ${day(endAt)} at ${day(billableAt)}`,
    );
  const paid = lay(timeline(), []);
  const midFebruary = [phase('01-01', 'a'), phase('02-15', 'b')];

  it('is each month: the first an hour after it began, the others with the month before', () => {
    assert.deepEqual(shown(paid), ['advance a 01-01 02-01 at 01-01T01:00', 'advance a 02-01 03-01 at 02-01T13:00']);
    assert.deepEqual(lay(timeline(), paid), [], 'and nothing once it is billed');
    assert.deepEqual(lay(timeline({ phases: [phase('01-01', 'c')] }), []), []);
  });

  it('is an hour after their begin for other cycles, as the cycle before is', () => {
    const weekly = timeline({ startsAt: at('01-07'), phases: [phase('01-07', 'a', { interval: 'week' })] });
    assert.deepEqual(shown(lay(weekly, [], '01-14')), [
      'advance a 01-07 01-14 at 01-07T01:00',
      'advance a 01-14 01-21 at 01-14T01:00',
    ]);
  });

  it('is the rest of the month by the new plan, and that of the old one comes back', () => {
    const upgraded = lay(timeline({ phases: midFebruary }), paid);
    const expected = ['advance b 02-15 03-01 at 02-15T01:00', 'credit a 02-15 03-01 at 02-15T01:00'];
    assert.deepEqual(shown(upgraded), expected);
    // What is given back is not paid any more: nothing is done twice.
    assert.deepEqual(lay(timeline({ phases: midFebruary }), [...paid, ...upgraded]), []);
    // And the way back charges it anew.
    assert.deepEqual(shown(lay(timeline(), [...paid, ...upgraded])), [
      'advance a 02-15 03-01 at 02-15T01:00',
      'credit b 02-15 03-01 at 02-15T01:00',
    ]);
  });

  it('comes back for a pause, and for the time after an end', () => {
    const pause = { from: at('02-08'), to: at('02-11') };
    assert.deepEqual(shown(lay(timeline({ pauses: [pause] }), paid)), ['credit a 02-08 02-11 at 02-08T01:00']);
    assert.deepEqual(shown(lay(timeline({ endsAt: at('02-15') }), paid)), ['credit a 02-15 03-01 at 02-15T01:00']);
    // From one plan to another that is not billed ahead.
    const phases = [phase('01-01', 'a'), phase('02-15', 'c')];
    assert.deepEqual(shown(lay(timeline({ phases }), paid)), ['credit a 02-15 03-01 at 02-15T01:00']);
  });

  it('leaves alone what lies before the periods that may still be billed otherwise', () => {
    const ended = timeline({ endsAt: at('02-01') });
    assert.deepEqual(shown(lay(ended, paid, '02-20', '02-01')), ['credit a 02-01 03-01 at 02-01T01:00']);
    assert.deepEqual(lay(timeline({ endsAt: at('03-01') }), paid, '03-10', '03-01'), []);
    assert.deepEqual(shown(lay(timeline(), paid, '03-10', '03-01')), ['advance a 03-01 04-01 at 03-01T13:00']);
  });
});
