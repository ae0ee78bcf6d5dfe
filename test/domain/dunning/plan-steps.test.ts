import assert from 'node:assert/strict';
import fc from 'fast-check';
import { dayOf, nextMorning, planSteps } from '../../../src/domain/dunning/plan-steps.ts';
import type { PolicyStep } from '../../../src/domain/dunning/policy.ts';

const remindAfter = (...days: number[]): PolicyStep[] =>
  days.map((day) => ({ days: day, after: 'due', action: 'remind' }));
const instants = (steps: PolicyStep[], day: string, zone: string) =>
  planSteps(steps, 'due', day, zone).map(({ dueAt }) => dueAt.toISOString());

describe('The steps of a policy', () => {
  it("are due at 09:00 of the customer's day, before and after the clocks go forward", () => {
    // New York went to summer time on Sunday, 10 March 2013: 09:00 was 14:00 UTC until then, and 13:00 UTC from then on.
    assert.deepEqual(instants(remindAfter(0, 1, 2, 7), '2013-03-08', 'America/New_York'), [
      '2013-03-08T14:00:00.000Z',
      '2013-03-09T14:00:00.000Z',
      '2013-03-10T13:00:00.000Z',
      '2013-03-15T13:00:00.000Z',
    ]);
  });

  it('are due at 09:00 when the clocks go back: that day has 25 hours', () => {
    // 3 November 2013.
    assert.deepEqual(instants(remindAfter(1, 2), '2013-11-01', 'America/New_York'), [
      '2013-11-02T13:00:00.000Z',
      '2013-11-03T14:00:00.000Z',
    ]);
  });

  it('come a day later where a day was left out of the calendar', () => {
    // Apia went from Thursday, 29 December 2011, to Saturday the 31st: 09:00 of the 30th comes as 09:00 of the 31st.
    assert.deepEqual(instants(remindAfter(1, 2), '2011-12-29', 'Pacific/Apia'), [
      '2011-12-30T19:00:00.000Z',
      '2011-12-30T19:00:00.000Z',
    ]);
  });

  it('keep their places in the policy, whichever day they are counted from', () => {
    const policy: PolicyStep[] = [
      { days: 1, after: 'failure', action: 'retry' },
      { days: 3, after: 'due', action: 'remind' },
      { days: 4, after: 'failure', action: 'retry' },
    ];
    const failed = planSteps(policy, 'failure', '2013-01-10', 'Asia/Kathmandu');
    assert.deepEqual(
      failed.map(({ step, action, dueAt }) => [step, action, dueAt.toISOString()]),
      [
        // Nepal is 5:45 ahead of UTC.
        [1, 'retry', '2013-01-11T03:15:00.000Z'],
        [3, 'retry', '2013-01-14T03:15:00.000Z'],
      ],
    );
    assert.deepEqual(
      planSteps(policy, 'due', '2013-01-10', 'UTC').map(({ step }) => step),
      [2],
    );
  });

  it('show 09:00 on their day in any zone without a gap there, and never come before one another', () => {
    const zones = [
      'UTC',
      'America/St_Johns',
      'Europe/Berlin',
      'Asia/Kathmandu',
      'Australia/Lord_Howe',
      'America/Sao_Paulo',
    ];
    const days = fc.date({ min: new Date('2005-01-01'), max: new Date('2030-12-31'), noInvalidDate: true });
    fc.assert(
      fc.property(
        fc.constantFrom(...zones),
        days,
        fc.array(fc.nat(365), { minLength: 1, maxLength: 20 }),
        (zone, date, list) => {
          const sorted = list.sort((a, b) => a - b);
          const day = date.toISOString().slice(0, 10);
          const planned = planSteps(remindAfter(...sorted), 'due', day, zone);
          for (const [index, { dueAt }] of planned.entries()) {
            // Computed otherwise: by the calendar in UTC, and by what the zone's clocks show at the instant.
            const wanted = new Date(date.getTime() + sorted[index]! * 86_400_000).toISOString().slice(0, 10);
            const shown = new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'short' });
            assert.equal(shown.format(dueAt), `${wanted} 09:00`);
            if (index > 0) assert.ok(dueAt >= planned[index - 1]!.dueAt, 'in order');
          }
        },
      ),
      { numRuns: Number(process.env['DURABILL_TEST_SAMPLES'] ?? 200) },
    );
  });

  it('are put off to 09:00 of the next day', () => {
    assert.equal(
      nextMorning(new Date('2013-03-09T15:00:00Z'), 'America/New_York').toISOString(),
      '2013-03-10T13:00:00.000Z',
    );
    // It is 23:30 there, so the next day begins in half an hour.
    assert.equal(
      nextMorning(new Date('2013-06-01T03:30:00Z'), 'America/New_York').toISOString(),
      '2013-06-01T13:00:00.000Z',
    );
    assert.equal(dayOf(new Date('2013-06-01T03:30:00Z'), 'America/New_York'), '2013-05-31');
  });
});
