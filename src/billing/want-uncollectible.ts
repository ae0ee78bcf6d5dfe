import { DurabillError } from '../errors/error.ts';
import { appendAudit } from '../store/audit.ts';
import { insertAttempt, type Purse } from '../store/collection.ts';
import type { Database, Sql } from '../store/database.ts';
import { lockIssued, refuseParked } from './purse.ts';
import { readReason } from './text.ts';

/**
 * Gives an invoice up: nobody is asked for it any more, and who pays it all the same has paid it. Its sync, which whoever
 * calls this wakes after the commit, says so at Stripe first. Asked again it changes nothing.
 * @throws DurabillError not-found, request-invalid, collection-refused
 */
export async function requestUncollectible(
  database: Database,
  { invoiceId, ...given }: { invoiceId: string; reason: string },
  actor: string,
): Promise<void> {
  const reason = readReason(given.reason);
  await database.transaction(async (sql) => {
    const purse = await lockIssued(sql, invoiceId);
    if (purse.payment === 'uncollectible') return;
    if (purse.payment === 'paid') {
      throw new DurabillError('collection-refused', { reason: 'It is paid.', mend: 'Money goes back by a refund.' });
    }
    refuseParked(purse);
    await wantUncollectible(sql, purse, { reason, actor });
  });
}

/** The same for whoever holds the lock already and has looked, such as the last step of a dunning policy. */
export async function wantUncollectible(
  sql: Sql,
  { invoiceId, now }: Pick<Purse, 'invoiceId' | 'now'>,
  { reason, actor }: { reason: string; actor: string },
): Promise<boolean> {
  const attempt = await insertAttempt(sql, { invoiceId, kind: 'uncollectible', actor, reason, at: now });
  if (attempt === undefined) return false;
  await appendAudit(sql, [
    {
      subjectKind: 'invoice',
      subjectId: invoiceId,
      actor,
      action: 'uncollectible asked for',
      detail: { attempt, reason },
    },
  ]);
  return true;
}
