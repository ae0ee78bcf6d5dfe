import type { Currency } from '../domain/money/currency.ts';
import type { DurabillError } from '../errors/error.ts';
import type { Sql } from '../store/database.ts';
import type { BillablePeriod } from '../store/periods.ts';
import type { AggregateUsage } from '../store/usage-quantities.ts';
import { type BillPurpose, type Composed, type ComposedBill, composeBills } from './compose-bills.ts';
import { keepPending, type PendingLine, takeUpPending } from './pending-lines.ts';
import { type RatedLines, rateInvoices } from './rate-invoices.ts';
import type { BillToCompose } from './terms/bill-to-compose.ts';

export type BillToRate = {
  invoiceId: string;
  customerId: string;
  currency: string;
  billingGroup: string;
  periods: readonly BillablePeriod[];
  isHeld?: boolean;
  /** Bills of a later turn take up what waits, and credits, after those of an earlier one: they are made later. */
  turn?: number;
};
/** A bill from usage to total, or why there can be none. */
export type RatedBill = (Omit<RatedLines, 'lines'> & ComposedBill) | { failure: DurabillError };

/**
 * The whole way from usage to totals, for a page of invoices: rates their periods, puts beside them what waits for a bill
 * of their customers, and composes their bills. What could be composed has to be written in this transaction, unless it is a
 * preview.
 * @param fixed bills whose charges are not made from usage: composed beside the others, since customers' credits are shared
 * @param until see rateInvoices
 */
export async function rateAndCompose(
  sql: Sql,
  bills: readonly BillToRate[],
  { aggregate, purpose, until }: { aggregate: AggregateUsage; purpose: BillPurpose; until?: Date },
  fixed: readonly BillToCompose[] = [],
): Promise<Map<string, RatedBill>> {
  const rated = await rateInvoices(sql, bills, aggregate, { until });
  const sound = bills.flatMap((bill) => {
    const result = rated.get(bill.invoiceId);
    return result === undefined || 'failure' in result ? [] : [{ ...bill, lines: result.lines }];
  });
  const pending: Map<string, PendingLine[]> = new Map();
  for (const some of inTurns(sound)) {
    const taken = new Set([...pending.values()].flat().map(({ itemId }) => itemId));
    const lines = await takeUpPending(
      sql,
      some.map(({ lines, ...bill }) => ({ ...bill, lineCount: lines.length })),
      { isPreview: purpose === 'preview', taken },
    );
    for (const [invoiceId, ofBill] of lines) pending.set(invoiceId, ofBill);
  }
  const charged = sound.map((bill) => ({
    ...bill,
    currency: bill.currency as Currency,
    lines: [...bill.lines, ...(pending.get(bill.invoiceId) ?? []).map(({ line }) => line)],
  }));
  const [now, later] = [charged.filter(({ turn = 0 }) => turn === 0), charged.filter(({ turn = 0 }) => turn > 0)];
  const composed = await composeBills(sql, [...now, ...fixed, ...inTurns(later).flat()], { purpose });
  if (purpose !== 'preview')
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

/** The bills of each turn, the earliest first. */
function inTurns<Of extends { turn?: number }>(bills: readonly Of[]): Of[][] {
  const turns = [...new Set(bills.map(({ turn = 0 }) => turn))].sort((a, b) => a - b);
  return turns.map((turn) => bills.filter((bill) => (bill.turn ?? 0) === turn));
}

function withoutPlans(composed: Composed): RatedBill {
  if ('failure' in composed) return composed;
  const { subtotalMinor } = composed.bill;
  return { ...composed, subtotalMinor, planCurrencies: [] };
}
