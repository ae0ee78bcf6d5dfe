import type { Database } from '../store/database.ts';
import { billedInvoices } from '../store/invoice-facts.ts';
import { periodsByInvoice } from '../store/periods.ts';
import { aggregateUsage } from '../store/usage-quantities.ts';
import { firstCursor } from './extend-periods.ts';
import { rateInvoices } from './rate-invoices.ts';

export type LateUsage = {
  /** Invoices that were computed again: issued ones, and those skipped because they were over nothing. */
  periods: number;
  differing: number;
  /** Computed now, minus billed, by currency; only where it is not zero. */
  differences: { currency: string; amountMinor: bigint }[];
};

const pageSize = 250;

/**
 * Computes every billed invoice of a clock again from the usage that is there now, and takes off what was billed, which
 * is nothing where it was skipped. Late usage shows here, whatever its timestamps say. Changes nothing.
 */
export async function findLateUsage(database: Database, clockId: string): Promise<LateUsage> {
  const byCurrency = new Map<string, bigint>();
  let [after, periods, differing] = [firstCursor, 0, 0];
  for (;;) {
    const page = await billedInvoices(database, { clockId, after, limit: pageSize });
    const last = page.at(-1);
    if (last === undefined) break;
    const settled = await periodsByInvoice(
      database,
      page.map(({ id }) => id),
    );
    const rated = await rateInvoices(
      database,
      page.map(({ id }) => ({ invoiceId: id, periods: settled.get(id) ?? [] })),
      aggregateUsage,
    );
    for (const { id, currency, subtotalMinor } of page) {
      const now = rated.get(id);
      if (now === undefined || 'failure' in now) {
        differing += 1;
      } else if (now.subtotalMinor !== subtotalMinor) {
        differing += 1;
        byCurrency.set(currency, (byCurrency.get(currency) ?? 0n) + now.subtotalMinor - subtotalMinor);
      }
    }
    periods += page.length;
    after = last.id;
  }
  const differences = [...byCurrency].map(([currency, amountMinor]) => ({ currency, amountMinor }));
  return { periods, differing, differences };
}
