import { fileURLToPath } from 'node:url';
import {
  type ActivityInterceptorsFactory,
  bundleWorkflowCode,
  DefaultLogger,
  NativeConnection,
  Worker,
  type WorkflowBundleWithSourceMap,
} from '@temporalio/worker';
import type { Activities } from '../../activities/index.ts';
import { taskQueues } from '../../workflows/contract/task-queues.ts';
import type { TemporalConfig } from '../config.ts';

const workflowsPath = fileURLToPath(new URL('../../workflows/index.ts', import.meta.url));

/** Compiles workflows, ours unless said otherwise, into the one script that the sandbox runs. */
export async function bundleWorkflows(path = workflowsPath): Promise<WorkflowBundleWithSourceMap> {
  // The bundler's own account of its work would stand between the log lines of whoever asked.
  return await bundleWorkflowCode({ workflowsPath: path, logger: new DefaultLogger('WARN') });
}

/** The connection that workers poll on, reached as clients reach the server. */
export async function connectWorkers({
  namespace: _ofTheWorkers,
  ...options
}: TemporalConfig): Promise<NativeConnection> {
  return await NativeConnection.connect(options);
}

/** After SIGTERM activities get this long to end; what is cut off is tried again elsewhere. */
export const graceMs = 10_000;

/**
 * Activities that call Stripe at once: no more than its rate needs, so that what waits does so in Temporal's queue,
 * where priority is kept.
 */
const stripeSlots = 48;
/** A fuse above the pace that Stripe takes, should everything else fail to slow down. */
const stripeFusePerSecond = 60;

/** Heartbeats go out this often; left to itself the SDK would save them up to 80 % of their timeout. */
const heartbeatIntervalMs = 5_000;

/** One worker for each task queue. */
export async function createWorkers(options: {
  connection: NativeConnection;
  namespace: string;
  activities: Activities;
  /** Asked for only where workflows run. */
  loadWorkflows: () => Promise<WorkflowBundleWithSourceMap>;
  queues?: readonly (keyof typeof taskQueues)[];
  /** Told of every activity that ended here, for the figures. */
  observe?: (activity: { name: string; outcome: 'completed' | 'failed'; seconds: number }) => void;
}): Promise<Worker[]> {
  const { connection, namespace, activities, loadWorkflows } = options;
  const shared = {
    connection,
    namespace,
    activities,
    shutdownGraceTime: graceMs,
    maxHeartbeatThrottleInterval: heartbeatIntervalMs,
    interceptors: { activity: [observing(options.observe ?? (() => {})), leavingAtShutdown] },
  };
  const create = {
    billing: async () =>
      await Worker.create({
        ...shared,
        taskQueue: taskQueues.billing,
        workflowBundle: await loadWorkflows(),
        maxConcurrentActivityTaskExecutions: 20,
      }),
    stripe: () =>
      Worker.create({
        ...shared,
        taskQueue: taskQueues.stripe,
        maxConcurrentActivityTaskExecutions: stripeSlots,
        maxTaskQueueActivitiesPerSecond: stripeFusePerSecond,
      }),
    customers: () =>
      Worker.create({ ...shared, taskQueue: taskQueues.customers, maxConcurrentActivityTaskExecutions: 8 }),
  };
  const queues = options.queues ?? (Object.keys(taskQueues) as (keyof typeof taskQueues)[]);
  return await Promise.all(queues.map((queue) => create[queue]()));
}

/**
 * Leaves an activity that has not ended by the end of the grace time, such as one that waits for an answer of Stripe's:
 * it counts as failed at once and is tried again elsewhere, instead of holding its process until that is killed. What
 * it still does is what an attempt does that timed out; requests are stored before they are sent, so that the next
 * attempt goes on from there.
 */
const leavingAtShutdown: ActivityInterceptorsFactory = ({ cancelled }) => ({
  inbound: {
    async execute(input, next) {
      const work = next(input);
      // A cancellation for another reason is the activity's own to heed.
      const shutdown = cancelled.catch((reason: Error) => (reason.message === 'WORKER_SHUTDOWN' ? reason : undefined));
      const ended = await Promise.race([work.then((result) => ({ result })), shutdown]);
      if (ended instanceof Error) {
        // Nobody waits for it any more; how it ends is told by its next attempt.
        work.catch(() => undefined);
        throw ended;
      }
      return ended === undefined ? await work : ended.result;
    },
  },
});

type Observe = NonNullable<Parameters<typeof createWorkers>[0]['observe']>;

function observing(observe: Observe): ActivityInterceptorsFactory {
  return ({ info }) => ({
    inbound: {
      async execute(input, next) {
        const startedAt = performance.now();
        const tell = (outcome: 'completed' | 'failed') =>
          observe({ name: info.activityType, outcome, seconds: (performance.now() - startedAt) / 1_000 });
        try {
          const result = await next(input);
          tell('completed');
          return result;
        } catch (error) {
          tell('failed');
          throw error;
        }
      },
    },
  });
}
