import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { ApplicationFailure } from '@temporalio/common';
import { createEnsureCustomer } from '../../activities/ensure-customer.ts';
import { TargetError } from '../../src/targets/port.ts';
import { failureTypes } from '../../workflows/contract/failure-types.ts';
import { syncCustomerId } from '../../workflows/contract/ids.ts';
import { until } from '../broker/support.ts';
import { useWorkflows } from './support.ts';

describe('syncCustomer', function () {
  this.timeout(60_000);
  const calls: string[] = [];
  let atOnce = 0;
  let mostAtOnce = 0;
  let answer = async (customerId: string) => `cus_${customerId.slice(0, 8)}`;
  const temporal = useWorkflows({
    async syncCustomer({ customerId }) {
      calls.push(customerId);
      atOnce += 1;
      mostAtOnce = Math.max(mostAtOnce, atOnce);
      return await answer(customerId).finally(() => {
        atOnce -= 1;
      });
    },
  });
  const ensure = (customerId: string) => createEnsureCustomer(temporal.client)(customerId, 'normal');
  const handleOf = (customerId: string) => temporal.client.workflow.getHandle(syncCustomerId(customerId));

  it('answers all who ask while it is at work with one activity', async () => {
    const customerId = randomUUID();
    let letGo = () => {};
    const gate = new Promise<string>((resolve) => {
      letGo = () => resolve('cus_one');
    });
    answer = () => gate;
    // Temporal keeps at most ten updates of a run waiting.
    const asked = Promise.all(Array.from({ length: 8 }, () => ensure(customerId)));
    const accepted = async () => {
      const { events = [] } = await handleOf(customerId).fetchHistory();
      return (events ?? []).filter((event) => event.workflowExecutionUpdateAcceptedEventAttributes).length;
    };
    await until(() => calls.includes(customerId), 'the activity is at work');
    await until(async () => (await accepted()) === 8, 'all have asked');
    letGo();
    assert.deepEqual(new Set(await asked), new Set(['cus_one']));
    await handleOf(customerId).result();
    assert.equal(calls.filter((id) => id === customerId).length, 1);
  });

  it('is the only writer when more ask than a run can answer', async () => {
    const customerId = randomUUID();
    answer = async () => 'cus_same';
    mostAtOnce = 0;
    const answers = await Promise.all(Array.from({ length: 20 }, () => ensure(customerId)));
    assert.deepEqual(new Set(answers), new Set(['cus_same']));
    assert.equal(mostAtOnce, 1);
  });

  it('tells who asked why it failed, ends, and tries again for the next who asks', async () => {
    const customerId = randomUUID();
    answer = async () => {
      throw ApplicationFailure.nonRetryable('The key lacks a right', failureTypes.needsPerson, 'permission');
    };
    await assert.rejects(ensure(customerId), (error) => {
      return error instanceof TargetError && error.action === 'person' && error.code === 'permission';
    });
    await handleOf(customerId).result();
    answer = async () => 'cus_mended';
    assert.equal(await ensure(customerId), 'cus_mended');
  });
});
