import type { Currency } from '../domain/money/currency.ts';
import type { DurabillError } from '../errors/error.ts';
import type { Sql } from '../store/database.ts';
import type { BillablePeriod } from '../store/periods.ts';
import type { AggregateUsage } from '../store/usage-quantities.ts';
import { type BillPurpose, type Composed, type ComposedBill, composeBills } from './compose-bills.ts';
import { keepPending, takeUpPending } from './pending-lines.ts';
import { type RatedLines, rateInvoices } from './rate-invoices.ts';

export type BillToRate = {
  invoiceId: string;
  customerId: string;
  currency: string;
  billingGroup: string;
  periods: readonly BillablePeriod[];
};
/** A bill from usage to total, or why there can be none. */
export type RatedBill = (Omit<RatedLines, 'lines'> & ComposedBill) | { failure: DurabillError };

/**
 * The whole way from usage to totals, for a page of invoices: rates their periods, puts beside them what waits for a bill
 * of their customers, and composes their bills. But for a preview, what could be composed has to be written in this
 * transaction.
 * @param until see rateInvoices
 */
export async function rateAndCompose(
  sql: Sql,
  bills: readonly BillToRate[],
  { aggregate, purpose, until }: { aggregate: AggregateUsage; purpose: BillPurpose; until?: Date },
): Promise<Map<string, RatedBill>> {
  const rated = await rateInvoices(sql, bills, aggregate, until);
  const sound = bills.flatMap((bill) => {
    const result = rated.get(bill.invoiceId);
    return result === undefined || 'failure' in result ? [] : [{ ...bill, lines: result.lines }];
  });
  const pending = await takeUpPending(
    sql,
    sound.map(({ lines, ...bill }) => ({ ...bill, lineCount: lines.length })),
    { isPreview: purpose === 'preview' },
  );
  const composed = await composeBills(
    sql,
    sound.map((bill) => ({
      ...bill,
      currency: bill.currency as Currency,
      lines: [...bill.lines, ...(pending.get(bill.invoiceId) ?? []).map(({ line }) => line)],
    })),
    { purpose },
  );
  if (purpose !== 'preview') {
    const written = ([id]: [string, unknown]) => !('failure' in (composed.get(id) as Composed));
    await keepPending(
      sql,
      [...pending].filter(written).flatMap(([, lines]) => lines),
    );
  }
  return new Map(
    bills.map(({ invoiceId }) => {
      const result = rated.get(invoiceId) as RatedLines | { failure: DurabillError };
      return [invoiceId, 'failure' in result ? result : { ...result, ...composed.get(invoiceId)! }] as const;
    }),
  );
}
