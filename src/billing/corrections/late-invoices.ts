import { DurabillError } from '../../errors/error.ts';
import { billedInScope, type CorrectableInvoice, readCorrectable } from '../../store/corrected-invoices.ts';
import type { Sql } from '../../store/database.ts';
import { firstCursor } from '../extend-periods.ts';
import type { LateUsageScope } from './content.ts';
import { measureDifferences } from './measure-differences.ts';

/** Billed invoices that are computed again in search of late usage, within an answer's time. */
export const maxSearched = 5_000;
const pageSize = 250;

/**
 * The billed invoices of a scope whose lines come to something else now than they were billed for so far. One that cannot be
 * computed any more is among them, so that it is not passed over in silence.
 * @throws DurabillError correction-too-large
 */
export async function findLateInvoices(sql: Sql, scope: LateUsageScope): Promise<CorrectableInvoice[]> {
  const from = scope.from === null ? null : new Date(scope.from);
  const found: CorrectableInvoice[] = [];
  let [after, searched] = [firstCursor, 0];
  for (;;) {
    const ids = await billedInScope(sql, { ...scope, from }, { after, limit: pageSize });
    const last = ids.at(-1);
    if (last === undefined) return found;
    searched += ids.length;
    if (searched > maxSearched) {
      throw new DurabillError('correction-too-large', {
        field: 'lateUsage',
        reason: `More than ${maxSearched} billed invoices would be computed again.`,
        mend: 'Name a customer, or a later `from`.',
      });
    }
    const invoices = await readCorrectable(sql, ids);
    const measured = await measureDifferences(sql, invoices);
    for (const invoice of invoices) {
      const one = measured.get(invoice.id)!;
      if ('failure' in one || one.lines.some(({ differenceMinor }) => differenceMinor !== 0n)) found.push(invoice);
    }
    after = last;
  }
}
