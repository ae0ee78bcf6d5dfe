import { Context } from '@temporalio/activity';

/**
 * Several in one heartbeat timeout (workflows/activities.ts), so that a busy moment is not taken for a death; few, since
 * each is written down by the server, and most syncs are over before the first.
 */
const everyMs = 5_000;

/**
 * Tells Temporal that this worker lives for as long as a call runs that has no steps to tell of. When the worker is
 * killed, the activity is tried elsewhere within seconds instead of after its whole time limit.
 * @param details what a retry goes on from, read anew each time
 */
export async function whileHeartbeating<T>(work: () => Promise<T>, details: () => unknown = () => undefined) {
  const context = Context.current();
  const timer = setInterval(() => context.heartbeat(details()), everyMs);
  try {
    return await work();
  } finally {
    clearInterval(timer);
  }
}
