import { DurabillError, isDurabillError } from '../errors/error.ts';
import { appendAudit } from '../store/audit.ts';
import type { Database, Sql } from '../store/database.ts';
import { givenReason } from '../store/given-reason.ts';
import { endUsageCorrection, lockUsageCorrection, type StoredCorrection } from '../store/usage-corrections.ts';
import { canonicalJson, type JsonValue } from './canonical-json.ts';
import { type CarriedOut, carryOut } from './corrections/carry-out.ts';
import type { Content, Correction } from './corrections/content.ts';
import { type CorrectedInvoice, type CorrectionOutcome, outcomeHash } from './corrections/outcome.ts';
import { takingTurns } from './corrections/taking-turns.ts';

export type AppliedCorrection = {
  outcome: CorrectionOutcome;
  /** Invoices that are to be void: whoever calls it wakes their syncs after the commit. */
  voided: string[];
};

/**
 * Does what a correction was shown to do, or refuses for good because it would do something else by now. Applied again it
 * answers what was done.
 * @throws DurabillError not-found, correction-moved, correction-ended
 */
export async function applyUsageCorrection(database: Database, id: string, actor: string): Promise<AppliedCorrection> {
  const result = await takingTurns(database, (sql) => apply(sql, id, actor));
  if ('outcome' in result) return result;
  throw new DurabillError('correction-moved', { reason: result.moved });
}

async function apply(sql: Sql, id: string, actor: string): Promise<AppliedCorrection | { moved: string }> {
  const stored = await lockOrThrow(sql, id);
  const shown = stored.outcome as CorrectionOutcome;
  if (stored.state === 'applied') return { outcome: shown, voided: voidedIn(shown) };
  requireOpen(stored);
  await sql.query('SAVEPOINT applying');
  const done = await attempt(sql, stored, actor);
  if ('outcome' in done && outcomeHash(done.outcome) === stored.outcomeHash) {
    await end(sql, stored, 'applied', actor, givenReason() ?? null);
    return done;
  }
  await sql.query('ROLLBACK TO SAVEPOINT applying');
  const moved = 'outcome' in done ? whatMoved(shown, done.outcome) : done.refusal.message;
  await end(sql, stored, 'refused', actor, moved);
  return { moved };
}

/** What was possible when it was shown, and is refused now, has moved too. */
async function attempt(
  sql: Sql,
  stored: StoredCorrection,
  actor: string,
): Promise<CarriedOut | { refusal: DurabillError }> {
  const { id, kind, reason } = stored;
  const correction: Correction = { id, kind, content: stored.content as Content, reason, actor };
  try {
    return await carryOut(sql, correction);
  } catch (error) {
    if (!isDurabillError(error)) throw error;
    return { refusal: error };
  }
}

function whatMoved(shown: CorrectionOutcome, now: CorrectionOutcome): string {
  // The stored one has come back with its keys in another order.
  const textOf = (invoice: CorrectedInvoice) => canonicalJson(invoice as unknown as JsonValue);
  const before = new Map(shown.invoices.map((invoice) => [invoice.invoiceId, textOf(invoice)]));
  const other = now.invoices.filter((invoice) => before.get(invoice.invoiceId) !== textOf(invoice));
  const gone = shown.invoices.filter(({ invoiceId }) => !now.invoices.some((one) => one.invoiceId === invoiceId));
  const ids = [...other, ...gone].map(({ invoiceId }) => invoiceId);
  const [first] = ids;
  if (first === undefined) return 'What cannot be computed is not what it was when it was previewed.';
  const others = ids.length === 1 ? '' : ` and ${ids.length - 1} more`;
  return `It would change invoice ${first}${others} otherwise than when it was previewed.`;
}

function voidedIn({ invoices }: CorrectionOutcome): string[] {
  return invoices.filter(({ treatment }) => treatment === 'reissue').map(({ invoiceId }) => invoiceId);
}

/**
 * Gives a previewed correction up. Discarded again it changes nothing.
 * @throws DurabillError not-found, correction-ended
 */
export async function discardUsageCorrection(database: Database, id: string, actor: string): Promise<void> {
  await database.transaction(async (sql) => {
    const stored = await lockOrThrow(sql, id);
    if (stored.state === 'discarded') return;
    requireOpen(stored);
    await end(sql, stored, 'discarded', actor, givenReason() ?? null);
  });
}

async function lockOrThrow(sql: Sql, id: string): Promise<StoredCorrection> {
  const stored = await lockUsageCorrection(sql, id);
  if (stored !== undefined) return stored;
  throw new DurabillError('not-found', { field: 'id', reason: `There is no correction with the id "${id}".` });
}

function requireOpen({ state, endReason }: StoredCorrection): void {
  if (state === 'previewed') return;
  const because = endReason === null ? '.' : `: ${endReason}`;
  throw new DurabillError('correction-ended', { reason: `It is ${state}${because}` });
}

async function end(
  sql: Sql,
  { id: subjectId, outcomeHash: hash }: StoredCorrection,
  state: 'applied' | 'refused' | 'discarded',
  by: string,
  reason: string | null,
): Promise<void> {
  await endUsageCorrection(sql, subjectId, { state, by, reason });
  const detail = { outcomeHash: hash, ...(reason !== null && { reason }) };
  await appendAudit(sql, [{ subjectKind: 'usage-correction', subjectId, actor: by, action: state, detail }]);
}
