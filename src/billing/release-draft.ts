import { DurabillError } from '../errors/error.ts';
import { appendAudit } from '../store/audit.ts';
import type { Sql } from '../store/database.ts';
import { endHold, waiveFindings } from '../store/held-drafts.ts';
import { readSyncState } from '../store/sync.ts';
import { toldOf } from './check-drafts.ts';

/** A person's answer to a held draft. The decision of this id is stored by the caller, in the same transaction. */
export type HoldAnswer = {
  invoiceId: string;
  decisionId: string;
  /** The one under which the draft was held when the person looked. */
  parkingNumber: number;
  actor: string;
  reason: string;
};

/**
 * Lets a held draft go on: the next due scan computes, checks and issues it. What it was held for is let pass as far as
 * it went; something new, or more of the same, holds it again, and so does what no person can let pass (two currencies, more
 * lines than one may have, a quantity that cannot be computed).
 * @throws DurabillError answer-stale if it is not held, or under another number
 */
export async function releaseDraft(sql: Sql, answer: HoldAnswer): Promise<void> {
  await end(sql, answer, 'draft');
  const waived = await waiveFindings(sql, answer);
  await tell(sql, answer, 'released', { waived: waived.map(toldOf) });
}

/**
 * Gives a held draft up: it becomes void, without a number and with nothing at any target. Its periods stay settled, so
 * that no later run bills them by itself.
 * @throws DurabillError answer-stale if it is not held, or under another number
 */
export async function voidDraft(sql: Sql, answer: HoldAnswer): Promise<void> {
  await end(sql, answer, 'void');
  await tell(sql, answer, 'voided', {});
}

async function end(sql: Sql, { invoiceId, parkingNumber }: HoldAnswer, to: 'draft' | 'void'): Promise<void> {
  if (await endHold(sql, { invoiceId, parkingNumber }, to)) return;
  const now = await readSyncState(sql, invoiceId);
  throw new DurabillError('answer-stale', {
    field: 'parkingNumber',
    reason:
      now?.lifecycle === 'held'
        ? `The answer is for parking ${parkingNumber}, the draft is held under ${now.parkingNumber}.`
        : `The answer is for parking ${parkingNumber}, the invoice is not held.`,
  });
}

async function tell(sql: Sql, answer: HoldAnswer, action: string, more: Record<string, unknown>): Promise<void> {
  const { decisionId, parkingNumber, invoiceId, actor, reason } = answer;
  const detail = { decisionId, parkingNumber, reason, ...more };
  await appendAudit(sql, [{ subjectKind: 'invoice', subjectId: invoiceId, actor, action, detail }]);
}
