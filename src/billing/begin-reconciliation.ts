import type { Database } from '../store/database.ts';
import { readOpenPauses } from '../store/pauses.ts';
import { beginReconciliation, type NewReconciliation, recordReconciliation } from '../store/reconciliations.ts';

const dayMs = 24 * 60 * 60 * 1_000;
/** A nightly look goes back so far: a month, its review day, and some days of trouble. */
const windowDays = 35;

export type BeginOutcome =
  | { state: 'begun' }
  /** Another one is under way: to be tried again in a moment. */
  | { state: 'busy' }
  /** There is nothing to do: an adoption without a restore, or a comparison while one waits to be adopted. */
  | { state: 'nothing'; reason: string };

/** What a nightly reconciliation looks at: on the 1st of a month everything, else what is not older than 35 days. */
export function nightlyWindow(at: Date): { fromAt: Date | null; toAt: null } {
  const isFull = at.getUTCDate() === 1;
  return { fromAt: isFull ? null : new Date(at.getTime() - windowDays * dayMs), toAt: null };
}

/**
 * Records a reconciliation and begins it, unless another one is under way. While a pause after a restore is open the only
 * one that makes sense is the adoption that ends it: the books are known to be behind.
 */
export async function beginRecorded(database: Database, run: NewReconciliation): Promise<BeginOutcome> {
  const isRestored = (await readOpenPauses(database)).some(({ kind }) => kind === 'restore');
  if (run.kind === 'adoption' && !isRestored) return { state: 'nothing', reason: 'No restore waits to be adopted.' };
  if (run.kind !== 'adoption' && isRestored) {
    return { state: 'nothing', reason: 'A restore waits to be adopted first; the next reconciliation compares.' };
  }
  await recordReconciliation(database, run);
  try {
    return { state: (await beginReconciliation(database, run.id)) === undefined ? 'busy' : 'begun' };
  } catch (error) {
    // Two began in the same moment; the index of the open one let one of them through.
    if ((error as { constraint?: string }).constraint === 'reconciliations_one_open') return { state: 'busy' };
    throw error;
  }
}
