import { WorkflowExecutionAlreadyStartedError, WorkflowFailedError } from '@temporalio/client';
import { clockIdOf } from '../../src/billing/ids.ts';
import { moveTestClock } from '../../src/store/due-work.ts';
import { workflowTypes } from '../../workflows/contract/ids.ts';
import { taskQueues } from '../../workflows/contract/task-queues.ts';
import { month, type Wave } from './business.ts';
import type { Context } from './context.ts';
import { Hopeless, pause, untilDone } from './patience.ts';
import { randomOf } from './random.ts';
import { troubleStripe } from './stripe-trouble.ts';
import { sendEvents } from './usage.ts';

const customersAtOnce = 4;

/** A wave's way: its clock, its customers, their usage, and then its month is billed. Ends when the runs are over. */
export async function runWave(context: Context, wave: Wave): Promise<void> {
  const { api, sent, say } = context;
  const { clock, numberPrefix, customers } = wave;
  await api.post('/v1/clocks', { name: clock, startsAt: month.startsAt, numberPrefix });
  await createCustomers(context, wave);
  await sendEvents(
    context,
    randomOf(context.seed, `events of ${clock}`),
    customers.flatMap((one) => one.events),
  );
  await troubleStripe(context, wave);
  say(`${clock}: ${customers.length} customers have sent their usage, billing begins (${wave.mode})`);
  await (wave.mode === 'advance' ? advance(context, clock) : runTwice(context, clock));
  for (const { externalId } of customers) sent.customers.get(externalId)!.billed = true;
  say(`${clock}: billed`);
}

async function createCustomers({ api, sent }: Context, { clock, customers }: Wave): Promise<void> {
  const waiting = [...customers];
  const createNext = async () => {
    for (let customer = waiting.shift(); customer !== undefined; customer = waiting.shift()) {
      const { externalId, name, priority } = customer;
      const entry = { customer, clock, acknowledged: false, billed: false };
      sent.customers.set(externalId, entry);
      const subscription = { plan: 'chaos', startsAt: month.startsAt };
      await api.post('/v1/customers', {
        externalId,
        name,
        priority,
        clock,
        currency: 'USD',
        zone: 'UTC',
        subscription,
      });
      entry.acknowledged = true;
    }
  };
  await Promise.all(Array.from({ length: customersAtOnce }, createNext));
}

/** As time passes: the clock moves, and does what becomes due on its way. */
async function advance({ api, faults }: Context, clock: string): Promise<void> {
  const order = { kind: 'advance', clock, at: month.overAt };
  const [started] = await Promise.all([
    api.postVia<{ id: string }>(0, '/v1/runs', order),
    ...(faults.has('twins') ? [api.postVia(1, '/v1/runs', order)] : []),
  ]);
  await untilFinished(api, started.id);
}

async function untilFinished(api: Context['api'], runId: string): Promise<void> {
  const isFinished = async () =>
    (await api.get<{ finishedAt: string | null }>(`/v1/runs/${runId}`)).finishedAt !== null;
  while (!(await isFinished())) await pause(500, new AbortController().signal);
}

/** By hand: one run of each kind, or two at once under different workflow ids, where twins are wanted. */
async function runTwice(context: Context, clock: string): Promise<void> {
  await run(context, clock, { kind: 'invoicing', type: workflowTypes.monthlyInvoicing, at: month.invoicedAt });
  await run(context, clock, { kind: 'due-scan', type: workflowTypes.dueInvoiceScan, at: month.issuedAt });
}

type RunOrder = { kind: 'invoicing' | 'due-scan'; type: string; at: string };

async function run(context: Context, clock: string, { kind, type, at }: RunOrder): Promise<void> {
  const { deployment, api, faults, giveUp } = context;
  const clockId = clockIdOf(clock);
  await untilDone(() => moveTestClock(deployment.database, clockId, new Date(at)), giveUp);
  const twin = `twin/${kind}/${clock}`;
  const [{ workflowId }] = await Promise.all([
    api.post<{ workflowId: string }>('/v1/runs', { kind, clock, at }),
    ...(faults.has('twins') ? [startWorkflow(context, type, twin, { clockId, cutoffAt: at })] : []),
  ]);
  await Promise.all([untilEnded(context, workflowId), ...(faults.has('twins') ? [untilEnded(context, twin)] : [])]);
}

async function startWorkflow(
  { deployment: { temporal }, giveUp }: Context,
  type: string,
  workflowId: string,
  input: { clockId: string; cutoffAt: string },
): Promise<void> {
  await untilDone(async () => {
    try {
      await temporal.client.withDeadline(Date.now() + 10_000, () =>
        temporal.client.workflow.start(type, { taskQueue: taskQueues.billing, workflowId, args: [input] }),
      );
    } catch (error) {
      // An earlier try was carried out, and its answer lost.
      if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    }
  }, giveUp);
}

async function untilEnded({ deployment: { temporal }, giveUp }: Context, workflowId: string): Promise<void> {
  await untilDone(async () => {
    try {
      // Without the signal the client would go on asking after its connection has been closed, which ends the process.
      await temporal.client.withAbortSignal(giveUp, () => temporal.client.workflow.getHandle(workflowId).result());
    } catch (error) {
      if (error instanceof WorkflowFailedError) throw new Hopeless(`${workflowId} has failed: ${error.cause?.message}`);
      throw error;
    }
  }, giveUp);
}
