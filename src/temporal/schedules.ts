import {
  type Client,
  ScheduleAlreadyRunning,
  ScheduleNotFoundError,
  type ScheduleOptions,
  ScheduleOverlapPolicy,
} from '@temporalio/client';
import { scheduleIds, workflowTypes } from '../../workflows/contract/ids.ts';
import type { ReconcileInput, RunInput } from '../../workflows/contract/inputs.ts';
import { taskQueues } from '../../workflows/contract/task-queues.ts';

const day = 24 * 60 * 60 * 1_000;
/** A run that was missed while everything was down is still taken for this long: a whole month's run, and some days. */
const catchupWindow = 35 * day;

const minute = 60_000;
const hour = 60 * minute;

/**
 * All Schedules. Those that bill are for the real clock; test clocks are driven by advanceClock. One Schedule fans out over all customers,
 * since Schedules start at most 30 workflows a second a namespace. They start at nominal times in UTC, which no change
 * of clocks moves or doubles.
 */
export function schedulesOf(realClockId: string): ScheduleOptions[] {
  const args = [{ clockId: realClockId }];
  const policies = { overlap: ScheduleOverlapPolicy.BUFFER_ALL, catchupWindow, pauseOnFailure: false };
  return [
    {
      scheduleId: scheduleIds.monthlyInvoicing,
      // Day 1, 13:00 UTC: by then the month has ended in every zone on earth.
      spec: { calendars: [{ dayOfMonth: 1, hour: 13, comment: 'the 1st, when the last zone has closed its month' }] },
      policies,
      action: {
        type: 'startWorkflow',
        workflowType: workflowTypes.monthlyInvoicing,
        workflowId: scheduleIds.monthlyInvoicing,
        taskQueue: taskQueues.billing,
        staticSummary: 'Invoicing of all closed periods',
        args,
      },
    },
    {
      scheduleId: scheduleIds.dueInvoiceScan,
      spec: {
        calendars: [{ hour: 15, comment: 'every day, two hours after a draft of the 1st has had its review day' }],
      },
      policies,
      action: {
        type: 'startWorkflow',
        workflowType: workflowTypes.dueInvoiceScan,
        workflowId: scheduleIds.dueInvoiceScan,
        taskQueue: taskQueues.billing,
        staticSummary: 'Due invoices: issue and send on their way',
        args,
      },
    },
    {
      scheduleId: scheduleIds.hourlyInvoicing,
      spec: { calendars: [{ hour: '*', comment: 'every full hour: all cadences but calendar months' }] },
      // Whichever hour it is, it takes all that is due: one that was missed leaves nothing undone.
      policies: { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: hour, pauseOnFailure: false },
      action: {
        type: 'startWorkflow',
        workflowType: workflowTypes.monthlyInvoicing,
        workflowId: scheduleIds.hourlyInvoicing,
        taskQueue: taskQueues.billing,
        staticSummary: 'Invoicing of cycles that are no calendar months',
        args: [{ clockId: realClockId, isHourly: true } satisfies RunInput],
      },
    },
    {
      scheduleId: scheduleIds.dunning,
      spec: { calendars: [{ hour: '*', comment: 'every full hour: it is 09:00 somewhere' }] },
      // Whichever hour it is, it takes all that is due: one that was missed leaves nothing undone.
      policies: { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: hour, pauseOnFailure: false },
      action: {
        type: 'startWorkflow',
        workflowType: workflowTypes.dunning,
        workflowId: scheduleIds.dunning,
        taskQueue: taskQueues.billing,
        staticSummary: 'Dunning: follow up what is unpaid',
        args,
      },
    },
    {
      scheduleId: scheduleIds.usageRollup,
      spec: { intervals: [{ every: minute }] },
      // Whichever minute it is, it takes all that is there: one that was missed leaves nothing undone.
      policies: { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: minute, pauseOnFailure: false },
      action: {
        type: 'startWorkflow',
        workflowType: workflowTypes.rollUpUsage,
        workflowId: scheduleIds.usageRollup,
        taskQueue: taskQueues.billing,
        staticSummary: 'Usage rollups: what came in since the last minute',
        args: [],
      },
    },
    {
      scheduleId: scheduleIds.auditDigest,
      spec: { calendars: [{ hour: 2, comment: 'every night, when what was told the day before has been committed' }] },
      // A digest covers all that is there, so that a night that was missed needs none of its own.
      policies: { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: day, pauseOnFailure: false },
      action: {
        type: 'startWorkflow',
        workflowType: workflowTypes.digestAudit,
        workflowId: scheduleIds.auditDigest,
        taskQueue: taskQueues.billing,
        staticSummary: 'Audit chains: digest of the day',
        args: [],
      },
    },
    {
      scheduleId: scheduleIds.stripeEventSweep,
      spec: { intervals: [{ every: minute }] },
      // Each takes all since the last one that came to its end.
      policies: { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: minute, pauseOnFailure: false },
      // Nothing is written to Stripe before the first one has looked there.
      state: { triggerImmediately: true },
      action: {
        type: 'startWorkflow',
        workflowType: workflowTypes.sweepStripeEvents,
        workflowId: scheduleIds.stripeEventSweep,
        taskQueue: taskQueues.billing,
        staticSummary: "Stripe's events: what no webhook has brought",
        args: [{}],
      },
    },
    {
      scheduleId: scheduleIds.reconciliation,
      spec: { calendars: [{ hour: 3, comment: 'every night, when nothing is billed; on the 1st over all there is' }] },
      // What Stripe has now is looked at, whichever night it is: one that was missed leaves nothing undone.
      policies: { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: day, pauseOnFailure: false },
      action: {
        type: 'startWorkflow',
        workflowType: workflowTypes.reconcile,
        workflowId: scheduleIds.reconciliation,
        taskQueue: taskQueues.billing,
        staticSummary: 'Reconciliation with Stripe',
        args: [{ kind: 'nightly' } satisfies ReconcileInput],
      },
    },
    {
      scheduleId: scheduleIds.adoption,
      // Whoever finds that this database was restored begins a pause; that is all that has to be known here.
      spec: { intervals: [{ every: 5 * minute }] },
      policies: { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: minute, pauseOnFailure: false },
      action: {
        type: 'startWorkflow',
        workflowType: workflowTypes.reconcile,
        workflowId: scheduleIds.adoption,
        taskQueue: taskQueues.billing,
        staticSummary: 'Adoption of what Stripe has, if a restore waits for it',
        args: [{ kind: 'adoption' } satisfies ReconcileInput],
      },
    },
    {
      scheduleId: scheduleIds.usageRemoval,
      spec: {
        calendars: [{ hour: 4, comment: 'every night, when nothing is billed and the looks at Stripe are over' }],
      },
      // All that is old enough goes, whichever night it is: one that was missed leaves nothing undone.
      policies: { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: day, pauseOnFailure: false },
      action: {
        type: 'startWorkflow',
        workflowType: workflowTypes.removeOldUsage,
        workflowId: scheduleIds.usageRemoval,
        taskQueue: taskQueues.billing,
        staticSummary: 'Retention: raw usage that is kept no longer',
        args: [],
      },
    },
  ];
}

export type Reconciled = { scheduleId: string; outcome: 'created' | 'updated' };

/**
 * Makes the Schedules what the list says. A Schedule that an operator has paused stays paused, with its note.
 */
export async function reconcileSchedules(client: Client, wanted: readonly ScheduleOptions[]): Promise<Reconciled[]> {
  const reconciled: Reconciled[] = [];
  for (const schedule of wanted) {
    reconciled.push({ scheduleId: schedule.scheduleId, outcome: await reconcile(client, schedule) });
  }
  return reconciled;
}

async function reconcile(client: Client, wanted: ScheduleOptions): Promise<Reconciled['outcome']> {
  const handle = client.schedule.getHandle(wanted.scheduleId);
  try {
    // The whole specification is written anew: what the server describes would add to a calendar instead.
    await handle.update(({ state }) => ({ ...wanted, state }) as never);
    return 'updated';
  } catch (error) {
    if (!(error instanceof ScheduleNotFoundError)) throw error;
  }
  try {
    await client.schedule.create(wanted);
    return 'created';
  } catch (error) {
    if (!(error instanceof ScheduleAlreadyRunning)) throw error;
    // Another process was faster, with the same list.
    return 'updated';
  }
}
