import type { Currency } from '../domain/money/currency.ts';
import type { DurabillError } from '../errors/error.ts';
import type { Sql } from '../store/database.ts';
import type { BillablePeriod } from '../store/periods.ts';
import type { AggregateUsage } from '../store/usage-quantities.ts';
import { type Composed, type ComposedBill, composeBills } from './compose-bills.ts';
import { keepPending, takeUpPending } from './pending-lines.ts';
import { type RatedLines, rateInvoices } from './rate-invoices.ts';
import type { BillToCompose } from './terms/bill-to-compose.ts';

export type BillToRate = {
  invoiceId: string;
  customerId: string;
  currency: string;
  billingGroup: string;
  periods: readonly BillablePeriod[];
  isHeld?: boolean;
};
/** A bill from usage to total, or why there can be none. */
export type RatedBill = (Omit<RatedLines, 'lines'> & ComposedBill) | { failure: DurabillError };

/**
 * The whole way from usage to totals, for a page of invoices: rates their periods, puts beside them what waits for a bill
 * of their customers, and composes their bills. What could be composed has to be written in this transaction.
 * @param fixed bills whose charges are not made from usage: composed beside the others, since customers' credits are shared
 */
export async function rateAndCompose(
  sql: Sql,
  bills: readonly BillToRate[],
  { aggregate, isIssue }: { aggregate: AggregateUsage; isIssue: boolean },
  fixed: readonly BillToCompose[] = [],
): Promise<Map<string, RatedBill>> {
  const rated = await rateInvoices(sql, bills, aggregate);
  const sound = bills.flatMap((bill) => {
    const result = rated.get(bill.invoiceId);
    return result === undefined || 'failure' in result ? [] : [{ ...bill, lines: result.lines }];
  });
  const pending = await takeUpPending(
    sql,
    sound.map(({ lines, ...bill }) => ({ ...bill, lineCount: lines.length })),
  );
  const charged = sound.map((bill) => ({
    ...bill,
    currency: bill.currency as Currency,
    lines: [...bill.lines, ...(pending.get(bill.invoiceId) ?? []).map(({ line }) => line)],
  }));
  const composed = await composeBills(sql, [...charged, ...fixed], { isIssue });
  await keepPending(
    sql,
    [...pending].flatMap(([id, lines]) => ('failure' in (composed.get(id) as Composed) ? [] : lines)),
  );
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
  // What is below zero on it was ordered, or is a correction: it gives back, and is no charge that went wrong.
  const chargedMinor = composed.lines.reduce((sum, { amountMinor }) => sum + (amountMinor > 0n ? amountMinor : 0n), 0n);
  return { ...composed, subtotalMinor, chargedMinor, planCurrencies: [] };
}
