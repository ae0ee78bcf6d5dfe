import { DurabillError } from '../errors/error.ts';
import { appendAudit } from '../store/audit.ts';
import { applyCorrection, type Correction, lockCorrection } from '../store/corrections.ts';
import { isCredited } from '../store/credit-notes.ts';
import type { Database, Sql } from '../store/database.ts';
import { findDecision, insertDecision } from '../store/decisions.ts';
import { heldCode, holdDrafts } from '../store/held-drafts.ts';
import { park, readSyncState, type SyncState, unpark } from '../store/sync.ts';
import { wantVoid } from '../store/wants.ts';
import { releaseDraft, voidDraft } from './release-draft.ts';

export type AnswerKind = 'retry' | 'fix' | 'abandon' | 'hold' | 'release';

export type SyncAnswer = {
  invoiceId: string;
  kind: AnswerKind;
  /** Made by whoever asks: the same id sent again is the same answer. */
  decisionId: string;
  /** The parking that it answers; a hold answers none. */
  parkingNumber?: number | null;
  actor: string;
  reason: string;
  /** Of a fix: the stored correction that it applies. */
  correctionId?: string | null;
};

/**
 * A person's answer to an invoice that waits, or a hold of one that is on its way. The same decision sent twice is
 * accepted once; an answer to a parking that is over is refused, since the person has not seen why it is parked now.
 * @throws DurabillError not-found, answer-stale, answer-unfit, conflict
 */
export async function answerSync(database: Database, answer: SyncAnswer): Promise<'accepted' | 'already accepted'> {
  const { invoiceId, kind, decisionId, actor, reason, correctionId = null } = answer;
  return await database.transaction(async (sql) => {
    const state = await readSyncState(sql, invoiceId, 'FOR UPDATE');
    if (state === undefined) {
      throw new DurabillError('not-found', { field: 'invoiceId', reason: `There is no invoice ${invoiceId}.` });
    }
    const parkingNumber = answer.parkingNumber ?? state.parkingNumber;
    // The decision names it, so it has to be there before.
    if (kind === 'fix') await findCorrection(sql, answer);
    const decision = { id: decisionId, invoiceId, parkingNumber, kind, correctionId };
    if (!(await insertDecision(sql, { ...decision, actor, reason }))) {
      await requireSameDecision(sql, answer);
      return 'already accepted';
    }
    await apply[kind](sql, answer, state);
    const detail = { decisionId, parkingNumber, reason, ...(correctionId !== null && { correctionId }) };
    await appendAudit(sql, [{ subjectKind: 'invoice', subjectId: invoiceId, actor, action: kind, detail }]);
    return 'accepted';
  });
}

type Apply = (sql: Sql, answer: SyncAnswer, state: SyncState) => Promise<void>;

const apply: Record<AnswerKind, Apply> = {
  async retry(sql, answer, state) {
    requireParked(answer, state);
    if (state.failureCode === heldCode) throw unfit(answer, 'It is held, not failed.', 'Answer `release`.');
    await unpark(sql, answer.invoiceId, state.parkingNumber);
  },
  async fix(sql, answer, state) {
    requireParked(answer, state);
    await correct(sql, answer);
    await unpark(sql, answer.invoiceId, state.parkingNumber);
  },
  async abandon(sql, answer, state) {
    if (state.lifecycle === 'held')
      return await voidDraft(sql, { ...answer, parkingNumber: requireNumber(answer, state) });
    if (state.sync !== 'backing_off') requireParked(answer, state);
    if (await isCredited(sql, answer.invoiceId)) {
      throw unfit(answer, 'A credit note was issued of it.', 'Credit the rest of it by another one.');
    }
    await wantVoid(sql, answer.invoiceId);
    await unpark(sql, answer.invoiceId, state.parkingNumber);
  },
  async hold(sql, answer, state) {
    const reason = `Held by ${answer.actor}: ${answer.reason}`;
    if (state.lifecycle === 'draft') {
      const finding = { code: heldCode, subject: '', figure: 0n, reason, evidence: {} };
      return await holdDrafts(sql, [{ id: answer.invoiceId, findings: [finding] }]);
    }
    const isOnItsWay = ['pending', 'queued', 'syncing', 'backing_off'].includes(state.sync);
    if (!isOnItsWay) throw unfit(answer, `It is ${describe(state)}.`, 'A hold stops what is still to be sent.');
    await park(sql, answer.invoiceId, heldCode, reason);
  },
  async release(sql, answer, state) {
    if (state.lifecycle === 'held') {
      return await releaseDraft(sql, { ...answer, parkingNumber: requireNumber(answer, state) });
    }
    requireParked(answer, state);
    if (state.failureCode !== heldCode) throw unfit(answer, 'It is not held; it has failed.', 'Answer `retry`.');
    await unpark(sql, answer.invoiceId, state.parkingNumber);
  },
};

async function correct(sql: Sql, answer: SyncAnswer): Promise<void> {
  const correction = await findCorrection(sql, answer);
  // Of a customer's several invoices the first that is fixed applies it for all.
  if (correction.appliedAt === null && !(await applyCorrection(sql, correction))) {
    const reason = 'Stripe does not know the customer yet, or the id there belongs to another customer of yours.';
    throw unfit(answer, reason, 'Store a correction with the right id.');
  }
}

async function findCorrection(sql: Sql, answer: SyncAnswer): Promise<Correction> {
  const correction = answer.correctionId ? await lockCorrection(sql, answer.correctionId) : undefined;
  const { rows } = await sql.query<{ customerId: string }>(
    'SELECT customer_id AS "customerId" FROM invoices WHERE id = $1',
    [answer.invoiceId],
  );
  if (correction !== undefined && correction.customerId === rows[0]?.customerId) return correction;
  throw new DurabillError('answer-unfit', {
    field: 'correctionId',
    reason: `There is no correction ${answer.correctionId} for the customer of this invoice.`,
    mend: 'Store it at POST /v1/customers/{id}/corrections, and answer with the id that you get.',
  });
}

function requireNumber({ parkingNumber }: SyncAnswer, state: SyncState): number {
  if (parkingNumber === state.parkingNumber) return parkingNumber;
  throw stale(parkingNumber, `the invoice is held under ${state.parkingNumber}`);
}

function requireParked({ parkingNumber }: SyncAnswer, state: SyncState): void {
  if (state.sync !== 'parked') throw stale(parkingNumber, 'the invoice is not parked');
  if (parkingNumber !== state.parkingNumber)
    throw stale(parkingNumber, `the invoice is parked under ${state.parkingNumber}`);
}

function stale(parkingNumber: number | null | undefined, now: string): DurabillError {
  const reason = `The answer is for parking ${parkingNumber ?? 'none'}, ${now}.`;
  return new DurabillError('answer-stale', { field: 'parkingNumber', reason });
}

function unfit({ kind }: SyncAnswer, reason: string, mend: string): DurabillError {
  return new DurabillError('answer-unfit', { field: 'kind', reason: `\`${kind}\` does not fit: ${reason}`, mend });
}

function describe({ lifecycle, sync }: SyncState): string {
  return lifecycle === 'issued' ? sync.replace('_', ' ') : lifecycle;
}

/** An id that is used for another answer must not look as if that one had been taken. */
async function requireSameDecision(sql: Sql, answer: SyncAnswer): Promise<void> {
  const made = await findDecision(sql, answer.decisionId);
  const { invoiceId, kind, parkingNumber, correctionId = null } = answer;
  const isSame =
    made?.invoiceId === invoiceId &&
    made.kind === kind &&
    made.correctionId === correctionId &&
    (parkingNumber ?? made.parkingNumber) === made.parkingNumber;
  if (isSame) return;
  throw new DurabillError('answer-stale', {
    field: 'decisionId',
    reason: `The decision ${answer.decisionId} was \`${made?.kind}\`, made for parking ${made?.parkingNumber} of invoice ${made?.invoiceId}.`,
    mend: 'Send the answer again under an id of its own.',
  });
}
