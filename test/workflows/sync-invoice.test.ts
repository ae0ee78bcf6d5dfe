import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { WorkflowUpdateFailedError } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import temporalProto from '@temporalio/proto';
import { answerSync, type SyncSubject, wakeSync } from '../../src/temporal/syncs.ts';
import { failureTypes } from '../../workflows/contract/failure-types.ts';
import { syncInvoiceId, workflowTypes } from '../../workflows/contract/ids.ts';
import type { SyncInvoiceInput, SyncResume } from '../../workflows/contract/inputs.ts';
import { messages, type SyncStatus } from '../../workflows/contract/messages.ts';
import { taskQueues } from '../../workflows/contract/task-queues.ts';
import { until } from '../broker/support.ts';
import { createBooks, failures } from './books.ts';
import { detailsOf, useWorkflows } from './support.ts';

const hourMs = 3_600_000;

function newSubject(priority: SyncSubject['priority'] = 'normal'): SyncSubject {
  return {
    invoiceId: randomUUID(),
    number: 'SAMPLE-000001',
    customerId: randomUUID(),
    externalId: 'JetBlue',
    clockId: randomUUID(),
    currency: 'USD',
    totalMinor: 12_345n,
    priority,
  };
}

describe('syncInvoice', function () {
  this.timeout(60_000);
  const books = createBooks();
  const temporal = useWorkflows(books.activities);
  const { atStripe, activitiesOf, callsOf } = books;

  const handleOf = ({ invoiceId }: SyncSubject) => temporal.client.workflow.getHandle(syncInvoiceId(invoiceId));
  const signal = (subject: SyncSubject) => wakeSync(temporal.client, subject, '123.45 USD');
  const answer = (subject: SyncSubject, parkingNumber: number, decisionId: string = randomUUID()) =>
    answerSync(temporal.client, subject, '123.45 USD', {
      kind: 'retry',
      decisionId,
      parkingNumber,
      actor: 'ada',
      reason: 'mended',
    });
  const statusOf = (subject: SyncSubject) => handleOf(subject).query<SyncStatus>(messages.status);
  const reached = (subject: SyncSubject, state: SyncStatus['state']) =>
    until(async () => (await statusOf(subject)).state === state, `the sync is ${state}`);
  /** As after continue-as-new. */
  const resume = async (subject: SyncSubject, memory: SyncResume) => {
    const { invoiceId } = subject;
    await temporal.client.workflow.start(workflowTypes.syncInvoice, {
      workflowId: syncInvoiceId(invoiceId),
      taskQueue: taskQueues.billing,
      args: [{ invoiceId, resume: memory } satisfies SyncInvoiceInput],
    });
  };
  const waitingActivitiesOf = async (subject: SyncSubject) =>
    (await handleOf(subject).describe()).raw.pendingActivities?.filter(({ lastStartedTime }) => !lastStartedTime)
      .length;
  /** How many of Stripe's activities wait with the priority that is served first. */
  const queuedFirst = async () => {
    const { statsByPriorityKey } = await temporal.client.workflowService.describeTaskQueue({
      namespace: temporal.namespace,
      taskQueue: { name: taskQueues.stripe },
      taskQueueType: temporalProto.temporal.api.enums.v1.TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY,
      reportStats: true,
    });
    return Number(statsByPriorityKey?.['1']?.approximateBacklogCount ?? 0);
  };
  const eventsOf = async (subject: SyncSubject) => {
    const { events } = await handleOf(subject).fetchHistory();
    return events?.map(({ eventType }) => temporalProto.temporal.api.enums.v1.EventType[eventType as number]) ?? [];
  };
  const attributesOf = async (subject: SyncSubject) => {
    const { typedSearchAttributes } = await handleOf(subject).describe();
    return Object.fromEntries(typedSearchAttributes.getAll().map(({ key, value }) => [key.name, value]));
  };

  it('ends after one activity when all is calm, and reads like a ledger', async () => {
    const subject = newSubject();
    await signal(subject);
    await handleOf(subject).result();
    assert.deepEqual(activitiesOf(subject.invoiceId), ['bringToStripe']);

    const attributes = await attributesOf(subject);
    assert.deepEqual(
      [attributes['InvoiceId'], attributes['InvoiceNumber'], attributes['CustomerId'], attributes['AmountMinor']],
      [subject.invoiceId, subject.number, subject.customerId, 12_345],
    );
    assert.deepEqual([attributes['ClockId'], attributes['SyncState']], [subject.clockId, undefined], 'no trouble');
    assert.equal(await handleOf(subject).describe().then(summaryOf), 'SAMPLE-000001 · JetBlue · 123.45 USD');
    assert.match(await detailsOf(temporal.client, syncInvoiceId(subject.invoiceId)), /equal to the books/);
  });

  it('carries its priority', async () => {
    for (const [priority, key] of [
      ['high', 1],
      ['normal', 3],
    ] as const) {
      const subject = newSubject(priority);
      await signal(subject);
      const { raw } = await handleOf(subject).describe();
      assert.equal(raw.workflowExecutionInfo?.priority?.priorityKey, key);
    }
  });

  it('leaves a passing failure to the retries of the activity', async () => {
    const subject = newSubject();
    atStripe(subject.invoiceId, failures.passing, failures.passing);
    await signal(subject);
    await handleOf(subject).result();
    assert.deepEqual(activitiesOf(subject.invoiceId), ['bringToStripe', 'bringToStripe', 'bringToStripe']);
  });

  it('backs off after a lasting failure, visibly, and tries at once when told that the books have changed', async () => {
    const subject = newSubject();
    atStripe(subject.invoiceId, failures.lasting);
    const before = Date.now();
    await signal(subject);
    await reached(subject, 'backing off');

    const status = await statusOf(subject);
    assert.deepEqual(status.failure, { code: 'connection', reason: 'No answer from Stripe' });
    assert.equal(status.failures, 1);
    const pauseMs = Date.parse(status.nextRetryAt!) - before;
    assert.equal(pauseMs >= 30_000, true, 'the first pause is at least half a minute');
    assert.deepEqual(callsOf(subject.invoiceId).at(-1)?.nextRetryAt, status.nextRetryAt, 'the books know when');
    const { SyncState, FailureCode } = await attributesOf(subject);
    assert.deepEqual([SyncState, FailureCode], ['backing off', 'connection']);
    const details = await detailsOf(temporal.client, syncInvoiceId(subject.invoiceId));
    assert.match(details, /Failed 1 times.*\*\*connection\*\*: No answer from Stripe.*Next try at 20/s);

    await signal(subject);
    await handleOf(subject).result();
    assert.deepEqual(activitiesOf(subject.invoiceId), ['bringToStripe', 'backOff', 'bringToStripe']);
    const { SyncState: after, FailureCode: codeAfter } = await attributesOf(subject);
    assert.deepEqual([after, codeAfter], [undefined, undefined], 'the trouble is over');
  });

  it('parks what needs a person, and goes on with the answer', async () => {
    const subject = newSubject();
    atStripe(subject.invoiceId, failures.needsPerson);
    await signal(subject);
    await reached(subject, 'parked');
    const details = await detailsOf(temporal.client, syncInvoiceId(subject.invoiceId));
    assert.match(details, /Parked \(number 1\).*\*\*authentication\*\*: The key is not accepted.*"parkingNumber": 1/s);

    assert.equal(await answer(subject, 1), 'accepted');
    await handleOf(subject).result();
    const rounds = ['bringToStripe', 'parkInvoice', 'bringToStripe', 'answerParking', 'bringToStripe'];
    assert.deepEqual(activitiesOf(subject.invoiceId), rounds);
  });

  it('shows a hold, and not the failure of the attempt that was under way when it came', async () => {
    const subject = newSubject();
    let fail = () => {};
    const gate = new Promise<void>((resolve) => {
      fail = resolve;
    });
    atStripe(subject.invoiceId, () => gate.then(failures.needsPerson));
    await signal(subject);
    await until(() => activitiesOf(subject.invoiceId).length === 1, 'the activity is at work');
    const said = { decisionId: randomUUID(), actor: 'ada', reason: 'wait for me' };
    await answerSync(temporal.client, subject, '123.45 USD', { kind: 'hold', ...said });
    fail();
    await reached(subject, 'parked');
    assert.deepEqual((await statusOf(subject)).failure, { code: 'held', reason: 'Held by ada: wait for me' });
    await answerSync(temporal.client, subject, '123.45 USD', {
      ...said,
      kind: 'release',
      decisionId: randomUUID(),
      parkingNumber: 1,
    });
    await handleOf(subject).result();
    assert.equal(activitiesOf(subject.invoiceId).at(-1), 'bringToStripe');
  });

  it('refuses an answer to a parking that is over, and stays parked', async () => {
    const subject = newSubject();
    atStripe(subject.invoiceId, failures.needsPerson, failures.needsPerson);
    await signal(subject);
    await reached(subject, 'parked');
    await answer(subject, 1);
    await until(() => activitiesOf(subject.invoiceId).filter((name) => name === 'parkInvoice').length === 2, 'again');
    await reached(subject, 'parked');

    await assert.rejects(answer(subject, 1), (error) => {
      assert.equal(error instanceof WorkflowUpdateFailedError, true);
      const { cause } = error as WorkflowUpdateFailedError;
      // The failure comes from the activity that the update asked.
      const failure = cause?.cause ?? cause;
      return failure instanceof ApplicationFailure && failure.type === failureTypes.staleAnswer;
    });
    assert.equal((await statusOf(subject)).state, 'parked');
    assert.equal(await answer(subject, 2), 'accepted');
    await handleOf(subject).result();
  });

  it('refuses an answer with a slip of the pen, which leaves nothing behind', async () => {
    const subject = newSubject();
    atStripe(subject.invoiceId, failures.needsPerson);
    await signal(subject);
    await reached(subject, 'parked');
    const before = activitiesOf(subject.invoiceId).length;
    // The first is what the details offer to copy.
    for (const faulty of [{ decisionId: '<a new UUID>' }, { parkingNumber: 0 }, { actor: ' ' }, { reason: '' }]) {
      const good = {
        kind: 'retry' as const,
        decisionId: randomUUID(),
        parkingNumber: 1,
        actor: 'ada',
        reason: 'mended',
      };
      await assert.rejects(
        answerSync(temporal.client, subject, '123.45 USD', { ...good, ...faulty }),
        (error) => (error as WorkflowUpdateFailedError).cause?.message.includes(Object.keys(faulty)[0]!) === true,
      );
    }
    assert.equal(activitiesOf(subject.invoiceId).length, before);
    assert.equal(await answer(subject, 1), 'accepted');
    await handleOf(subject).result();
  });

  it('waits for a slot when none is free, and does not count it as a failure', async () => {
    const subject = newSubject();
    books.withoutSlot(subject.invoiceId);
    await signal(subject);
    await until(async () => activitiesOf(subject.invoiceId).length === 1, 'it has asked');
    assert.match(await detailsOf(temporal.client, syncInvoiceId(subject.invoiceId)), /free slot/);
    assert.equal((await statusOf(subject)).failures, 0);
    await signal(subject);
    await handleOf(subject).result();
    assert.deepEqual(activitiesOf(subject.invoiceId), ['bringToStripe', 'bringToStripe']);
  });

  it('takes the same decision once, sent twice at once and again after the end', async () => {
    const subject = newSubject();
    atStripe(subject.invoiceId, failures.needsPerson);
    await signal(subject);
    await reached(subject, 'parked');
    const decisionId = randomUUID();
    assert.deepEqual(
      await Promise.all([answer(subject, 1, decisionId), answer(subject, 1, decisionId)]),
      ['accepted', 'accepted'],
      'Temporal tells both the one outcome',
    );
    await handleOf(subject).result();

    // A later run of the invoice knows nothing of the update; the books do.
    atStripe(subject.invoiceId, failures.needsPerson);
    await signal(subject);
    await reached(subject, 'parked');
    assert.equal(await answer(subject, 1, decisionId), 'already accepted');
    await reached(subject, 'parked');
    assert.equal(await answer(subject, 2), 'accepted');
    await handleOf(subject).result();
  });

  it('goes on when the decision was stored and the activity died before it could tell', async () => {
    const subject = newSubject();
    atStripe(subject.invoiceId, failures.needsPerson);
    await signal(subject);
    await reached(subject, 'parked');
    books.loseAnswer(subject.invoiceId);
    assert.equal(await answer(subject, 1), 'already accepted');
    await handleOf(subject).result();
    assert.equal(activitiesOf(subject.invoiceId).at(-1), 'bringToStripe');
  });

  it('is revived by an answer when the run is lost', async () => {
    const subject = newSubject();
    atStripe(subject.invoiceId, failures.needsPerson);
    await signal(subject);
    await reached(subject, 'parked');
    await handleOf(subject).terminate('lost');
    assert.equal(await answer(subject, 1), 'accepted');
    await handleOf(subject).result();
    assert.equal(activitiesOf(subject.invoiceId).at(-1), 'bringToStripe');
  });

  it('parks after 72 hours of failures, and not before', async () => {
    const tired = newSubject();
    atStripe(tired.invoiceId, failures.lasting);
    await resume(tired, { failingSince: new Date(Date.now() - 72 * hourMs).toISOString(), failures: 70 });
    await reached(tired, 'parked');
    assert.deepEqual(activitiesOf(tired.invoiceId), ['bringToStripe', 'parkInvoice', 'bringToStripe']);

    const patient = newSubject();
    atStripe(patient.invoiceId, failures.lasting);
    await resume(patient, { failingSince: new Date(Date.now() - 71 * hourMs).toISOString(), failures: 70 });
    await reached(patient, 'backing off');
    const { nextRetryAt, failures: count } = await statusOf(patient);
    assert.equal(count, 71);
    assert.equal(Date.parse(nextRetryAt!) - Date.now() <= hourMs, true, 'no pause is longer than an hour');
  });

  it('has its 72 hours anew after an answer', async () => {
    const subject = newSubject();
    atStripe(subject.invoiceId, failures.lasting, failures.lasting);
    await resume(subject, { failingSince: new Date(Date.now() - 73 * hourMs).toISOString(), failures: 70 });
    await reached(subject, 'parked');
    await answer(subject, 1);
    await reached(subject, 'backing off');
    assert.equal((await statusOf(subject)).failures, 1);
  });

  it('remembers its failures, its priority and its attributes when it continues as a new run', async () => {
    const subject = newSubject('high');
    atStripe(subject.invoiceId, ...Array.from({ length: 100 }, () => failures.lasting));
    await signal(subject);
    const { runId } = await handleOf(subject).describe();
    await until(async () => {
      await signal(subject);
      return (await handleOf(subject).describe()).runId !== runId;
    }, 'a new run goes on');
    await reached(subject, 'backing off');
    assert.equal((await statusOf(subject)).failures > 20, true);
    assert.equal((await attributesOf(subject))['InvoiceNumber'], subject.number);
    const { raw } = await handleOf(subject).describe();
    assert.equal(raw.workflowExecutionInfo?.priority?.priorityKey, 1);
  });

  it('looks again when the books change during its last activity', async () => {
    const subject = newSubject();
    let letGo = () => {};
    const gate = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    atStripe(subject.invoiceId, () => gate);
    await signal(subject);
    await until(() => activitiesOf(subject.invoiceId).length === 1, 'the activity is at work');
    await signal(subject);
    letGo();
    await handleOf(subject).result();
    assert.deepEqual(activitiesOf(subject.invoiceId), ['bringToStripe', 'bringToStripe']);
  });

  it('overtakes those that wait for their turn when it is asked for at once', async () => {
    // As many as Stripe's worker takes at once; they stay until the gate is open.
    const busy = Array.from({ length: 48 }, () => newSubject());
    const [first, urgent, last] = [newSubject(), newSubject(), newSubject()];
    const gates: (() => void)[] = [];
    for (const { invoiceId } of busy) atStripe(invoiceId, () => new Promise<void>((resolve) => gates.push(resolve)));
    await Promise.all(busy.map(signal));
    await until(() => gates.length === 48, 'every place is taken');
    const order: SyncSubject[] = [];
    for (const subject of [first, urgent, last]) {
      atStripe(subject.invoiceId, () => void order.push(subject));
      await signal(subject);
      await until(async () => (await waitingActivitiesOf(subject)) === 1, 'it waits for its turn');
    }
    await wakeSync(temporal.client, { ...urgent, priority: 'high' }, '123.45 USD', messages.hurry);
    await until(
      async () => (await eventsOf(urgent)).includes('EVENT_TYPE_ACTIVITY_TASK_CANCELED'),
      'it was taken back',
    );
    await until(async () => (await waitingActivitiesOf(urgent)) === 1, 'it waits anew');
    // The history is ahead of the queue, and only the queue knows who is served first.
    await until(async () => (await queuedFirst()) > 0, 'the queue has it before the others');
    // One place alone: with all of them free at once nobody waits for anybody.
    gates.shift()?.();
    await until(() => order.length > 0, 'the first of the three has its turn');
    for (const open of gates) open();
    await Promise.all([...busy, first, urgent, last].map((subject) => handleOf(subject).result()));
    assert.equal(order[0], urgent);
    assert.equal(order.length, 3, 'each was done once');
  });
});

type Described = {
  raw: { executionConfig?: { userMetadata?: { summary?: { data?: Uint8Array | null } | null } | null } | null };
};

const summaryOf = ({ raw }: Described): string =>
  JSON.parse(Buffer.from(raw.executionConfig?.userMetadata?.summary?.data ?? []).toString('utf8'));
