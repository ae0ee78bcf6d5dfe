import { Context } from '@temporalio/activity';
import { findNextDue } from '../src/billing/find-next-due.ts';
import { runIdOf } from '../src/billing/ids.ts';
import { crashPoint } from '../src/crash-points.ts';
import type { Database } from '../src/store/database.ts';
import { moveTestClock } from '../src/store/due-work.ts';
import { type RunKind, readRunEnd, recordProgress } from '../src/store/runs.ts';
import { countSyncs, hasOpenSync } from '../src/store/sync.ts';
import { whileHeartbeating } from './heartbeats.ts';

/** The time between two looks grows to the longest: quick for a handful, cheap for a backlog of hours. */
const pollMs = { first: 250, longest: 1_000, growth: 1.3 };
/** Counting reads every invoice of the clock: it takes a twentieth of the time at most, and is told once a second. */
const countEvery = { leastMs: 1_000, timesItsOwn: 20 };
/** How long one call waits before the workflow asks again. */
const waitMs = 60_000;

type AtRest = { synced: number; parked: number };

export function createClockActivities({ database }: { database: Database }) {
  return {
    async findNextDue({ clockId, until }: { clockId: string; until: string }) {
      // The first time it lays out the periods of every subscription on the way.
      const due = await whileHeartbeating(() => findNextDue(database, clockId, new Date(until)));
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
      const count = async () => {
        const { open, ...now } = await countSyncs(database, clockId);
        const atRest = { synced: now.synced - before.synced, parked: now.parked - before.parked };
        await recordProgress(database, runId, atRest);
        return { open, ...atRest };
      };
      let countAt = Date.now() + countEvery.leastMs;
      await poll(async () => {
        const isOver = !(await hasOpenSync(database, clockId));
        if (!isOver && Date.now() >= countAt) {
          const startedAt = Date.now();
          await count();
          const tookMs = Date.now() - startedAt;
          countAt = Date.now() + Math.max(countEvery.leastMs, tookMs * countEvery.timesItsOwn);
        }
        return { isOver, answer: undefined };
      });
      return await count();
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
  for (let pauseMs = pollMs.first; ; pauseMs = Math.min(pauseMs * pollMs.growth, pollMs.longest)) {
    const { isOver, answer } = await ask();
    if (isOver || Date.now() >= until) return answer;
    context.heartbeat();
    await context.sleep(pauseMs);
  }
}
