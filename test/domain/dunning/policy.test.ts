import assert from 'node:assert/strict';
import { type PolicyStep, parsePolicy } from '../../../src/domain/dunning/policy.ts';
import { isDurabillError } from '../../../src/errors/error.ts';

const remind = (days: number, after: 'due' | 'failure' = 'due'): PolicyStep => ({ days, after, action: 'remind' });
const giveUp = (days: number): PolicyStep => ({ days, after: 'due', action: 'mark_uncollectible' });

function fieldOf(key: string, steps: PolicyStep[]): string | undefined {
  try {
    parsePolicy(key, steps);
    return undefined;
  } catch (error) {
    assert.ok(isDurabillError(error, 'dunning-policy-invalid'), String(error));
    return error.field;
  }
}

describe('A policy of dunning', () => {
  it('is taken as it is written', () => {
    const steps = [remind(3), remind(1, 'failure'), remind(3), giveUp(30)];
    assert.deepEqual(parsePolicy('default', steps), { key: 'default', steps });
  });

  it('has one to twenty steps', () => {
    assert.equal(fieldOf('default', []), 'policies.default.steps');
    assert.equal(
      fieldOf(
        'default',
        Array.from({ length: 21 }, () => remind(1)),
      ),
      'policies.default.steps',
    );
    assert.equal(
      fieldOf(
        'default',
        Array.from({ length: 20 }, () => remind(1)),
      ),
      undefined,
    );
  });

  it('has its steps in the order of their days, each anchor for itself', () => {
    assert.equal(fieldOf('default', [remind(5), remind(4)]), 'policies.default.steps[1].days');
    assert.equal(fieldOf('default', [remind(5), remind(4, 'failure'), remind(5)]), undefined);
  });

  it('gives up at its end only', () => {
    assert.equal(fieldOf('default', [giveUp(3), remind(4)]), 'policies.default.steps[0].action');
    assert.equal(fieldOf('default', [remind(3), giveUp(4)]), undefined);
  });

  it('has a key that can stand in an address, and is not what stands for no policy', () => {
    for (const key of ['none', '', 'Default', '-x', 'a b', 'a'.repeat(41)]) {
      assert.equal(fieldOf(key, [remind(1)]), `policies.${key}.key`);
    }
  });
});
