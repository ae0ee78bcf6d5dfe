import { randomUUID } from 'node:crypto';
import { DurabillError } from '../errors/error.ts';
import { appendAudit } from '../store/audit.ts';
import type { Database } from '../store/database.ts';
import { readOpenPauses } from '../store/pauses.ts';
import { findOpenReconciliation } from '../store/reconciliations.ts';
import { readInstant } from './instant.ts';

export type ReconciliationOrder = {
  id: string;
  kind: 'on-demand' | 'adoption';
  fromAt: Date | null;
  toAt: Date | null;
};

/**
 * Reads the order for a reconciliation that a person asks for, and refuses what could not begin: one is at work already,
 * or a restore decides what can be done.
 * @param input `from` and `to` are RFC 3339 and bound when objects were created at Stripe; left out, there is no bound
 * @throws DurabillError request-invalid, reconciliation-refused
 */
export async function readReconciliationOrder(
  database: Database,
  input: { kind?: 'on-demand' | 'adoption'; from?: string; to?: string },
): Promise<ReconciliationOrder> {
  const { kind = 'on-demand' } = input;
  const fromAt = input.from === undefined ? null : readInstant(input.from, 'from');
  const toAt = input.to === undefined ? null : readInstant(input.to, 'to');
  if (kind === 'adoption' && (fromAt ?? toAt) !== null) {
    const reason = 'An adoption takes all that Stripe has; it has no window.';
    throw new DurabillError('request-invalid', {
      field: fromAt === null ? 'to' : 'from',
      reason,
      mend: 'Leave it out.',
    });
  }
  if (fromAt !== null && toAt !== null && toAt <= fromAt) {
    throw new DurabillError('request-invalid', { field: 'to', reason: '"to" has to be later than "from".' });
  }
  await refuseInVain(database, kind);
  return { id: randomUUID(), kind, fromAt, toAt };
}

/** Tells in the reconciliation's audit chain who has ordered it, before it is started. */
export async function tellOfReconciliation(
  database: Database,
  { id, kind, fromAt, toAt }: ReconciliationOrder,
  actor: string,
): Promise<void> {
  const subject = { subjectKind: 'reconciliation', subjectId: id };
  const detail = { kind, from: fromAt?.toISOString() ?? null, to: toAt?.toISOString() ?? null };
  await database.transaction((sql) => appendAudit(sql, [{ ...subject, actor, action: 'ordered', detail }]));
}

async function refuseInVain(database: Database, kind: ReconciliationOrder['kind']): Promise<void> {
  const isRestored = (await readOpenPauses(database)).some((pause) => pause.kind === 'restore');
  if (kind === 'adoption' && !isRestored) {
    throw new DurabillError('reconciliation-refused', {
      field: 'kind',
      reason: 'No pause of kind "restore" is open, so there is nothing to adopt.',
      mend: 'If this database was restored and nothing has noticed it, begin one: npm run pause -- --restored.',
    });
  }
  if (kind !== 'adoption' && isRestored) {
    throw new DurabillError('reconciliation-refused', {
      field: 'kind',
      reason: 'This database was restored and has yet to adopt what Stripe has.',
      mend: 'Wait for the adoption, which begins within five minutes, or ask for one by kind "adoption".',
    });
  }
  const open = await findOpenReconciliation(database);
  if (open === undefined) return;
  throw new DurabillError('reconciliation-refused', {
    reason: `The reconciliation ${open} is under way.`,
    mend: `See /v1/reconciliations/${open} for how far it is, then ask again.`,
  });
}
