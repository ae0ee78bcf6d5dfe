import type { Sql } from '../store/database.ts';
import type { BillablePeriod, PeriodFailure } from '../store/periods.ts';
import type { AggregateUsage } from '../store/usage-quantities.ts';
import { type Rated, rateInvoices } from './rate-invoices.ts';

type Group = { invoiceId: string; added: BillablePeriod[]; all: BillablePeriod[] };

/**
 * Rates the invoices that are to be written. One that would be below zero, because more is given back than it bills, is
 * rated without what this run would give back: that waits for a bill that has room for it.
 */
export async function rateWithCredits<Of extends Group>(
  sql: Sql,
  groups: readonly Of[],
  aggregate: AggregateUsage,
): Promise<{ rated: Map<string, Rated>; groups: Of[]; waiting: PeriodFailure[] }> {
  const toRate = (some: readonly Of[]) => some.map(({ invoiceId, all }) => ({ invoiceId, periods: all }));
  const rated = await rateInvoices(sql, toRate(groups), aggregate);
  const tooLow = new Map<string, string>();
  for (const { invoiceId, added } of groups) {
    const result = rated.get(invoiceId);
    const isBelow = result !== undefined && 'failure' in result && result.failure.code === 'credit-above-bill';
    if (isBelow && added.some(isCredit)) tooLow.set(invoiceId, result.failure.message);
  }
  if (tooLow.size === 0) return { rated, groups: [...groups], waiting: [] };

  const within = groups.map((group) => (tooLow.has(group.invoiceId) ? withoutNewCredits(group) : group));
  const again = await rateInvoices(sql, toRate(within.filter(({ invoiceId }) => tooLow.has(invoiceId))), aggregate);
  const waiting = groups.flatMap(({ invoiceId, added }) => {
    const reason = tooLow.get(invoiceId);
    return reason === undefined ? [] : waitingCredits(added.filter(isCredit), reason);
  });
  // A draft that would only have been given credits stays as it is.
  return { rated: new Map([...rated, ...again]), groups: within.filter(({ added }) => added.length > 0), waiting };
}

/** What is given back and cannot stand on a bill yet, to be parked; one that is parked stays so, without a word. */
export function waitingCredits(credits: readonly BillablePeriod[], reason: string): PeriodFailure[] {
  return credits
    .filter(({ isParked }) => !isParked)
    .map(({ id }) => ({ periodId: id, code: 'credit-above-bill', reason }));
}

function withoutNewCredits<Of extends Group>(group: Of): Of {
  const credits = new Set(group.added.filter(isCredit).map(({ id }) => id));
  const without = (periods: BillablePeriod[]) => periods.filter(({ id }) => !credits.has(id));
  return { ...group, added: without(group.added), all: without(group.all) };
}

function isCredit({ kind }: BillablePeriod): boolean {
  return kind === 'credit';
}
