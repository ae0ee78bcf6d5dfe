import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, DefaultLogger, type WorkflowBundleWithSourceMap } from '@temporalio/worker';
import { DeterminismViolationError } from '@temporalio/workflow';
import { replayHistory, workflowTypeOf } from '../../src/temporal/replay.ts';
import { bundleWorkflows } from '../../src/temporal/workers.ts';
import { workflowTypes } from '../../workflows/contract/ids.ts';
import * as workflows from '../../workflows/index.ts';
import { quietTemporal } from '../support/temporal.ts';
import { readHistories, textsOf } from './histories.ts';

const histories = readHistories();
/** All versions of one way that a sync can go. */
const syncsOf = (branch: string) => histories.filter((one) => one.workflow === 'syncInvoice' && one.branch === branch);
const places = /file:\/\/|(^|[\s"'(])\/(home|root|work|usr|tmp|Users)\//;
const addresses = /[\w.]@[\w-]+\.[a-z]{2,}/i;

describe('recorded histories', function () {
  this.timeout(60_000);
  let bundle: WorkflowBundleWithSourceMap;
  let planted: WorkflowBundleWithSourceMap;
  before(async () => {
    quietTemporal();
    bundle = await bundleWorkflows();
    const workflowsPath = fileURLToPath(new URL('./planted/one-more-timer.ts', import.meta.url));
    planted = await bundleWorkflowCode({ workflowsPath, logger: new DefaultLogger('WARN') });
  });

  for (const { name, workflow, history } of histories) {
    it(`${name} replays on the code of today`, async () => {
      assert.equal(workflowTypeOf(history), workflow);
      await replayHistory(history, bundle);
    });

    it(`${name} does not replay with one more timer at the beginning`, async () => {
      await assert.rejects(replayHistory(history, planted), DeterminismViolationError);
    });
  }

  it('are there for every workflow type, and for every branch of a sync', () => {
    const types = Object.keys(workflows).sort();
    assert.deepEqual(Object.values(workflowTypes).sort(), types);
    assert.deepEqual([...new Set(histories.map(({ workflow }) => workflow))].sort(), types);
    const branches = histories.flatMap(({ workflow, branch }) => (workflow === 'syncInvoice' ? [branch] : []));
    const calm = ['calm', 'retried', 'backed-off', 'parked', 'answered', 'continued', 'resumed'];
    for (const branch of [...calm, 'fixed', 'abandoned', 'held', 'paused', 'hurried']) {
      assert.equal(branches.includes(branch), true, `syncInvoice.${branch} is recorded`);
    }
  });

  // A name is a promise: each branch is told by the events that only it has.
  for (const [branch, event, happens] of [
    ['calm', 'TIMER_STARTED', false],
    ['backed-off', 'TIMER_STARTED', true],
    ['parked', 'WORKFLOW_EXECUTION_COMPLETED', false],
    ['answered', 'WORKFLOW_EXECUTION_UPDATE_COMPLETED', true],
    ['continued', 'WORKFLOW_EXECUTION_CONTINUED_AS_NEW', true],
    ['resumed', 'WORKFLOW_EXECUTION_COMPLETED', true],
    ['fixed', 'WORKFLOW_EXECUTION_UPDATE_COMPLETED', true],
    ['abandoned', 'WORKFLOW_EXECUTION_UPDATE_COMPLETED', true],
    ['held', 'WORKFLOW_EXECUTION_UPDATE_COMPLETED', true],
    ['paused', 'TIMER_CANCELED', true],
    ['hurried', 'ACTIVITY_TASK_CANCELED', true],
  ] as const) {
    it(`of the branch ${branch} ${happens ? 'have' : 'do not have'} ${event}`, () => {
      for (const { name, history } of syncsOf(branch)) {
        const has = history.events.some(({ eventType }) => eventType === `EVENT_TYPE_${event}`);
        assert.equal(has, happens, name);
      }
    });
  }

  it('of the branch retried have a second attempt of an activity', () => {
    for (const { name, history } of syncsOf('retried')) assert.match(JSON.stringify(history), /"attempt":2/, name);
  });

  it('say nothing of the machine that recorded them, and name no person', () => {
    for (const { name, history } of histories) {
      const told = textsOf(history).filter((text) => places.test(text) || addresses.test(text));
      assert.deepEqual(told, [], name);
    }
  });

  it('of a calm sync are short: one activity, no update of search attributes, 12 events', () => {
    const { history } = syncsOf('calm').find(({ name }) => name.endsWith('.v2.json'))!;
    const count = (type: string) => history.events.filter(({ eventType }) => eventType === `EVENT_TYPE_${type}`).length;
    assert.equal(count('ACTIVITY_TASK_SCHEDULED'), 1);
    assert.equal(count('UPSERT_WORKFLOW_SEARCH_ATTRIBUTES'), 0);
    assert.equal(history.events.length, 12);
  });
});
