import { log } from '@temporalio/activity';
import { carryOutReissues } from '../src/billing/carry-out-reissues.ts';
import type { CheckLimits, DraftChecks } from '../src/billing/check-drafts.ts';
import { extendPeriodsPage, firstCursor } from '../src/billing/extend-periods.ts';
import { followUpUnpaid } from '../src/billing/follow-up-unpaid.ts';
import { generateInvoices } from '../src/billing/generate-invoices.ts';
import { runIdOf } from '../src/billing/ids.ts';
import type { BegunPage } from '../src/billing/in-pages.ts';
import { issueInvoices } from '../src/billing/issue-invoices.ts';
import { planDunningPage } from '../src/billing/plan-dunning.ts';
import { publishDueInvoices } from '../src/billing/publish-due-invoices.ts';
import { quoteTaxes } from '../src/billing/tax/quote-taxes.ts';
import { tendWallets } from '../src/billing/wallets/tend-wallets.ts';
import type { Publisher } from '../src/broker/publisher.ts';
import { crashPoint } from '../src/crash-points.ts';
import { isDurabillError } from '../src/errors/error.ts';
import type { Database } from '../src/store/database.ts';
import { finishRun, openRun, type RunKind, recordProgress } from '../src/store/runs.ts';
import { ensureComingPartitions } from '../src/store/usage-events.ts';
import type { TaxEngine } from '../src/targets/tax-engine/port.ts';
import { whileHeartbeating } from './heartbeats.ts';
import { type Counts, sumOf, throughPages } from './paging.ts';
import type { WakeSyncs } from './wake-syncs.ts';

/**
 * Subscriptions, customers and invoices of a page, and the pages that are under way together: PostgreSQL writes one
 * while this process rates the other. A page is a transaction, so its size bounds what a death undoes and what two runs
 * at once wait for each other; pages of publishing keep the broker's window of 1,000 full while others are marked.
 */
export const paging = {
  extend: { limit: 1_000, atOnce: 2 },
  generate: { limit: 500, atOnce: 2 },
  issue: { limit: 500, atOnce: 2 },
  publish: { limit: 1_000, atOnce: 3 },
  planDunning: { limit: 500, atOnce: 2 },
  followUp: { limit: 500, atOnce: 2 },
};

type Page = {
  runId: string;
  clockId: string;
  cutoffAt: string;
  startedAt: string;
  after: string;
  isHourly?: boolean;
};
type PageResult = Promise<{ after: string | null; counts: Counts }>;

type RunDependencies = {
  database: Database;
  publisher: Publisher;
  wakeSyncs: WakeSyncs;
  checkLimits: CheckLimits;
  taxEngine?: TaxEngine | undefined;
};

export function createRunActivities({ database, publisher, wakeSyncs, checkLimits, taxEngine }: RunDependencies) {
  const checks: DraftChecks = {
    limits: checkLimits,
    onHeld: wakeSyncs,
    ...(taxEngine && { quoteTaxes: (ids, actor) => quoteTaxes(database, taxEngine, ids, actor) }),
  };
  return {
    async openRun(run: { clockId: string; kind: RunKind; cutoffAt: string; workflowId: string }) {
      const cutoffAt = new Date(run.cutoffAt);
      await makeRoomAhead(database, cutoffAt);
      const opened = await openRun(database, { ...run, cutoffAt, id: runIdOf(run.clockId, run.kind, cutoffAt) });
      crashPoint('run.opened');
      const reissued = await carryOutReissues(database, run.clockId);
      if (reissued > 0) log.info('void invoices reissued', { runId: opened.id, reissued });
      return { runId: opened.id, startedAt: opened.startedAt.toISOString() };
    },

    async extendPeriods({ clockId, cutoffAt, after }: Page): PageResult {
      const { limit, atOnce } = paging.extend;
      const until = new Date(cutoffAt);
      const begin = (cursor: string) =>
        onceDone(
          () => crashPoint('run.periods-extended'),
          extendPeriodsPage(database, { clockId, until, after: cursor, limit }),
        );
      return await throughPages(after, atOnce, begin);
    },

    async generateInvoices({ runId, clockId, cutoffAt, startedAt, after, isHourly = false }: Page): PageResult {
      const { limit, atOnce } = paging.generate;
      const run = { id: runId, clockId, cutoffAt: new Date(cutoffAt), startedAt: new Date(startedAt), isHourly };
      const begin = (cursor: string) =>
        onceDone(
          () => crashPoint('run.drafts-written'),
          generateInvoices(database, run, { after: cursor, limit }, checks),
        );
      return await throughPages(after, atOnce, begin, ({ parkedPeriods, held, noted }) => {
        if (parkedPeriods > 0) log.warn('periods parked', { runId, parkedPeriods });
        if (held > 0) log.warn('drafts held', { runId, held });
        if (noted > 0) log.info('drafts with usage that is not billed', { runId, noted });
      });
    },

    async issueInvoices({ runId, clockId, cutoffAt, after }: Page): PageResult {
      const { limit, atOnce } = paging.issue;
      const scan = { id: runId, clockId, cutoffAt: new Date(cutoffAt) };
      const begin = (cursor: string) =>
        onceDone(
          () => crashPoint('run.invoices-issued'),
          issueInvoices(database, scan, { after: cursor, limit }, checks),
        );
      const issued = await throughPages(after, atOnce, begin, ({ held }) => {
        if (held > 0) log.warn('drafts held', { runId, held });
      });
      if (issued.after !== null) return issued;
      const wallets = await whileHeartbeating(() => tendWallets(database, scan));
      // What asks for the money of a wallet is issued by this very scan, and needs no second round: no wallet pays it.
      const isMore = (wallets['topUpsInvoiced'] ?? 0) > 0;
      return { after: isMore ? firstCursor : null, counts: sumOf(issued.counts, wallets) };
    },

    async publishDueInvoices({ clockId, after }: Page): PageResult {
      const { limit, atOnce } = paging.publish;
      const begin = (cursor: string) => publishDueInvoices(database, publisher, { clockId, after: cursor, limit });
      return await throughPages(after, atOnce, begin);
    },

    async planDunning({ clockId, after }: Page): PageResult {
      const { limit, atOnce } = paging.planDunning;
      const begin = (cursor: string) =>
        onceDone(() => crashPoint('run.dunning-planned'), planDunningPage(database, { clockId, after: cursor, limit }));
      return await throughPages(after, atOnce, begin);
    },

    async followUpUnpaid({ runId, clockId, cutoffAt, after }: Page): PageResult {
      const { limit, atOnce } = paging.followUp;
      const run = { id: runId, clockId, cutoffAt: new Date(cutoffAt) };
      const hooks = {
        onWanted: wakeSyncs,
        onTold(invoiceIds: readonly string[]) {
          for (const invoiceId of invoiceIds)
            log.error('an operator should see this', { code: 'invoice-unpaid', invoiceId });
        },
      };
      const begin = (cursor: string) =>
        onceDone(() => crashPoint('run.dunning-done'), followUpUnpaid(database, run, { after: cursor, limit }, hooks));
      return await throughPages(after, atOnce, begin);
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

/**
 * Makes the partitions of the coming months, so that no sender waits for one. A long read of the usage keeps them from
 * being made; then the next run does it, or the sender: no bill waits for that.
 */
async function makeRoomAhead(database: Database, from: Date): Promise<void> {
  try {
    await ensureComingPartitions(database, from);
  } catch (error) {
    if (!isDurabillError(error, 'unavailable')) throw error;
    log.warn('partitions of the coming months are still to be made', { reason: error.message });
  }
}

/** Calls back between a page's commit and its heartbeat, unless nothing was left for the page to do. */
async function onceDone<PageCounts>(
  callBack: () => void,
  begun: Promise<BegunPage<PageCounts>>,
): Promise<BegunPage<PageCounts>> {
  const { cursor, done } = await begun;
  if (cursor === undefined) return { cursor, done };
  const told = done.then((counts) => {
    callBack();
    return counts;
  });
  return { cursor, done: told };
}
