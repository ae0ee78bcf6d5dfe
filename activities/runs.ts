import { log } from '@temporalio/activity';
import { extendPeriodsPage } from '../src/billing/extend-periods.ts';
import { generateInvoices } from '../src/billing/generate-invoices.ts';
import { runIdOf } from '../src/billing/ids.ts';
import { issueInvoices } from '../src/billing/issue-invoices.ts';
import { publishDueInvoices } from '../src/billing/publish-due-invoices.ts';
import type { Publisher } from '../src/broker/publisher.ts';
import { crashPoint } from '../src/crash-points.ts';
import type { Database } from '../src/store/database.ts';
import { finishRun, openRun, type RunKind, recordProgress } from '../src/store/runs.ts';
import { ensureComingPartitions } from '../src/store/usage-events.ts';
import { type Counts, throughPages } from './paging.ts';

/** Customers a transaction of generation, invoices of issuing and publishing, subscriptions of extending. */
const pageSizes = { extend: 1_000, generate: 250, issue: 500, publish: 1_000 };

type Page = { runId: string; clockId: string; cutoffAt: string; startedAt: string; after: string };
type PageResult = Promise<{ after: string | null; counts: Counts }>;

export function createRunActivities({ database, publisher }: { database: Database; publisher: Publisher }) {
  return {
    async openRun(run: { clockId: string; kind: RunKind; cutoffAt: string; workflowId: string }) {
      const cutoffAt = new Date(run.cutoffAt);
      await ensureComingPartitions(database, cutoffAt);
      const opened = await openRun(database, { ...run, cutoffAt, id: runIdOf(run.clockId, run.kind, cutoffAt) });
      crashPoint('run.opened');
      return { runId: opened.id, startedAt: opened.startedAt.toISOString() };
    },

    async extendPeriods({ clockId, cutoffAt, after }: Page): PageResult {
      const until = new Date(cutoffAt);
      return await throughPages(after, async (cursor) => {
        const page = await extendPeriodsPage(database, { clockId, until, after: cursor, limit: pageSizes.extend });
        if (page.cursor !== undefined) crashPoint('run.periods-extended');
        return page;
      });
    },

    async generateInvoices({ runId, clockId, cutoffAt, startedAt, after }: Page): PageResult {
      const run = { id: runId, clockId, cutoffAt: new Date(cutoffAt), startedAt: new Date(startedAt) };
      return await throughPages(after, async (cursor) => {
        const page = await generateInvoices(database, run, { after: cursor, limit: pageSizes.generate });
        if (page.cursor !== undefined) crashPoint('run.drafts-written');
        if (page.parkedPeriods > 0) log.warn('periods parked', { runId, parkedPeriods: page.parkedPeriods });
        return page;
      });
    },

    async issueInvoices({ runId, clockId, cutoffAt, after }: Page): PageResult {
      const scan = { id: runId, clockId, cutoffAt: new Date(cutoffAt) };
      return await throughPages(after, async (cursor) => {
        const page = await issueInvoices(database, scan, { after: cursor, limit: pageSizes.issue });
        if (page.cursor !== undefined) crashPoint('run.invoices-issued');
        if (page.held > 0) log.warn('drafts held', { runId, held: page.held });
        return page;
      });
    },

    async publishDueInvoices({ clockId, after }: Page): PageResult {
      return await throughPages(after, (cursor) =>
        publishDueInvoices(database, publisher, { clockId, after: cursor, limit: pageSizes.publish }),
      );
    },

    async recordProgress({ runId, counts }: { runId: string; counts: Counts }): Promise<void> {
      await recordProgress(database, runId, counts);
    },

    async finishRun({ runId, counts }: { runId: string; counts: Counts }): Promise<void> {
      await finishRun(database, runId, counts);
      crashPoint('run.finished');
    },
  };
}
