import assert from 'node:assert/strict';
import { layOut } from '../../../src/domain/period/lay-out.ts';
import { type Relaid, relay } from '../../../src/domain/period/relay.ts';
import type { Timeline } from '../../../src/domain/period/timeline.ts';
import { at, phase, shown, timeline } from '../support/timelines.ts';

const until = at('2024-03-10T00:00Z');
const subscription = timeline('2024-01-01T00:00Z');
/** January, February and March. */
const laid = layOut(subscription, { until });

const told = ({ gone, changed, added }: Relaid<(typeof laid)[number]>) => ({
  gone: shown(gone),
  changed: changed.map(({ from, to }) => `${shown([from])[0]} to ${shown([to])[0]}`),
  added: shown(added),
});
const change = (settled: number, other: Partial<Timeline>) =>
  told(relay(laid.slice(settled), laid.slice(0, settled).at(-1)?.endAt, { ...subscription, ...other }, until));

describe('open periods after a change of the timeline', () => {
  it('stay as they are if it changes nothing for them', () => {
    assert.deepEqual(change(1, {}), { gone: [], changed: [], added: [] });
    const later = { phases: [...subscription.phases, phase('2024-04-01T00:00Z', 'B')] };
    assert.deepEqual(change(1, later), { gone: [], changed: [], added: [] });
  });

  it('are split by a change of plan in mid-month, and the later ones have the new plan', () => {
    const upgraded = { phases: [...subscription.phases, phase('2024-02-11T00:00Z', 'B')] };
    assert.deepEqual(change(1, upgraded), {
      gone: [],
      changed: [
        '2024-02-01 > 2024-03-01 A to 2024-02-01 > 2024-02-11 A',
        '2024-03-01 > 2024-04-01 A to 2024-03-01 > 2024-04-01 B',
      ],
      added: ['2024-02-11 > 2024-03-01 B'],
    });
  });

  it('are cut by the end, and those after it are gone', () => {
    assert.deepEqual(change(1, { endsAt: at('2024-02-11T00:00Z') }), {
      gone: ['2024-03-01 > 2024-04-01 A'],
      changed: ['2024-02-01 > 2024-03-01 A to 2024-02-01 > 2024-02-11 A'],
      added: [],
    });
  });

  it('leave out a pause, and come back when it is taken back', () => {
    const paused = { ...subscription, pauses: [{ from: at('2024-02-11T00:00Z'), to: at('2024-03-05T00:00Z') }] };
    const open = laid.slice(1);
    assert.deepEqual(told(relay(open, laid[0]!.endAt, paused, until)), {
      gone: ['2024-03-01 > 2024-04-01 A'],
      changed: ['2024-02-01 > 2024-03-01 A to 2024-02-01 > 2024-02-11 A'],
      added: ['2024-03-05 > 2024-04-01 A'],
    });
    const during = layOut(paused, { after: laid[0]!.endAt, until });
    assert.deepEqual(told(relay(during, laid[0]!.endAt, subscription, until)), {
      gone: ['2024-03-05 > 2024-04-01 A'],
      changed: ['2024-02-01 > 2024-02-11 A to 2024-02-01 > 2024-03-01 A'],
      added: ['2024-03-01 > 2024-04-01 A'],
    });
  });

  it('begin later with an extended trial, without a month skipped', () => {
    // The trial was to end on 1 February and goes on to the 20th.
    const inTrial = timeline('2024-01-01T00:00Z', { trialEndsAt: at('2024-02-01T00:00Z') });
    const extended = { ...inTrial, trialEndsAt: at('2024-02-20T00:00Z') };
    assert.deepEqual(told(relay(layOut(inTrial, { until }), undefined, extended, until)), {
      gone: ['2024-02-01 > 2024-03-01 A'],
      changed: [],
      added: ['2024-02-20 > 2024-03-01 A'],
    });
  });

  it('change only from where the settled ones end, whenever the change was', () => {
    const backdated = { phases: [...subscription.phases, phase('2024-01-11T00:00Z', 'B')] };
    assert.deepEqual(change(2, backdated), {
      gone: [],
      changed: ['2024-03-01 > 2024-04-01 A to 2024-03-01 > 2024-04-01 B'],
      added: [],
    });
    // January is parked while February was billed: it stays.
    const parked = [laid[0]!, laid[2]!];
    assert.deepEqual(
      told(relay(parked, laid[1]!.endAt, { ...subscription, ...backdated }, until)),
      change(2, backdated),
    );
  });

  it('are not dropped where they reach further than is asked for', () => {
    assert.deepEqual(told(relay(laid, undefined, subscription, at('2024-01-05T00:00Z'))), {
      gone: [],
      changed: [],
      added: [],
    });
  });

  it('move with the customer to another zone, from where the settled ones end', () => {
    // January ended at midnight UTC, 09:00 of 1 February in Tokyo; Tokyo's March begins on 29 February 15:00 UTC.
    const { gone, changed, added } = change(1, { zone: 'Asia/Tokyo' });
    assert.deepEqual(gone, ['2024-03-01 > 2024-04-01 A']);
    assert.deepEqual(changed, ['2024-02-01 > 2024-03-01 A to 2024-02-01 > 2024-02-29T15:00 A']);
    assert.deepEqual(added, ['2024-02-29T15:00 > 2024-03-31T15:00 A']);
  });
});
