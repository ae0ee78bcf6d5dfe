import { Context } from '@temporalio/activity';
import { findNextDue } from '../src/billing/find-next-due.ts';
import { runIdOf } from '../src/billing/ids.ts';
import { crashPoint } from '../src/crash-points.ts';
import type { Database } from '../src/store/database.ts';
import { moveTestClock } from '../src/store/due-work.ts';
import { type RunKind, readRunEnd, recordProgress } from '../src/store/runs.ts';
import { countSyncs } from '../src/store/sync.ts';

const pollMs = 250;
/** How long one call waits before the workflow asks again. */
const waitMs = 60_000;

type AtRest = { synced: number; parked: number };

export function createClockActivities({ database }: { database: Database }) {
  return {
    async findNextDue({ clockId, until }: { clockId: string; until: string }) {
      const due = await findNextDue(database, clockId, new Date(until));
      return due === undefined ? null : { kind: due.kind, at: due.at.toISOString() };
    },

    async moveClock({ clockId, at }: { clockId: string; at: string }): Promise<void> {
      await moveTestClock(database, clockId, new Date(at));
      crashPoint('clock.moved');
    },

    async countSyncs({ clockId }: { clockId: string }) {
      return await countSyncs(database, clockId);
    },

    /**
     * Waits until every issued invoice of the clock is synced or parked, or until a minute is over. Tells those that
     * came to rest since `before`.
     */
    async awaitSyncs({ clockId, runId, before }: { clockId: string; runId: string; before: AtRest }) {
      return await poll(async () => {
        const { open, ...now } = await countSyncs(database, clockId);
        const atRest = { synced: now.synced - before.synced, parked: now.parked - before.parked };
        await recordProgress(database, runId, atRest);
        return { isOver: open === 0, answer: { open, ...atRest } };
      });
    },

    /** Waits until a run has finished, or until a minute is over: then null. */
    async awaitRun({ clockId, kind, cutoffAt }: { clockId: string; kind: RunKind; cutoffAt: string }) {
      const runId = runIdOf(clockId, kind, new Date(cutoffAt));
      return await poll(async () => {
        const end = await readRunEnd(database, runId);
        const isFinished = end?.isFinished === true;
        return { isOver: isFinished, answer: isFinished ? end.progress : null };
      });
    },
  };
}

/** Asks until it is over or a minute has passed, with a heartbeat each time. @returns the last answer */
async function poll<T>(ask: () => Promise<{ isOver: boolean; answer: T }>): Promise<T> {
  const context = Context.current();
  const until = Date.now() + waitMs;
  for (;;) {
    const { isOver, answer } = await ask();
    if (isOver || Date.now() >= until) return answer;
    context.heartbeat();
    await context.sleep(pollMs);
  }
}
