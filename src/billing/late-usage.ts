import type { Database } from '../store/database.ts';
import { billedInvoices } from '../store/invoice-facts.ts';
import { measureDifferences } from './corrections/measure-differences.ts';
import { firstCursor } from './extend-periods.ts';

export type LateUsage = {
  /** Invoices that were computed again: issued ones, and those skipped because they were over nothing. */
  periods: number;
  differing: number;
  /** Computed now, minus billed, by currency; only where it is not zero. */
  differences: { currency: string; amountMinor: bigint }[];
};

const pageSize = 250;

/**
 * Computes every billed invoice of a clock again from the usage that is there now, and takes off what was billed, on it and
 * by corrections since; nothing where it was skipped. Late usage shows here, whatever its timestamps say. Changes nothing.
 */
export async function findLateUsage(database: Database, clockId: string): Promise<LateUsage> {
  const byCurrency = new Map<string, bigint>();
  let [after, periods, differing] = [firstCursor, 0, 0];
  for (;;) {
    const page = await billedInvoices(database, { clockId, after, limit: pageSize });
    const last = page.at(-1);
    if (last === undefined) break;
    const measured = await measureDifferences(database, page);
    for (const { id, currency } of page) {
      const now = measured.get(id)!;
      if ('failure' in now) {
        differing += 1;
      } else if (now.differenceMinor !== 0n) {
        differing += 1;
        byCurrency.set(currency, (byCurrency.get(currency) ?? 0n) + now.differenceMinor);
      }
    }
    periods += page.length;
    after = last.id;
  }
  const differences = [...byCurrency].map(([currency, amountMinor]) => ({ currency, amountMinor }));
  return { periods, differing, differences };
}
