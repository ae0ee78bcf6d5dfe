import { DurabillError } from '../errors/error.ts';
import { appendAudit } from '../store/audit.ts';
import type { Database, Sql } from '../store/database.ts';
import { findDecision, insertDecision, park, readSyncState, unpark } from '../store/sync.ts';

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

export type RetryAnswer = {
  invoiceId: string;
  decisionId: string;
  parkingNumber: number;
  actor: string;
  reason: string;
};

/**
 * A person's answer to a parked invoice: try again. The same decision sent twice is accepted once; an answer to a
 * parking that is over is refused, since the person has not seen why the invoice is parked now.
 * @throws DurabillError answer-stale
 */
export async function answerParking(database: Database, answer: RetryAnswer): Promise<'accepted' | 'already accepted'> {
  return await database.transaction(async (sql) => {
    const isNew = await insertDecision(sql, { ...answer, id: answer.decisionId, kind: 'retry' });
    if (!isNew) {
      await requireSameDecision(sql, answer);
      return 'already accepted';
    }
    if (!(await unpark(sql, answer.invoiceId, answer.parkingNumber))) {
      const now = await readSyncState(sql, answer.invoiceId);
      throw new DurabillError('answer-stale', {
        field: 'parkingNumber',
        reason:
          now?.sync === 'parked'
            ? `The answer is for parking ${answer.parkingNumber}, the invoice is parked under ${now.parkingNumber}.`
            : `The answer is for parking ${answer.parkingNumber}, the invoice is not parked.`,
      });
    }
    await appendAudit(sql, [
      {
        subjectKind: 'invoice',
        subjectId: answer.invoiceId,
        actor: answer.actor,
        action: 'retry',
        detail: { decisionId: answer.decisionId, parkingNumber: answer.parkingNumber },
      },
    ]);
    return 'accepted';
  });
}

/** An id that is used for another answer must not look as if that one had been taken. */
async function requireSameDecision(sql: Sql, answer: RetryAnswer): Promise<void> {
  const made = await findDecision(sql, answer.decisionId);
  if (made?.invoiceId === answer.invoiceId && made.parkingNumber === answer.parkingNumber) return;
  throw new DurabillError('answer-stale', {
    field: 'decisionId',
    reason: `The decision ${answer.decisionId} was made for parking ${made?.parkingNumber} of invoice ${made?.invoiceId}.`,
    mend: 'Send the answer again under an id of its own.',
  });
}
