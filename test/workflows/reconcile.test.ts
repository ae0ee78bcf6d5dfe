import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { Activities } from '../../activities/index.ts';
import { startReconciliation } from '../../src/temporal/start-reconciliation.ts';
import { reconciliationWorkflowId, workflowTypes } from '../../workflows/contract/ids.ts';
import type { ReconcileInput } from '../../workflows/contract/inputs.ts';
import { messages } from '../../workflows/contract/messages.ts';
import { taskQueues } from '../../workflows/contract/task-queues.ts';
import { detailsOf, useWorkflows } from './support.ts';

type Call = { activity: string; reconciliationId?: string; [field: string]: unknown };

/** Answers each activity of a reconciliation from a table and writes down who was called with what. */
function createInventoryBooks() {
  const calls: Call[] = [];
  const answers: Record<string, (input: Call) => unknown> = {
    beginReconciliation: ({ id }) => ({ state: 'begun', reconciliationId: id }),
    takeInventory: () => ({ after: null, counts: { seen: 1 } }),
    tellReconciliation: () => undefined,
    recordDifferences: () => ({ amount: 1 }),
    mendDifferences: () => ({ repairing: 0, alerted: 1 }),
    adoptRemote: () => ({ adoptedInvoices: 2 }),
    wakeReconciled: () => ({ woken: 0 }),
    finishReconciliation: () => undefined,
  };
  const activities = Object.fromEntries(
    Object.keys(answers).map((activity) => [
      activity,
      async (input: Call) => {
        calls.push({ ...input, activity });
        return answers[activity]!(input);
      },
    ]),
  ) as unknown as Activities;
  const of = (id: string) => calls.filter((call) => [call.reconciliationId, call['id']].includes(id));
  return { activities, answers, of };
}

describe('reconcile', function () {
  this.timeout(90_000);
  const books = createInventoryBooks();
  const temporal = useWorkflows(books.activities);
  const begin = books.answers['beginReconciliation']!;
  const take = books.answers['takeInventory']!;
  afterEach(() => Object.assign(books.answers, { beginReconciliation: begin, takeInventory: take }));

  const start = async (kind: 'on-demand' | 'adoption') => {
    const id = randomUUID();
    const window = { fromAt: new Date('2013-02-01T00:00:00Z'), toAt: null };
    const workflowId = await startReconciliation(temporal.client, { id, kind, askedBy: 'api-key:tests', ...window });
    assert.equal(workflowId, reconciliationWorkflowId(id));
    return { id, handle: temporal.client.workflow.getHandle(workflowId) };
  };
  const steps = (id: string) =>
    books
      .of(id)
      .filter(({ activity }) => activity !== 'tellReconciliation')
      .map(({ activity, stage }) => (stage === undefined ? activity : `${activity} ${stage}`));

  it('lists, looks at the rest, compares, mends, and wakes; and tells how far it is', async () => {
    const { id, handle } = await start('on-demand');
    const result = await handle.result();
    const counts = { seen: 4, amount: 1, repairing: 0, alerted: 1, woken: 0 };
    assert.deepEqual(result, { reconciliationId: id, counts });
    assert.deepEqual(steps(id), [
      'beginReconciliation',
      'takeInventory customers',
      'takeInventory invoices',
      'takeInventory other customers',
      'takeInventory other invoices',
      'recordDifferences',
      'mendDifferences',
      'wakeReconciled',
      'finishReconciliation',
    ]);
    const [begun] = books.of(id);
    assert.deepEqual(
      [begun?.['from'], begun?.['to'], begun?.['askedBy']],
      ['2013-02-01T00:00:00.000Z', null, 'api-key:tests'],
    );
    assert.deepEqual(await handle.query(messages.progress), counts);
    assert.match(
      await detailsOf(temporal.client, handle.workflowId),
      /### Reconciliation with Stripe.*Stage: \*\*finished.*\| amount \| 1 \|.*wait for a person/s,
    );
  });

  it('adopts from what is listed, and compares nothing', async () => {
    const { id, handle } = await start('adoption');
    await handle.result();
    assert.deepEqual(steps(id), [
      'beginReconciliation',
      'takeInventory customers',
      'takeInventory invoices',
      'adoptRemote',
      'wakeReconciled',
      'finishReconciliation',
    ]);
  });

  it('ends at once where there is nothing to do', async () => {
    books.answers['beginReconciliation'] = ({ id }) => ({
      state: 'nothing',
      reason: 'No restore.',
      reconciliationId: id,
    });
    const { id, handle } = await start('adoption');
    assert.equal(await handle.result(), null);
    assert.deepEqual(steps(id), ['beginReconciliation']);
    assert.equal(await detailsOf(temporal.client, handle.workflowId), 'No restore.');
  });

  it('waits for its turn', async () => {
    let tries = 0;
    books.answers['beginReconciliation'] = ({ id }) => {
      tries += 1;
      return { state: tries === 1 ? 'busy' : 'begun', reconciliationId: id };
    };
    const { id, handle } = await start('on-demand');
    await handle.result();
    assert.deepEqual(steps(id).slice(0, 3), ['beginReconciliation', 'beginReconciliation', 'takeInventory customers']);
  });

  it('goes on in a new run at the limit of calls, where it was, with its counts', async () => {
    const wanted = 120;
    let page = 0;
    books.answers['takeInventory'] = ({ stage }) => {
      if (stage !== 'invoices') return { after: null, counts: {} };
      page += 1;
      return { after: page === wanted ? null : `cursor-${page}`, counts: { invoices: 1 } };
    };
    const { id, handle } = await start('on-demand');
    const first = await handle.describe();
    const result = (await handle.result()) as { counts: Record<string, number> };
    assert.equal(result.counts['invoices'], wanted);
    assert.notEqual((await handle.describe()).runId, first.runId);
    const cursors = books.of(id).flatMap(({ stage, after }) => (stage === 'invoices' ? [after] : []));
    assert.deepEqual(
      cursors,
      Array.from({ length: wanted }, (_, index) => (index === 0 ? null : `cursor-${index}`)),
    );
    assert.equal(books.of(id).filter(({ activity }) => activity === 'beginReconciliation').length, 1);
  });

  it('takes the nominal time of its Schedule for the nightly window', async () => {
    books.answers['beginReconciliation'] = ({ at }) => ({
      state: 'nothing',
      reason: String(at),
      reconciliationId: 'x',
    });
    const workflowId = `reconciliation-${randomUUID()}-2026-11-25T03:00:00Z`;
    const input: ReconcileInput = { kind: 'nightly' };
    await temporal.client.workflow.execute(workflowTypes.reconcile, {
      workflowId,
      taskQueue: taskQueues.billing,
      args: [input],
    });
    assert.equal(await detailsOf(temporal.client, workflowId), '2026-11-25T03:00:00.000Z');
  });
});
