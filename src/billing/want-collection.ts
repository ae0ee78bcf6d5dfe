import { DurabillError } from '../errors/error.ts';
import { appendAudit } from '../store/audit.ts';
import { insertAttempt, type Purse } from '../store/collection.ts';
import type { Database, Sql } from '../store/database.ts';
import { lockIssued, openMinorOf, refuseParked } from './purse.ts';

/**
 * Wants the saved payment method charged with what is open, now. The sync of the invoice, which whoever calls this wakes
 * after the commit, makes the attempt, once; while one is wanted or in doubt it is the one that is answered.
 * @returns the number of the attempt that is wanted
 * @throws DurabillError not-found, collection-refused
 */
export async function wantCollection(
  database: Database,
  { invoiceId, reason = null }: { invoiceId: string; reason?: string | null },
  actor: string,
): Promise<{ isNew: boolean }> {
  return await database.transaction(async (sql) => {
    const purse = await lockIssued(sql, invoiceId);
    refuseUncollectable(purse);
    return { isNew: await wantAttempt(sql, purse, { reason, actor }) };
  });
}

/**
 * The same for whoever holds the lock already and has looked, such as a dunning run: one more attempt, unless one is open.
 * @returns whether it is a new one
 */
export async function wantAttempt(
  sql: Sql,
  purse: Pick<Purse, 'invoiceId' | 'now'>,
  { reason, actor }: { reason: string | null; actor: string },
): Promise<boolean> {
  const { invoiceId, now } = purse;
  const attempt = await insertAttempt(sql, { invoiceId, kind: 'pay', actor, reason, at: now });
  if (attempt === undefined) return false;
  const detail = { attempt, ...(reason !== null && { reason }) };
  await appendAudit(sql, [
    { subjectKind: 'invoice', subjectId: invoiceId, actor, action: 'collection asked for', detail },
  ]);
  return true;
}

/** Why the saved payment method cannot be charged with what is open of an invoice; undefined if it can. */
export function whyUncollectable(purse: Purse): { reason: string; mend: string } | undefined {
  if (purse.payment === 'paid' || openMinorOf(purse) === 0n) {
    return { reason: 'Nothing is open of it.', mend: 'Money goes back by a refund.' };
  }
  if (!purse.hasMethod) {
    return {
      reason: 'Its customer has saved no payment method.',
      mend: 'Ask for one: POST /v1/customers/{id}/payment-method-sessions gives the address of a page.',
    };
  }
  if (purse.isProcessing) {
    return { reason: 'A payment of it is on its way.', mend: 'Wait for what comes of it; it may take days.' };
  }
  if (purse.recordedMinor > 0n) {
    return {
      reason: 'A part of it has come in elsewhere, and Stripe charges an invoice as a whole.',
      mend: 'Record the rest when it has come in the same way, or give the part back first.',
    };
  }
  return undefined;
}

function refuseUncollectable(purse: Purse): void {
  const fault = whyUncollectable(purse);
  if (fault !== undefined) throw new DurabillError('collection-refused', fault);
  refuseParked(purse);
}
