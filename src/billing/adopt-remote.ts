import { adoptCustomers, adoptInvoices, adoptNumbers, adoptVoids, countUnknown } from '../store/adoption.ts';
import { appendAudit } from '../store/audit.ts';
import type { Database } from '../store/database.ts';
import { endPause, readOpenPauses } from '../store/pauses.ts';
import { readReconciliation } from '../store/reconciliations.ts';
import { lookAgain } from '../store/wants.ts';

/**
 * Takes over what Stripe has and this restored database does not know, from the inventory of one run: voids first, then
 * who stands for whom, then numbers, so that nothing is made there a second time; and ends the pause. All or nothing: a
 * database that has adopted a part would be trusted with the rest. Syncs of what was mapped are to look again; whoever
 * calls this wakes them. A pause that was begun after the listing stays: what made it necessary may not be listed.
 * @returns counts by name
 */
export async function adoptRemote(database: Database, runId: string): Promise<Record<string, number>> {
  return await database.transaction(async (sql) => {
    const voids = await adoptVoids(sql, runId);
    const customers = await adoptCustomers(sql, runId);
    const mapped = await adoptInvoices(sql, runId);
    const series = await adoptNumbers(sql);
    const unknown = await countUnknown(sql, runId);
    await lookAgain(sql, mapped);
    const { startedAt } = await readReconciliation(sql, runId);
    const pause = (await readOpenPauses(sql)).find(({ kind }) => kind === 'restore');
    if (pause !== undefined && pause.begunAt <= startedAt) {
      const reason =
        `Adopted what Stripe has: ${mapped.length} invoices and ${customers} customers mapped, ${voids.length} voided, ` +
        `${series} series of numbers moved; ${unknown.invoices} invoices are still to be made again here.`;
      const actor = `reconciliation ${runId}`;
      await endPause(sql, { kind: 'restore', endedBy: actor, reason });
      const detail = { kind: 'restore' };
      await appendAudit(sql, [{ subjectKind: 'pause', subjectId: pause.id, actor, action: 'resumed', detail }]);
    }
    return {
      adoptedInvoices: mapped.length,
      adoptedCustomers: customers,
      adoptedVoids: voids.length,
      movedSeries: series,
      unknownInvoices: unknown.invoices,
      unknownCustomers: unknown.customers,
    };
  });
}
