import type { Currency } from '../domain/money/currency.ts';
import type { DurabillError } from '../errors/error.ts';
import type { Sql } from '../store/database.ts';
import type { BillablePeriod } from '../store/periods.ts';
import type { AggregateUsage } from '../store/usage-quantities.ts';
import { type Composed, type ComposedBill, composeBills } from './compose-bills.ts';
import { type RatedLines, rateInvoices } from './rate-invoices.ts';
import type { BillToCompose } from './terms/bill-to-compose.ts';

export type BillToRate = {
  invoiceId: string;
  customerId: string;
  currency: string;
  periods: readonly BillablePeriod[];
  isHeld?: boolean;
};
/** A bill from usage to total, or why there can be none. */
export type RatedBill = (Omit<RatedLines, 'lines'> & ComposedBill) | { failure: DurabillError };

/**
 * The whole way from usage to totals, for a page of invoices: rates their periods and composes their bills.
 * @param fixed bills whose charges are not made from usage: composed beside the others, since customers' credits are shared
 */
export async function rateAndCompose(
  sql: Sql,
  bills: readonly BillToRate[],
  { aggregate, isIssue }: { aggregate: AggregateUsage; isIssue: boolean },
  fixed: readonly BillToCompose[] = [],
): Promise<Map<string, RatedBill>> {
  const rated = await rateInvoices(sql, bills, aggregate);
  const charged = bills.flatMap((bill) => {
    const result = rated.get(bill.invoiceId);
    if (result === undefined || 'failure' in result) return [];
    return [{ ...bill, currency: bill.currency as Currency, lines: result.lines }];
  });
  const composed = await composeBills(sql, [...charged, ...fixed], { isIssue });
  const ofUsage = bills.map(({ invoiceId }) => {
    const result = rated.get(invoiceId) as RatedLines | { failure: DurabillError };
    return [invoiceId, 'failure' in result ? result : { ...result, ...composed.get(invoiceId)! }] as const;
  });
  const others = fixed.map(({ invoiceId }) => [invoiceId, withoutPlans(composed.get(invoiceId) as Composed)] as const);
  return new Map<string, RatedBill>([...ofUsage, ...others]);
}

function withoutPlans(composed: Composed): RatedBill {
  if ('failure' in composed) return composed;
  const { subtotalMinor } = composed.bill;
  return { ...composed, subtotalMinor, chargedMinor: subtotalMinor, planCurrencies: [] };
}
