import assert from 'node:assert/strict';
import fc from 'fast-check';
import { type DunnedInvoice, decideSteps } from '../../../src/domain/dunning/decide-steps.ts';
import { type PlannedStep, planSteps } from '../../../src/domain/dunning/plan-steps.ts';
import { type Action, actions, type PolicyStep } from '../../../src/domain/dunning/policy.ts';

const zone = 'America/New_York';
const unpaid: DunnedInvoice = { lifecycle: 'issued', payment: 'unpaid', waits: false, zone };
/** Due on 1 February 2013; the steps at 14:00 UTC of the days after it. */
const policy: PolicyStep[] = [
  { days: 3, after: 'due', action: 'remind' },
  { days: 7, after: 'due', action: 'remind' },
  { days: 7, after: 'due', action: 'retry' },
  { days: 14, after: 'due', action: 'final_notice' },
  { days: 21, after: 'due', action: 'mark_uncollectible' },
];
const planned = planSteps(policy, 'due', '2013-02-01', zone);
const at = (text: string) => new Date(text);

function told(invoice: DunnedInvoice, steps: readonly PlannedStep[], now: Date) {
  const { decisions, isOver } = decideSteps(invoice, steps, now);
  const texts = decisions.map((one) => {
    if (one.outcome === 'postponed') return `${one.step} postponed to ${one.dueAt.toISOString()}`;
    return one.outcome === 'done' ? `${one.step} ${one.action}` : `${one.step} skipped: ${one.why}`;
  });
  return { texts, isOver };
}

describe('What becomes of the steps that are due', () => {
  it('does what is due, and leaves what is not', () => {
    assert.deepEqual(told(unpaid, planned, at('2013-02-04T13:59:59.999Z')).texts, []);
    assert.deepEqual(told(unpaid, planned, at('2013-02-04T14:00:00Z')).texts, ['1 remind']);
    assert.deepEqual(told(unpaid, planned.slice(1), at('2013-02-08T14:00:00Z')).texts, ['2 remind', '3 retry']);
  });

  it('lets one mail speak for those that were missed, and keeps the order of the rest', () => {
    assert.deepEqual(told(unpaid, planned, at('2013-02-16T00:00:00Z')), {
      texts: ['1 skipped: step 4 is due too', '2 skipped: step 4 is due too', '3 retry', '4 final_notice'],
      isOver: false,
    });
  });

  it('gives nothing up in the run that asks for the money, but on the next morning', () => {
    const now = at('2013-02-23T00:00:00Z');
    assert.deepEqual(told(unpaid, planned, now).texts, [
      '1 skipped: step 4 is due too',
      '2 skipped: step 4 is due too',
      '3 retry',
      '4 final_notice',
      // It is still the 22nd in New York.
      '5 postponed to 2013-02-23T14:00:00.000Z',
    ]);
    const later = planned.slice(4).map((step) => ({ ...step, dueAt: at('2013-02-23T14:00:00Z') }));
    assert.deepEqual(told(unpaid, later, at('2013-02-23T14:00:00Z')), {
      texts: ['5 mark_uncollectible'],
      isOver: true,
    });
  });

  it('ends with the payment, the void or the write-off, also what is not due yet', () => {
    for (const [change, why] of [
      [{ payment: 'paid' }, 'paid'],
      [{ payment: 'uncollectible' }, 'uncollectible'],
      [{ lifecycle: 'void', payment: 'none' }, 'void'],
      // What waits is over all the same once it is paid.
      [{ payment: 'paid', waits: true }, 'paid'],
    ] as const) {
      const { texts, isOver } = told({ ...unpaid, ...change }, planned, at('2013-02-04T14:00:00Z'));
      assert.deepEqual(
        texts,
        [1, 2, 3, 4, 5].map((step) => `${step} skipped: ${why}`),
      );
      assert.equal(isOver, true);
    }
  });

  it('goes on after a part payment', () => {
    assert.deepEqual(told({ ...unpaid, payment: 'partly_paid' }, planned, at('2013-02-04T14:00:00Z')).texts, [
      '1 remind',
    ]);
  });

  it('does nothing while something stops it', () => {
    assert.deepEqual(told({ ...unpaid, waits: true }, planned, at('2014-01-01T00:00:00Z')), {
      texts: [],
      isOver: false,
    });
  });

  it('never does a step twice, one mail a run at most, and ends: by hours of any length', () => {
    const step = fc.record({
      days: fc.nat(40),
      after: fc.constant('due' as const),
      action: fc.constantFrom<Action>(...actions.filter((action) => action !== 'mark_uncollectible')),
    });
    const hours = fc.array(fc.integer({ min: 1, max: 24 * 20 }), { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 12 }), fc.boolean(), hours, (steps, givesUp, waits) => {
        const sorted: PolicyStep[] = steps.sort((a, b) => a.days - b.days);
        if (givesUp) sorted.push({ days: 40, after: 'due', action: 'mark_uncollectible' });
        let open = planSteps(sorted, 'due', '2013-02-01', zone);
        const ended: number[] = [];
        let now = at('2013-02-01T00:00:00Z');
        for (const wait of [...waits, 24 * 60, 24 * 3]) {
          now = new Date(now.getTime() + wait * 3_600_000);
          const { decisions } = decideSteps(unpaid, open, now);
          const mails = decisions.filter(
            ({ action, outcome }) => outcome === 'done' && (action === 'remind' || action === 'final_notice'),
          );
          assert.ok(mails.length <= 1, 'one mail a run');
          for (const decision of decisions) {
            if (decision.outcome === 'postponed') {
              assert.ok(decision.dueAt > now, 'it is put off into what is to come');
              open = open.map((one) => (one.step === decision.step ? { ...one, dueAt: decision.dueAt } : one));
            } else ended.push(decision.step);
          }
          open = open.filter((one) => !ended.includes(one.step));
        }
        assert.deepEqual(
          ended.sort((a, b) => a - b),
          sorted.map((_, index) => index + 1),
        );
      }),
      { numRuns: Number(process.env['DURABILL_TEST_SAMPLES'] ?? 300) },
    );
  });
});
