import { DurabillError } from '../errors/error.ts';
import { appendAudit } from '../store/audit.ts';
import type { Database } from '../store/database.ts';
import { readOpenPauses } from '../store/pauses.ts';
import { readSyncState, type SyncState } from '../store/sync.ts';
import { hurry } from '../store/wants.ts';

/**
 * Gives an issued invoice high priority, whether it is on its way or to be looked at again; whoever calls it wakes its
 * sync after the commit.
 * @returns whether any attempt has begun
 * @throws DurabillError not-found, sync-refused
 */
export async function syncNow(database: Database, invoiceId: string, actor: string): Promise<{ hasBegun: boolean }> {
  return await database.transaction(async (sql) => {
    const state = await readSyncState(sql, invoiceId, 'FOR UPDATE');
    if (state === undefined) {
      throw new DurabillError('not-found', { field: 'id', reason: `There is no invoice with the id "${invoiceId}".` });
    }
    refuseUnready(state);
    const [pause] = await readOpenPauses(sql);
    if (pause !== undefined) {
      throw new DurabillError('sync-refused', {
        reason: `Everything is paused since ${pause.begunAt.toISOString()}: ${pause.reason}`,
        mend: 'End the pause first.',
      });
    }
    await hurry(sql, invoiceId);
    const detail = { sync: state.sync };
    await appendAudit(sql, [{ subjectKind: 'invoice', subjectId: invoiceId, actor, action: 'sync asked for', detail }]);
    return { hasBegun: state.attempts > 0 };
  });
}

function refuseUnready({ lifecycle, sync, parkingNumber, failureCode, failureReason }: SyncState): void {
  if (sync === 'parked' || lifecycle === 'held') {
    throw new DurabillError('sync-refused', {
      reason: `It waits for a person (parking ${parkingNumber}, ${failureCode}): ${failureReason}`,
      mend: 'Answer it: POST /v1/invoices/{id}/answers.',
    });
  }
  if (lifecycle === 'issued') return;
  const whys: Record<Exclude<SyncState['lifecycle'], 'issued' | 'held'>, [reason: string, mend: string]> = {
    draft: ['It is a draft, which may still change.', 'It is issued by the due scan after its review day.'],
    skipped: ['There is nothing to pay, so Stripe does not get it.', 'Nothing is to be done.'],
    void: ['It is void.', 'Nothing is to be done.'],
  };
  const [reason, mend] = whys[lifecycle];
  throw new DurabillError('sync-refused', { reason, mend });
}
