import assert from 'node:assert/strict';
import { createEventWaker } from '../../src/temporal/stripe-events.ts';
import { until } from '../broker/support.ts';

describe('the waker of events', () => {
  it('makes one signal of a burst, and another for what came after the first was sent', async () => {
    const sent: string[] = [];
    const told = (error: unknown) => assert.fail(String(error));
    const waker = createEventWaker(async (accountId) => void sent.push(accountId), told);
    for (let count = 0; count < 100; count += 1) waker.wake('acct_1');
    waker.wake('acct_2');
    assert.deepEqual(sent, ['acct_1', 'acct_2']);
    await until(() => sent.length === 3, 'the rest of the burst is told of');
    assert.deepEqual(sent, ['acct_1', 'acct_2', 'acct_1']);
    waker.close();
  });

  it('tells of a signal that fails, and goes on', async () => {
    const failures: unknown[] = [];
    let calls = 0;
    const waker = createEventWaker(
      async () => {
        calls += 1;
        if (calls === 1) throw new Error('away');
      },
      (error) => failures.push(error),
    );
    waker.wake('acct_1');
    await until(() => failures.length === 1, 'the failure is told');
    waker.wake('acct_1');
    await until(() => calls === 2, 'the next signal is sent');
    waker.close();
  });
});
