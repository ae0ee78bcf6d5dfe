import { ActivityCancellationType, type ActivityOptions, proxyActivities } from '@temporalio/workflow';
import type { Activities } from '../activities/index.ts';
import { taskQueues } from './contract/task-queues.ts';

const second = 1_000;
const minute = 60 * second;

/** A worker that was killed is noticed after so long; activities that may run longer tell that they live. */
const heartbeatTimeout = 15 * second;

/** One short statement or transaction on the database: tried until it works, since the database comes back. */
export const books = proxyActivities<Activities>({
  taskQueue: taskQueues.billing,
  startToCloseTimeout: 30 * second,
  retry: { initialInterval: second, maximumInterval: 30 * second },
});

/** Pages of a run: long, with the page at hand in the heartbeat, which a retry goes on from. */
export const pages = proxyActivities<Activities>({
  taskQueue: taskQueues.billing,
  startToCloseTimeout: 60 * minute,
  heartbeatTimeout,
  retry: { initialInterval: second, maximumInterval: minute },
});

/** Temporal serves 1 first. */
const first = { priorityKey: 1 };

/**
 * An invoice's way to Stripe. The tries of the first minute are Temporal's (2, 4, 8, 16 and 30 s apart); what comes
 * after is a timer of the workflow, where attempts, the next retry and a person's answer are visible. Three calls of
 * 30 s at most, and the customer's, fit the limit.
 */
const toStripe: ActivityOptions = {
  taskQueue: taskQueues.stripe,
  startToCloseTimeout: 5 * minute,
  heartbeatTimeout,
  retry: { initialInterval: 2 * second, backoffCoefficient: 2, maximumInterval: 30 * second, maximumAttempts: 6 },
  // One that has begun goes on to its end; only one that still waits for its turn is taken back.
  cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
};
export const stripe = proxyActivities<Activities>(toStripe);
export const urgentStripe = proxyActivities<Activities>({ ...toStripe, priority: first });

/**
 * Stripe's events, read and taken up. The tries of the first minute are Temporal's; after that the Schedule comes round
 * again, with a new look at where things stand.
 */
export const events = proxyActivities<Activities>({
  taskQueue: taskQueues.billing,
  startToCloseTimeout: 30 * minute,
  heartbeatTimeout,
  retry: { initialInterval: 2 * second, backoffCoefficient: 2, maximumInterval: 30 * second, maximumAttempts: 5 },
});

/**
 * Long reads of Stripe, with the page at hand in the heartbeat. Whatever waits for Stripe's pace goes before them. An
 * hour of tries outlasts what passes by itself; what does not, such as a key that is not accepted, ends the look.
 */
export const inventory = proxyActivities<Activities>({
  taskQueue: taskQueues.stripe,
  startToCloseTimeout: 60 * minute,
  heartbeatTimeout,
  priority: { priorityKey: 5 },
  retry: { initialInterval: second, maximumInterval: minute, maximumAttempts: 60 },
});

/** A customer's way to Stripe: few tries, because the invoice that asked tries again anyway. */
const ofCustomers: ActivityOptions = {
  taskQueue: taskQueues.customers,
  startToCloseTimeout: minute,
  heartbeatTimeout,
  retry: { initialInterval: second, maximumAttempts: 3 },
};
export const customers = proxyActivities<Activities>(ofCustomers);
export const urgentCustomers = proxyActivities<Activities>({ ...ofCustomers, priority: first });
