/** How much was done of one kind, and in which time. */
export type Work = { count: number; seconds: number };
export const noWork: Work = { count: 0, seconds: 0 };

/** What is measured, in the order in which an invoice meets it. */
export const runStages = ['generated', 'issued', 'published', 'synced'] as const;
export const stages = ['customers', 'events', ...runStages] as const;
export type RunStage = (typeof runStages)[number];
export type Stage = (typeof stages)[number];

export function perSecond({ count, seconds }: Work): number {
  return seconds === 0 ? 0 : count / seconds;
}

export function addWork(a: Work, b: Work): Work {
  return { count: a.count + b.count, seconds: a.seconds + b.seconds };
}

/**
 * Times the stages of a run from outside, by what its counts say each time it is asked. The time since the last count
 * that moved belongs to what moves now. Syncing begins with the first message that is published, though it is counted
 * only after the last one, so it gets that time too.
 */
export function timeStages(first: Record<RunStage, number>) {
  const work = Object.fromEntries(runStages.map((stage) => [stage, noWork])) as Record<RunStage, Work>;
  let [last, since] = [first, performance.now()];
  return {
    work,
    tell(counts: Record<RunStage, number>): void {
      const moved = runStages.filter((stage) => counts[stage] > last[stage]);
      if (moved.length === 0) return;
      const at = performance.now();
      const seconds = (at - since) / 1_000;
      for (const stage of new Set<RunStage>(moved.includes('published') ? [...moved, 'synced'] : moved)) {
        work[stage] = addWork(work[stage], { count: counts[stage] - last[stage], seconds });
      }
      [last, since] = [counts, at];
    },
  };
}
