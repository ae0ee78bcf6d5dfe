import { setTimeout as wait } from 'node:timers/promises';
import type { Api } from './api.ts';
import { type RunStage, runStages, timeStages, type Work } from './work.ts';

/** What an advance of the clock has done so far. */
const runCounts = [...runStages, 'parked'] as const;
export type RunProgress = Record<(typeof runCounts)[number], number>;
export const noProgress: RunProgress = { generated: 0, issued: 0, published: 0, synced: 0, parked: 0 };

export type Advance = {
  outcome: 'advanced' | 'already there';
  progress: RunProgress;
  /** What was done while this call watched, stage by stage. */
  work: Record<RunStage, Work>;
};

type RunAnswer = { id: string; kind: string; finishedAt: string | null; progress: Partial<RunProgress> };

/** A short run is watched closely; one that takes minutes is asked once a second. */
function pauseMs(elapsedMs: number): number {
  return Math.min(Math.max(elapsedMs / 20, 200), 1_000);
}

/**
 * Moves a clock to an instant and waits until all that became due on the way is done: invoices generated, issued,
 * published, and synced or parked. An advance that was cut short goes on where it was.
 * @param options.stallMs gives up when nothing at all has moved for so long; the run itself goes on
 */
export async function advanceTo(
  api: Api,
  clock: string,
  at: Date,
  options: { onProgress?: (progress: RunProgress) => void; stallMs?: number } = {},
): Promise<Advance> {
  const { onProgress, stallMs = 10 * 60_000 } = options;
  const { id } = await api.post<{ id: string }>('/v1/runs', { kind: 'advance', clock, at: at.toISOString() });
  let run = await api.get<RunAnswer>(`/v1/runs/${id}`);
  const outcome = run.finishedAt === null ? 'advanced' : 'already there';
  let progress = progressOf(run);
  const times = timeStages(progress);
  const startedAt = Date.now();
  let movedAt = startedAt;
  while (run.finishedAt === null) {
    if (Date.now() - movedAt > stallMs) {
      throw new Error(
        `The advance of the clock to ${at.toISOString()} (run ${id}) has not moved for ${stallMs / 60_000} minutes; ` +
          `so far: ${JSON.stringify(progress)}. Look for its workflow in the Temporal Web UI.`,
      );
    }
    await wait(pauseMs(Date.now() - startedAt));
    run = await api.get<RunAnswer>(`/v1/runs/${id}`);
    const now =
      run.finishedAt === null ? furthest(progress, sum([run, ...(await openRuns(api, clock))])) : progressOf(run);
    if (runCounts.some((name) => now[name] > progress[name])) movedAt = Date.now();
    progress = now;
    times.tell(progress);
    onProgress?.(progress);
  }
  return { outcome, progress, work: times.work };
}

/** The invoicing or scan that the advance waits for: it counts what is done there when that has ended. */
async function openRuns(api: Api, clock: string): Promise<RunAnswer[]> {
  const { data } = await api.get<{ data: RunAnswer[] }>(`/v1/runs?clock=${clock}&limit=5`);
  return data.filter(({ kind, finishedAt }) => kind !== 'advance' && finishedAt === null);
}

/** For a moment the counts of a run that has just ended are in neither; they are not shown as lost. */
function furthest(a: RunProgress, b: RunProgress): RunProgress {
  return fromEach((name) => Math.max(a[name], b[name]));
}

function sum(runs: readonly RunAnswer[]): RunProgress {
  return fromEach((name) => runs.reduce((total, { progress }) => total + (progress[name] ?? 0), 0));
}

function progressOf(run: RunAnswer): RunProgress {
  return sum([run]);
}

function fromEach(countOf: (name: keyof RunProgress) => number): RunProgress {
  return Object.fromEntries(runCounts.map((name) => [name, countOf(name)])) as RunProgress;
}
