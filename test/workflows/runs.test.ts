import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { ScheduleOverlapPolicy } from '@temporalio/client';
import type { Activities } from '../../activities/index.ts';
import { reconcileSchedules, schedulesOf } from '../../src/temporal/schedules.ts';
import { startRun } from '../../src/temporal/start-run.ts';
import { dueInvoiceScanId, monthlyInvoicingId, scheduleIds, workflowTypes } from '../../workflows/contract/ids.ts';
import { messages } from '../../workflows/contract/messages.ts';
import { taskQueues } from '../../workflows/contract/task-queues.ts';
import { until } from '../broker/support.ts';
import { detailsOf, useWorkflows } from './support.ts';

type Call = { activity: string; clockId?: string; [field: string]: unknown };

/** Answers each activity of the runs from a table and writes down who was called with what. */
function createRunBooks() {
  const calls: Call[] = [];
  const answers: Record<string, (input: never) => unknown> = {
    openRun: ({ kind, clockId, cutoffAt }: Call) => ({ runId: `${kind}/${clockId}/${cutoffAt}`, startedAt: cutoffAt }),
    recordProgress: () => undefined,
    finishRun: () => undefined,
    moveClock: () => undefined,
    countSyncs: () => ({ open: 0, synced: 7, parked: 1 }),
    extendPeriods: () => ({ after: null, counts: { extended: 2 } }),
    generateInvoices: () => ({ after: null, counts: { drafts: 3 } }),
    issueInvoices: () => ({ after: null, counts: { issued: 3 } }),
    publishDueInvoices: () => ({ after: null, counts: { published: 3 } }),
    findNextDue: () => null,
    awaitSyncs: () => ({ open: 0, synced: 3, parked: 0 }),
    rollUpUsage: () => ({ events: 12, isCaughtUp: true }),
  };
  const activities = Object.fromEntries(
    Object.keys(answers).map((activity) => [
      activity,
      async (input: never) => {
        calls.push({ ...(input as Call), activity });
        return answers[activity]!(input);
      },
    ]),
  ) as unknown as Activities;
  return { activities, answers, calls, of: (clockId: string) => calls.filter((call) => call.clockId === clockId) };
}

describe('the runs of a clock', function () {
  this.timeout(90_000);
  const books = createRunBooks();
  const temporal = useWorkflows(books.activities);
  const at = '2013-02-01T13:00:00.000Z';

  it('monthlyInvoicing extends periods, makes drafts, and tells how far it is', async () => {
    const clockId = randomUUID();
    const { workflowId } = await startRun(temporal.client, { kind: 'invoicing', clockId, at: new Date(at) });
    assert.equal(workflowId, monthlyInvoicingId(clockId, at));
    const handle = temporal.client.workflow.getHandle(workflowId);
    const result = await handle.result();
    assert.deepEqual(result, { runId: `invoicing/${clockId}/${at}`, counts: { extended: 2, drafts: 3 } });
    const names = books.of(clockId).map(({ activity }) => activity);
    assert.deepEqual(names, ['openRun', 'extendPeriods', 'generateInvoices']);
    assert.deepEqual(await handle.query(messages.progress), { extended: 2, drafts: 3 });
    assert.match(
      await detailsOf(temporal.client, workflowId),
      /### Monthly invoicing.*stage: \*\*finished.*\| drafts \| 3 \|/s,
    );
  });

  it('dueInvoiceScan issues, then publishes', async () => {
    const clockId = randomUUID();
    const { workflowId } = await startRun(temporal.client, { kind: 'due-scan', clockId, at: new Date(at) });
    await temporal.client.workflow.getHandle(workflowId).result();
    assert.deepEqual(
      books.of(clockId).map(({ activity }) => activity),
      ['openRun', 'issueInvoices', 'publishDueInvoices'],
    );
  });

  it('rollUpUsage does one pass and tells how much it was', async () => {
    const workflowId = randomUUID();
    const result = await temporal.client.workflow.execute(workflowTypes.rollUpUsage, {
      workflowId,
      taskQueue: taskQueues.billing,
    });
    assert.deepEqual(result, { events: 12, isCaughtUp: true });
  });

  it('takes the nominal time of its Schedule as the cut-off, late or not', async () => {
    const clockId = randomUUID();
    await reconcileSchedules(temporal.client, schedulesOf(clockId));
    const handle = temporal.client.schedule.getHandle(scheduleIds.monthlyInvoicing);
    // What a catch-up after four years away would start: nothing of today is in it.
    await handle.backfill({
      start: new Date('2022-10-01T12:59:00Z'),
      end: new Date('2022-10-01T13:01:00Z'),
      overlap: ScheduleOverlapPolicy.ALLOW_ALL,
    });
    await until(() => books.of(clockId).some(({ activity }) => activity === 'generateInvoices'), 'the run is at work');
    assert.deepEqual(
      books.of(clockId).map(({ cutoffAt }) => cutoffAt),
      Array.from({ length: 3 }, () => '2022-10-01T13:00:00.000Z'),
    );

    const before = books.of(clockId).length;
    const from = Date.now();
    await handle.trigger();
    await until(() => books.of(clockId).length >= before + 3, 'the triggered run is at work');
    const triggered = Date.parse(String(books.of(clockId).at(-1)?.cutoffAt));
    // A run that is triggered by hand has now as its nominal time, in whole seconds.
    assert.equal(triggered >= from - 1_000 && triggered <= Date.now(), true);
  });

  it('goes on in a new run at the limit of calls, where it was, with its counts', async () => {
    const clockId = randomUUID();
    const wanted = 60;
    let page = 0;
    books.answers['generateInvoices'] = () => {
      page += 1;
      return { after: page === wanted ? null : `cursor-${page}`, counts: { drafts: 1 } };
    };
    const { workflowId } = await startRun(temporal.client, { kind: 'invoicing', clockId, at: new Date(at) });
    const first = await temporal.client.workflow.getHandle(workflowId).describe();
    const result = await temporal.client.workflow.getHandle(workflowId).result();
    assert.deepEqual(result.counts, { extended: 2, drafts: wanted });
    assert.notEqual((await temporal.client.workflow.getHandle(workflowId).describe()).runId, first.runId);

    const calls = books.of(clockId);
    assert.equal(calls.filter(({ activity }) => activity === 'openRun').length, 2);
    assert.equal(
      calls.filter(({ activity }) => activity === 'extendPeriods').length,
      1,
      'a stage that is done stays so',
    );
    const cursors = calls.filter(({ activity }) => activity === 'generateInvoices').map(({ after }) => after);
    const rest = Array.from({ length: wanted - 1 }, (_, index) => `cursor-${index + 1}`);
    assert.deepEqual(cursors, ['00000000-0000-0000-0000-000000000000', ...rest]);
  });

  it('advanceClock does what is due in its order, and waits for the syncs of each scan', async () => {
    const clockId = randomUUID();
    const [scan, to] = ['2013-02-02T15:00:00.000Z', '2013-02-03T00:00:00.000Z'];
    const due = [
      { kind: 'invoicing', at },
      { kind: 'due-scan', at: scan },
    ];
    const nothing = { open: 0, synced: 0, parked: 0 };
    const resting = [nothing, nothing, { open: 2, synced: 1, parked: 0 }, { open: 0, synced: 2, parked: 1 }];
    books.answers['generateInvoices'] = () => ({ after: null, counts: { drafts: 3 } });
    books.answers['findNextDue'] = () => due.shift() ?? null;
    books.answers['awaitSyncs'] = () => resting.shift();
    const { workflowId } = await startRun(temporal.client, { kind: 'advance', clockId, at: new Date(to) });
    const result = await temporal.client.workflow.getHandle(workflowId).result();

    const told = books
      .of(clockId)
      .map(({ activity, at: movedTo, kind }) => [activity, movedTo ?? kind].join(' ').trim());
    assert.deepEqual(told, [
      'openRun advance',
      'countSyncs',
      'awaitSyncs',
      'findNextDue',
      `moveClock ${at}`,
      'openRun invoicing',
      'extendPeriods',
      'generateInvoices',
      'awaitSyncs',
      'findNextDue',
      `moveClock ${scan}`,
      'openRun due-scan',
      'issueInvoices',
      'publishDueInvoices',
      'awaitSyncs',
      // A minute has passed: what was lost on the way goes out again.
      'publishDueInvoices',
      'awaitSyncs',
      'findNextDue',
      `moveClock ${to}`,
    ]);
    assert.deepEqual(result.counts, { extended: 2, drafts: 3, issued: 3, published: 3, synced: 2, parked: 1 });
    for (const id of [monthlyInvoicingId(clockId, at), dueInvoiceScanId(clockId, scan)]) {
      assert.equal((await temporal.client.workflow.getHandle(id).describe()).status.name, 'COMPLETED');
    }
  });

  it('refuses a second goal while the clock is on its way, and takes the same goal as the same run', async () => {
    const clockId = randomUUID();
    let letGo = () => {};
    const gate = new Promise<null>((resolve) => {
      letGo = () => resolve(null);
    });
    books.answers['awaitSyncs'] = () => ({ open: 0, synced: 0, parked: 0 });
    books.answers['findNextDue'] = () => gate;
    const order = (day: number) => ({ kind: 'advance' as const, clockId, at: new Date(Date.UTC(2013, 1, day)) });
    const { workflowId } = await startRun(temporal.client, order(3));
    assert.deepEqual(await startRun(temporal.client, order(3)), { workflowId, alreadyStarted: true });
    await assert.rejects(startRun(temporal.client, order(4)), { code: 'run-refused' });
    letGo();
    await temporal.client.workflow.getHandle(workflowId).result();
  });
});
