import { Context, log } from '@temporalio/activity';
import { type CheckCounts, checkOldUsage } from '../src/billing/retention/check-old-usage.ts';
import { removeOldUsage } from '../src/billing/retention/remove-old-usage.ts';
import { crashPoint } from '../src/crash-points.ts';
import type { Database } from '../src/store/database.ts';
import { readMachineTime } from '../src/store/invoice-facts.ts';
import { whileHeartbeating } from './heartbeats.ts';
import { throughPages } from './paging.ts';

/** Customers of a page: of each all invoices of some months are proved. */
const pageSize = 20;

export function createRetentionActivities({ database }: { database: Database }) {
  return {
    /** By the database's clock, which the instants of the looks are from. */
    async beginUsageRemoval() {
      return { since: (await readMachineTime(database)).toISOString() };
    },

    /** Looks at customers from a cursor on. What was recorded is found by a retry, so that it needs the cursor only. */
    async checkOldUsage({ after }: { after: string }) {
      const { cancellationSignal } = Context.current();
      const afterRecord = () => {
        crashPoint('retention.proof-recorded');
        cancellationSignal.throwIfAborted();
      };
      const begin = (cursor: string) => checkOldUsage(database, { after: cursor, limit: pageSize }, afterRecord);
      return await throughPages<CheckCounts>(after, 1, begin, ({ blocked }) => {
        if (blocked > 0)
          log.warn('usage of customers is kept beyond the policy: GET /v1/usage/removals/plan', { blocked });
      });
    },

    /** Each month is a transaction of its own, and what is gone is not there any more: a retry goes on from there. */
    async removeOldUsage({ since }: { since: string }) {
      const { cancellationSignal } = Context.current();
      const removed = await whileHeartbeating(() =>
        removeOldUsage(database, new Date(since), () => {
          crashPoint('retention.month-removed');
          cancellationSignal.throwIfAborted();
        }),
      );
      if (removed.months > 0) log.info('raw usage was removed by policy', removed);
      return removed;
    },
  };
}
