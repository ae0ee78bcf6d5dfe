import type { Database } from '../../store/database.ts';
import { listOpenRuns, readWaiting, type Waiting, type WaitingKind, waitingKinds } from '../../store/waiting.ts';
import type { DeadLetterBox } from './dead-letters.ts';

/** How Temporal sees a workflow; `gone` when it knows none of this id any more. */
export type WorkflowState = 'running' | 'completed' | 'failed' | 'gone';

/** What may wait, the most urgent first: what the books know, and what RabbitMQ and Temporal do. */
export const summaryKinds = [...waitingKinds.slice(0, 3), 'failed-run', 'dead-letter', ...waitingKinds.slice(3)] as (
  | WaitingKind
  | 'failed-run'
  | 'dead-letter'
)[];
export type SummaryEntry = Omit<Waiting, 'kind'> & { kind: (typeof summaryKinds)[number] };

export type Summary = {
  asOf: Date;
  waiting: SummaryEntry[];
  /** What could not be looked at, as the part that holds it does not answer: nothing of it stands in `waiting`. */
  unknown: ('failed-run' | 'dead-letter')[];
};

/** Unfinished runs that Temporal is asked about; more than a few at once are no ordinary day. */
const mostRuns = 50;

/** Everything that waits for a person, and nothing else: an empty list is a calm day. */
export async function readSummary(
  database: Database,
  box: DeadLetterBox,
  stateOf: (workflowId: string) => Promise<WorkflowState>,
): Promise<Summary> {
  const [waiting, letters, runs] = await Promise.all([
    readWaiting(database),
    attempt(() => countLetters(box)),
    attempt(() => countFailedRuns(database, stateOf)),
  ]);
  const all: SummaryEntry[] = [...waiting, ...(runs ?? []), ...(letters ?? [])];
  const place = ({ kind }: SummaryEntry) => summaryKinds.indexOf(kind);
  return {
    asOf: new Date(),
    waiting: all.sort((one, other) => place(one) - place(other)),
    unknown: [...(runs === undefined ? (['failed-run'] as const) : []), ...(letters ? [] : (['dead-letter'] as const))],
  };
}

/** The rest of the summary is worth reading while a part is away; the answer names what could not be looked at. */
async function attempt<T>(look: () => Promise<T>): Promise<T | undefined> {
  try {
    return await look();
  } catch {
    return undefined;
  }
}

async function countLetters(box: DeadLetterBox): Promise<SummaryEntry[]> {
  const count = await box.count();
  if (count === 0) return [];
  const times = (await box.list(100)).flatMap(({ deadSince }) => deadSince ?? []);
  const oldestAt = times.length === 0 ? null : new Date(Math.min(...times.map(Number)));
  return [{ kind: 'dead-letter', code: null, count, oldestAt }];
}

async function countFailedRuns(
  database: Database,
  stateOf: (workflowId: string) => Promise<WorkflowState>,
): Promise<SummaryEntry[]> {
  const runs = await listOpenRuns(database, mostRuns);
  const states = await Promise.all(runs.map(({ workflowId }) => stateOf(workflowId)));
  // One that is completed by now has finished since it was read.
  const failed = runs.filter((_, index) => states[index] === 'failed' || states[index] === 'gone');
  return [...new Set(failed.map(({ kind }) => kind))].map((kind) => {
    const ofKind = failed.filter((run) => run.kind === kind);
    return { kind: 'failed-run' as const, code: kind, count: ofKind.length, oldestAt: ofKind[0]?.openedAt ?? null };
  });
}
