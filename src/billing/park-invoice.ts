import { appendAudit } from '../store/audit.ts';
import type { Database } from '../store/database.ts';
import { park, readSyncState } from '../store/sync.ts';

/** Leaves an invoice that is being synced to a person. @returns the number that an answer has to name */
export async function parkInvoice(
  database: Database,
  parked: { invoiceId: string; code: string; reason: string },
): Promise<number | undefined> {
  return await database.transaction(async (sql) => {
    const before = await readSyncState(sql, parked.invoiceId, 'FOR UPDATE');
    const parkingNumber = await park(sql, parked.invoiceId, parked.code, parked.reason);
    if (parkingNumber !== undefined && before?.sync !== 'parked') {
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
