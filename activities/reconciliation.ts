import { Context, log } from '@temporalio/activity';
import { type AdoptDependencies, adoptRemote } from '../src/billing/adopt-remote.ts';
import { type BeginOutcome, beginRecorded, nightlyWindow } from '../src/billing/begin-reconciliation.ts';
import { reconciliationIdOf } from '../src/billing/ids.ts';
import { mendDifferences } from '../src/billing/mend-differences.ts';
import { type InventoryDependencies, type InventoryStage, takeInventory } from '../src/billing/take-inventory.ts';
import { recordDifferences } from '../src/store/differences.ts';
import { finishReconciliation, type ReconciliationKind, tellReconciliation } from '../src/store/reconciliations.ts';
import { invoicesToWake } from '../src/store/remote-objects.ts';
import { whileHeartbeating } from './heartbeats.ts';
import { type Counts, sumOf } from './paging.ts';
import type { WakeSyncs } from './wake-syncs.ts';

/** Pages of the inventory that one activity takes before the workflow looks at its history and goes on. */
const pagesPerCall = 40;
/** Syncs that are woken between two heartbeats. */
const wakesAtOnce = 200;
/** Differences of one run that are told one by one in the log; all of them are in PostgreSQL. */
const alertsInLog = 50;

export type ReconciliationOrder = {
  kind: ReconciliationKind;
  workflowId: string;
  /** The Schedule's nominal time, from which the nightly window is counted back. */
  at: string;
  /** Of one that a person has asked for. */
  id?: string | undefined;
  askedBy?: string | undefined;
  from?: string | null | undefined;
  to?: string | null | undefined;
};

type Cursor = { after: string | null; counts: Counts };
const nobody = '00000000-0000-0000-0000-000000000000';

export function createReconciliationActivities(
  dependencies: InventoryDependencies & AdoptDependencies & { wakeSyncs: WakeSyncs },
) {
  const { database, wakeSyncs } = dependencies;
  return {
    async beginReconciliation(order: ReconciliationOrder): Promise<BeginOutcome & { reconciliationId: string }> {
      const { kind, workflowId, askedBy = 'schedule' } = order;
      const id = order.id ?? reconciliationIdOf(workflowId);
      const asked = { fromAt: instantOf(order.from), toAt: instantOf(order.to) };
      const window = kind === 'nightly' ? nightlyWindow(new Date(order.at)) : asked;
      const outcome = await beginRecorded(database, { id, kind, workflowId, askedBy, ...window });
      return { ...outcome, reconciliationId: id };
    },

    /** Goes on from the last heartbeat; pages that are read twice change nothing. */
    async takeInventory(page: {
      reconciliationId: string;
      stage: InventoryStage;
      after: string | null;
    }): Promise<Cursor> {
      const context = Context.current();
      let at = (context.info.heartbeatDetails as Cursor | undefined) ?? { after: page.after, counts: {} };
      const goThrough = async () => {
        for (let pages = 0; pages < pagesPerCall; pages += 1) {
          context.cancellationSignal.throwIfAborted();
          const { after, counts } = await takeInventory(dependencies, { ...page, after: at.after });
          at = { after, counts: sumOf(at.counts, counts) };
          context.heartbeat(at);
          if (after === null) break;
        }
        return at;
      };
      return await whileHeartbeating(goThrough, () => at);
    },

    async recordDifferences({ reconciliationId }: { reconciliationId: string }): Promise<Counts> {
      return await whileHeartbeating(() => recordDifferences(database, reconciliationId));
    },

    async mendDifferences({ reconciliationId }: { reconciliationId: string }): Promise<Counts> {
      const counts = { repairing: 0, alerted: 0 };
      await whileHeartbeating(async () => {
        for (;;) {
          const { alerted, repairing, isDone } = await mendDifferences(database, reconciliationId);
          for (const { id, kind, invoiceId, customerId, remoteId } of alerted.slice(0, alertsInLog - counts.alerted)) {
            const difference = { differenceId: id, kind, invoiceId, customerId, remoteId };
            log.error('Stripe and the books differ: an operator should see this', { reconciliationId, ...difference });
          }
          counts.repairing += repairing;
          counts.alerted += alerted.length;
          if (isDone) break;
        }
      });
      if (counts.alerted > alertsInLog)
        log.error('more differences than are told here', { reconciliationId, ...counts });
      return counts;
    },

    async adoptRemote({ reconciliationId }: { reconciliationId: string }): Promise<Counts> {
      const counts = await whileHeartbeating(() => adoptRemote(dependencies, reconciliationId));
      log.warn('a restored database has adopted what Stripe has', { reconciliationId, ...counts });
      return counts;
    },

    /** Wakes the syncs that were told to look again. One that is woken twice looks twice. */
    async wakeReconciled({ reconciliationId }: { reconciliationId: string }): Promise<Counts> {
      const context = Context.current();
      let at = (context.info.heartbeatDetails as { after: string; woken: number } | undefined) ?? {
        after: nobody,
        woken: 0,
      };
      const goThrough = async () => {
        for (;;) {
          context.cancellationSignal.throwIfAborted();
          const ids = await invoicesToWake(database, reconciliationId, { after: at.after, limit: wakesAtOnce });
          await wakeSyncs(ids);
          at = { after: ids.at(-1) ?? at.after, woken: at.woken + ids.length };
          context.heartbeat(at);
          if (ids.length < wakesAtOnce) return { woken: at.woken };
        }
      };
      return await whileHeartbeating(goThrough, () => at);
    },

    async tellReconciliation({
      reconciliationId,
      counts,
    }: {
      reconciliationId: string;
      counts: Counts;
    }): Promise<void> {
      await tellReconciliation(database, reconciliationId, counts);
    },

    async finishReconciliation({
      reconciliationId,
      counts,
    }: {
      reconciliationId: string;
      counts: Counts;
    }): Promise<void> {
      await finishReconciliation(database, reconciliationId, counts);
    },
  };
}

function instantOf(text: string | null | undefined): Date | null {
  return text === null || text === undefined ? null : new Date(text);
}
