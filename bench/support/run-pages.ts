import { paging } from '../../activities/runs.ts';
import { firstCursor } from '../../src/billing/extend-periods.ts';
import { generateInvoices } from '../../src/billing/generate-invoices.ts';
import { runIdOf } from '../../src/billing/ids.ts';
import { type BegunPage, inPages } from '../../src/billing/in-pages.ts';
import { issueInvoices } from '../../src/billing/issue-invoices.ts';
import { publishDueInvoices } from '../../src/billing/publish-due-invoices.ts';
import type { Publisher } from '../../src/broker/publisher.ts';
import { linesPerInvoice } from '../../src/domain/invoice/limits.ts';
import type { Database } from '../../src/store/database.ts';
import { moveTestClock } from '../../src/store/due-work.ts';
import { openRun, type Run, type RunKind } from '../../src/store/runs.ts';
import { month } from './many-customers.ts';

/** As a deployment has them unless it is told otherwise; nobody is there to be told of what is held. */
const checks = {
  limits: {
    maxLines: linesPerInvoice,
    totalAboveMinor: new Map(),
    jumpFactor: 10,
    jumpAboveMinor: new Map(),
    holdsUnpriced: true,
  },
  onHeld: async () => undefined,
};

/** Runs of a clock page by page, with the sizes that the activities have. */

export async function generateAll(database: Database, clockId: string, at: string = month.billedAt): Promise<void> {
  const { limit } = paging.generate;
  const run = await open(database, clockId, 'invoicing', at);
  await through(paging.generate, (after) => generateInvoices(database, run, { after, limit }, checks));
}

export async function issueAll(database: Database, clockId: string, at: string = month.issuedAt): Promise<void> {
  const { limit } = paging.issue;
  const run = await open(database, clockId, 'due-scan', at);
  await through(paging.issue, (after) => issueInvoices(database, run, { after, limit }, checks));
}

export async function publishAll(database: Database, publisher: Publisher, clockId: string): Promise<void> {
  const { limit } = paging.publish;
  await through(paging.publish, (after) => publishDueInvoices(database, publisher, { clockId, after, limit }));
}

async function open(database: Database, clockId: string, kind: RunKind, at: string): Promise<Run> {
  const cutoffAt = new Date(at);
  await moveTestClock(database, clockId, cutoffAt);
  return await openRun(database, {
    id: runIdOf(clockId, kind, cutoffAt),
    clockId,
    kind,
    cutoffAt,
    workflowId: 'bench',
  });
}

async function through<Counts>(
  { atOnce }: { atOnce: number },
  begin: (after: string) => Promise<BegunPage<Counts>>,
): Promise<void> {
  await inPages({ after: firstCursor, atOnce, begin });
}
