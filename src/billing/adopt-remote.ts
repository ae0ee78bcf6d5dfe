import { adoptCustomers, adoptInvoices, adoptNumbers, adoptVoids, countUnknown } from '../store/adoption.ts';
import { appendAudit } from '../store/audit.ts';
import type { Database, Sql } from '../store/database.ts';
import { parkDeleted } from '../store/deleted-copies.ts';
import { isSweptSince } from '../store/event-sweeps.ts';
import { endPause, lockOpenPause } from '../store/pauses.ts';
import { readReconciliation } from '../store/reconciliations.ts';
import { countUnlistedRequests } from '../store/stripe-events.ts';
import { lookAgain } from '../store/wants.ts';
import type { EventSource } from '../targets/events.ts';
import type { StripeAccount } from './stripe-account.ts';
import { sweepStripeEvents } from './sweep-stripe-events.ts';
import { reverseCredits } from './terms/reverse-credits.ts';

export type AdoptDependencies = { database: Database; stripe: StripeAccount; events: EventSource };

/** Pages of 100 events since the last sweep that an adoption reads itself. What is more is left to the sweeps. */
const pagesAtOnce = 50;

/**
 * Takes over what Stripe has and this restored database does not know, from the inventory of one run: voids first, then
 * who stands for whom, then numbers, so that nothing is made there a second time; what was deleted there waits for a
 * person; and the pause ends. All or nothing: a database that has adopted a part would be trusted with the rest. Syncs of
 * what was mapped are to look again; whoever calls this wakes them. The events are read first, since they alone tell of
 * what was deleted, and of another copy that goes on billing.
 * @returns counts by name; `keptPauses` is 1 if the next adoption has to look once more
 * @throws TargetError
 */
export async function adoptRemote(
  { database, stripe, events }: AdoptDependencies,
  runId: string,
): Promise<Record<string, number>> {
  const accountId = await stripe.accountId();
  await sweepStripeEvents({ database, events, accountId }, null, { maxPages: pagesAtOnce });
  return await database.transaction(async (sql) => {
    const voids = await adoptVoids(sql, runId);
    await reverseCredits(sql, voids);
    const customers = await adoptCustomers(sql, runId);
    const mapped = await adoptInvoices(sql, runId);
    const series = await adoptNumbers(sql);
    const deleted = await parkDeleted(sql, runId);
    const unknown = await countUnknown(sql, runId);
    await lookAgain(sql, mapped);
    const reason =
      `Adopted what Stripe has: ${mapped.length} invoices and ${customers} customers mapped, ${voids.length} voided, ` +
      `${deleted} parked that were deleted there, ${series} series of numbers moved; ` +
      `${unknown.invoices} invoices are still to be made again here.`;
    return {
      adoptedInvoices: mapped.length,
      adoptedCustomers: customers,
      adoptedVoids: voids.length,
      parkedDeleted: deleted,
      movedSeries: series,
      unknownInvoices: unknown.invoices,
      unknownCustomers: unknown.customers,
      keptPauses: await endRestore(sql, { accountId, runId, reason }),
    };
  });
}

/**
 * Ends the pause if the listing has everything that was to be adopted. It has not if the pause was begun later, if the
 * events are not read up to its beginning, or if they tell of an unknown request that may have come after it: then
 * somebody else bills beside this database, and what that one has made since is not listed. @returns pauses that stay
 */
async function endRestore(
  sql: Sql,
  { accountId, runId, reason }: { accountId: string; runId: string; reason: string },
): Promise<number> {
  const { startedAt } = await readReconciliation(sql, runId);
  const pause = await lockOpenPause(sql, 'restore');
  if (pause === undefined) return 0;
  if (pause.begunAt > startedAt || !(await isSweptSince(sql, accountId, startedAt))) return 1;
  if ((await countUnlistedRequests(sql, accountId, startedAt)) > 0) return 1;
  const actor = `reconciliation ${runId}`;
  await endPause(sql, { kind: 'restore', endedBy: actor, reason, adoptedUntil: startedAt });
  const detail = { kind: 'restore' };
  await appendAudit(sql, [{ subjectKind: 'pause', subjectId: pause.id, actor, action: 'resumed', detail }]);
  return 0;
}
