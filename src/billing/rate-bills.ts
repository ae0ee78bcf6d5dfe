import type { Currency } from '../domain/money/currency.ts';
import type { DurabillError } from '../errors/error.ts';
import type { Sql } from '../store/database.ts';
import type { BillablePeriod } from '../store/periods.ts';
import type { AggregateUsage } from '../store/usage-quantities.ts';
import { type BillPurpose, type ComposedBill, composeBills } from './compose-bills.ts';
import { type RatedLines, rateInvoices } from './rate-invoices.ts';

export type BillToRate = {
  invoiceId: string;
  customerId: string;
  currency: string;
  periods: readonly BillablePeriod[];
};
/** A bill from usage to total, or why there can be none. */
export type RatedBill = (Omit<RatedLines, 'lines'> & ComposedBill) | { failure: DurabillError };

/**
 * The whole way from usage to totals, for a page of invoices: rates their periods and composes their bills.
 * @param until see rateInvoices
 */
export async function rateAndCompose(
  sql: Sql,
  bills: readonly BillToRate[],
  { aggregate, purpose, until }: { aggregate: AggregateUsage; purpose: BillPurpose; until?: Date },
): Promise<Map<string, RatedBill>> {
  const rated = await rateInvoices(sql, bills, aggregate, until);
  const composed = await composeBills(
    sql,
    bills.flatMap((bill) => {
      const result = rated.get(bill.invoiceId);
      if (result === undefined || 'failure' in result) return [];
      return [{ ...bill, currency: bill.currency as Currency, lines: result.lines }];
    }),
    { purpose },
  );
  return new Map(
    bills.map(({ invoiceId }) => {
      const result = rated.get(invoiceId) as RatedLines | { failure: DurabillError };
      return [invoiceId, 'failure' in result ? result : { ...result, ...composed.get(invoiceId)! }] as const;
    }),
  );
}
