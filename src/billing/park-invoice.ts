import { appendAudit } from '../store/audit.ts';
import type { Database } from '../store/database.ts';
import { park, readSyncState } from '../store/sync.ts';

/**
 * Leaves an invoice that is being synced to a person. What somebody has held meanwhile stays held: the failure stands
 * with its attempt, and comes again after the release if it lasts. @returns the number that an answer has to name;
 * undefined if the invoice is not being synced any more
 */
export async function parkInvoice(
  database: Database,
  parked: { invoiceId: string; code: string; reason: string },
): Promise<number | undefined> {
  return await database.transaction(async (sql) => {
    const before = await readSyncState(sql, parked.invoiceId, 'FOR UPDATE');
    if (before?.sync === 'parked') return before.parkingNumber;
    const parkingNumber = await park(sql, parked.invoiceId, parked.code, parked.reason);
    if (parkingNumber !== undefined) {
      await appendAudit(sql, [
        {
          subjectKind: 'invoice',
          subjectId: parked.invoiceId,
          actor: 'sync',
          action: 'parked',
          detail: { code: parked.code, parkingNumber },
        },
      ]);
    }
    return parkingNumber;
  });
}
