import { appendAudit } from '../store/audit.ts';
import type { Database, Sql } from '../store/database.ts';
import { lockOpenDifferences, markDifferences, type OpenDifference } from '../store/differences.ts';
import { lookAgain } from '../store/wants.ts';

/** Differences in one transaction. */
const limit = 500;

/**
 * Acts upon a page of what was found and not acted upon yet. Where our own sync can bring the two together, which is
 * where a state is behind, it is told to look again; that is written to the invoice's history. Whatever touches money is
 * left to a person.
 * @returns the differences that wait for a person from now on, and whether there may be more
 */
export async function mendDifferences(
  database: Database,
  runId: string,
): Promise<{ alerted: OpenDifference[]; repairing: number; isDone: boolean }> {
  return await database.transaction(async (sql) => {
    const open = await lockOpenDifferences(sql, limit);
    const repairable = await repair(sql, runId, open);
    const [repairing, alerted] = [open.filter(repairable), open.filter((one) => !repairable(one))];
    await markDifferences(sql, repairing.map(idOf), 'repairing');
    await markDifferences(sql, alerted.map(idOf), 'alerted');
    return { alerted, repairing: repairing.length, isDone: open.length < limit };
  });
}

const idOf = ({ id }: OpenDifference) => id;

/** @returns whether a difference is being repaired; one whose invoice has no sync to look is not */
async function repair(sql: Sql, runId: string, open: readonly OpenDifference[]) {
  const kinds = new Map<string, string[]>();
  for (const { action, invoiceId, kind } of open) {
    if (action === 'repair' && invoiceId !== null) kinds.set(invoiceId, [...(kinds.get(invoiceId) ?? []), kind]);
  }
  const looking = new Set(await lookAgain(sql, [...kinds.keys()]));
  await appendAudit(
    sql,
    [...looking].map((subjectId) => ({
      subjectKind: 'invoice',
      subjectId,
      actor: `reconciliation ${runId}`,
      action: 'looked-again',
      detail: { because: kinds.get(subjectId) },
    })),
  );
  return ({ action, invoiceId }: OpenDifference) => action === 'repair' && invoiceId !== null && looking.has(invoiceId);
}
