/** The workflows with a planted fault: one more timer at their beginning, which no run of before has set. */
import { sleep } from '@temporalio/workflow';
import * as workflows from '../../../workflows/index.ts';

type Workflow = (input: never) => Promise<unknown>;

const late = (workflow: Workflow) => async (input: never) => {
  await sleep(1);
  return await workflow(input);
};

export const advanceClock = late(workflows.advanceClock);
export const digestAudit = late(workflows.digestAudit);
export const dueInvoiceScan = late(workflows.dueInvoiceScan);
export const dunning = late(workflows.dunning);
export const monthlyInvoicing = late(workflows.monthlyInvoicing);
export const processStripeEvents = late(workflows.processStripeEvents);
export const reconcile = late(workflows.reconcile);
export const removeOldUsage = late(workflows.removeOldUsage);
export const rollUpUsage = late(workflows.rollUpUsage);
export const sweepStripeEvents = late(workflows.sweepStripeEvents);
export const syncCustomer = late(workflows.syncCustomer);
export const syncInvoice = late(workflows.syncInvoice);
