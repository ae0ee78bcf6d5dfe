import { Context } from '@temporalio/activity';
import { findNextDue } from '../src/billing/find-next-due.ts';
import type { Database } from '../src/store/database.ts';
import { moveTestClock } from '../src/store/due-work.ts';
import { recordProgress } from '../src/store/runs.ts';
import { countSyncs } from '../src/store/sync.ts';

const pollMs = 250;
/** How long one call waits before the workflow asks again. */
const waitMs = 60_000;

export function createClockActivities({ database }: { database: Database }) {
  return {
    async findNextDue({ clockId, until }: { clockId: string; until: string }) {
      const due = await findNextDue(database, clockId, new Date(until));
      return due === undefined ? null : { kind: due.kind, at: due.at.toISOString() };
    },

    async moveClock({ clockId, at }: { clockId: string; at: string }): Promise<void> {
      await moveTestClock(database, clockId, new Date(at));
    },

    /** Waits until every issued invoice of the clock is synced or parked, or until a minute is over. */
    async awaitSyncs({ clockId, runId }: { clockId: string; runId: string }) {
      const context = Context.current();
      const until = Date.now() + waitMs;
      for (;;) {
        const { open, synced, parked } = await countSyncs(database, clockId);
        await recordProgress(database, runId, { synced, parked });
        if (open === 0 || Date.now() >= until) return { open, synced, parked };
        context.heartbeat();
        await context.sleep(pollMs);
      }
    },
  };
}
