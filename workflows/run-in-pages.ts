import { defineSearchAttributeKey } from '@temporalio/common';
import {
  continueAsNew,
  defineQuery,
  setCurrentDetails,
  setHandler,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import { books } from './activities.ts';
import type { RunInput, RunResume } from './contract/inputs.ts';
import { messages } from './contract/messages.ts';

/** One activity call of a stage: it goes through pages from the cursor on, up to a limit. */
export type PageInput = {
  runId: string;
  clockId: string;
  cutoffAt: string;
  startedAt: string;
  after: string;
  isHourly?: true;
};
export type PageResult = { after: string | null; counts: Record<string, number> };

export type Stage = { name: string; page(input: PageInput): Promise<PageResult> };
export type RunResult = { runId: string; counts: Record<string, number> };

export const firstCursor = '00000000-0000-0000-0000-000000000000';
/** Activity calls in one run of the workflow, each of many pages; far below what a history holds. */
const callsPerRun = 50;

const clockIdKey = defineSearchAttributeKey('ClockId', 'KEYWORD');
const cutoffKey = defineSearchAttributeKey('CutoffAt', 'DATETIME');
const scheduledStartKey = defineSearchAttributeKey('TemporalScheduledStartTime', 'DATETIME');

/**
 * A run of one clock: opens its record, takes each stage through all pages by key, and closes the record. Progress is
 * told by query, by the workflow's details and in PostgreSQL; a long run goes on in a new one where it was.
 */
export async function runInPages(
  input: RunInput,
  run: { kind: 'invoicing' | 'hourly-invoicing' | 'due-scan' | 'dunning'; title: string; stages: readonly Stage[] },
): Promise<RunResult> {
  const { clockId } = input;
  const isHourly = input.isHourly && { isHourly: input.isHourly };
  const cutoffAt = input.cutoffAt ?? nominalTime();
  const counts: Record<string, number> = { ...input.resume?.counts };
  setHandler(defineQuery<Record<string, number>>(messages.progress), () => counts);
  upsertSearchAttributes([
    { key: clockIdKey, value: clockId },
    { key: cutoffKey, value: new Date(cutoffAt) },
  ]);

  const { runId, startedAt } = await books.openRun({
    clockId,
    kind: run.kind,
    cutoffAt,
    workflowId: workflowInfo().workflowId,
  });
  const tell = (stage: string) => setCurrentDetails(describe(run.title, cutoffAt, stage, counts));

  let calls = 0;
  for (const stage of stagesFrom(run.stages, input.resume)) {
    tell(stage.name);
    let after: string | null = input.resume?.stage === stage.name ? input.resume.after : firstCursor;
    while (after !== null) {
      const result: PageResult = await stage.page({ runId, clockId, cutoffAt, startedAt, after, ...isHourly });
      for (const [name, count] of Object.entries(result.counts)) counts[name] = (counts[name] ?? 0) + count;
      after = result.after;
      calls += 1;
      tell(stage.name);
      await books.recordProgress({ runId, counts });
      if (after !== null && (calls >= callsPerRun || workflowInfo().continueAsNewSuggested)) {
        const resume: RunResume = { runId, stage: stage.name, after, counts };
        await continueAsNew<(input: RunInput) => Promise<RunResult>>({ clockId, cutoffAt, ...isHourly, resume });
      }
    }
  }
  await books.finishRun({ runId, counts });
  tell('finished');
  return { runId, counts };
}

function stagesFrom(stages: readonly Stage[], resume: RunResume | undefined): readonly Stage[] {
  const first = stages.findIndex((stage) => stage.name === resume?.stage);
  return first < 0 ? stages : stages.slice(first);
}

/**
 * The Schedule's nominal time: a late start bills what was due then, never what the clock says now. A Schedule puts it
 * at the end of the id, for a backfill too; only a run started by hand without a cut-off takes its own start.
 */
export function nominalTime(): string {
  const { workflowId, typedSearchAttributes, startTime } = workflowInfo();
  const inId = /-(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ)$/.exec(workflowId)?.[1];
  const nominal = inId === undefined ? (typedSearchAttributes.get(scheduledStartKey) ?? startTime) : new Date(inId);
  return nominal.toISOString();
}

function describe(title: string, cutoffAt: string, stage: string, counts: Record<string, number>): string {
  const rows = Object.entries(counts).map(([name, count]) => `| ${name} | ${count} |`);
  return [
    `### ${title}`,
    `Cut-off ${cutoffAt}, stage: **${stage}**`,
    '',
    '| what | how many |',
    '|---|---:|',
    ...rows,
  ].join('\n');
}
