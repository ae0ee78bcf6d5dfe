import type { BillSums } from '../../domain/invoice/bill.ts';
import {
  type BillChanges,
  type ChangeKind,
  type ComparableLine,
  changesOf,
  type LineKind,
} from '../../domain/invoice/changes.ts';
import type { Currency } from '../../domain/money/currency.ts';
import { formatMoney } from '../../domain/money/money.ts';
import { samePointOf } from '../../domain/period/same-point.ts';
import { readBills } from '../../store/bill-parts.ts';
import type { Sql } from '../../store/database.ts';
import { type BillBefore, readBillsBefore } from '../../store/expected-bill-facts.ts';
import { type RatedInvoiceLine, readLines } from '../../store/invoice-facts.ts';
import { type BillablePeriod, periodsByInvoice } from '../../store/periods.ts';
import { readPlansOfVersions } from '../../store/plans.ts';
import { aggregateRolledUsage } from '../../store/rolled-quantities.ts';
import { rateInvoices } from '../rate-invoices.ts';
import type { OpenBill } from './open-bills.ts';

/**
 * With what a bill is compared: `last-bill` is the last one of the same subscriptions as it is in the books, down to its
 * total; `same-point` what the charges of its periods had come to when as much time had passed as now.
 */
export type Comparison = 'last-bill' | 'same-point';

export type BillChange = BillChanges & {
  compared: Comparison;
  invoiceId: string;
  number: string | null;
  periodStartAt: Date;
  periodEndAt: Date;
  /** Until when its usage is counted. */
  until: Date;
  /** Totals; of charges alone for `same-point`. */
  beforeMinor: bigint;
  afterMinor: bigint;
};

/** An expected bill, as far as it is compared. */
export type BillToCompare = OpenBill & { lines: readonly RatedInvoiceLine[]; bill: BillSums };

/** Why each of these bills differs from the one before it, by its invoice id; one without any before is not there. */
export async function compareBills(
  sql: Sql,
  bills: readonly BillToCompare[],
  { now, zone, comparison }: { now: Date; zone: string; comparison: Comparison },
): Promise<Map<string, BillChange>> {
  const regular = bills.filter(({ key }) => key.purpose === 'period');
  const before = await readBillsBefore(
    sql,
    regular.map(({ key, periods }) => ({ key, subscriptionIds: subscriptionsOf(periods) })),
  );
  const ids = [...new Set(before.map(({ id }) => id))];
  const [periods, lines, sums] = [
    await periodsByInvoice(sql, ids),
    await readLines(sql, ids),
    await readBills(sql, ids),
  ];
  const changes = new Map<string, BillChange>();
  for (const other of before) {
    const bill = regular[other.place] as BillToCompare;
    const then = periods.get(other.id) ?? [];
    const isWhole = comparison === 'last-bill';
    const until = isWhole ? other.periodEndAt : samePointOf({ from: bill.key.periodStartAt, now }, other, zone);
    const charges = isWhole ? (lines.get(other.id) ?? []) : await chargesUntil(sql, other, then, until);
    if (charges === null) continue;
    const between = await byTermsOfThen(sql, bill, then, now);
    const plans = await plansOf(sql, [...then, ...bill.periods]);
    const [was, is] = [comparableLines(charges, then), comparableLines(bill.lines, bill.periods)];
    const none = { discountMinor: 0n, taxMinor: 0n, carriedMinor: 0n, creditMinor: 0n };
    const change = changesOf(
      { lines: was, sums: (isWhole ? sums.get(other.id) : undefined) ?? none },
      { lines: is, sums: isWhole ? bill.bill : none },
      between,
      (name) => isOtherPlan(name, then, bill.periods, plans),
    );
    const { totalMinor, subtotalMinor } = bill.bill;
    const afterMinor = isWhole ? totalMinor : subtotalMinor;
    const { id: invoiceId, number, periodStartAt, periodEndAt } = other;
    const beforeMinor = isWhole
      ? (sums.get(other.id)?.totalMinor ?? 0n)
      : charges.reduce((sum, { amountMinor }) => sum + amountMinor, 0n);
    const compared = { compared: comparison, invoiceId, number, periodStartAt, periodEndAt, until };
    changes.set(bill.invoiceId, { ...change, ...compared, beforeMinor, afterMinor });
  }
  return changes;
}

function subscriptionsOf(periods: readonly BillablePeriod[]): string[] {
  return [...new Set(periods.map(({ subscriptionId }) => subscriptionId))];
}

/** What the periods of a bill had come to at an instant of them, before discounts; null where that cannot be said. */
async function chargesUntil(
  sql: Sql,
  { id }: BillBefore,
  periods: readonly BillablePeriod[],
  until: Date,
): Promise<readonly RatedInvoiceLine[] | null> {
  const begun = periods.filter(({ kind, startAt }) => kind !== 'arrears' || startAt < until);
  const rated = (await rateInvoices(sql, [{ invoiceId: id, periods: begun }], aggregateRolledUsage, { until })).get(id);
  return rated === undefined || 'failure' in rated ? null : rated.lines;
}

/** The plan version of a subscription as a bill had it last. */
function versionsOf(periods: readonly BillablePeriod[]): Map<string, string> {
  return new Map(
    periods
      .filter(({ kind }) => kind === 'arrears')
      .map(({ subscriptionId, planVersionId }) => [subscriptionId, planVersionId]),
  );
}

/** The amounts of a bill's charges by the plan versions of the one before, by name; null where that cannot be said. */
async function byTermsOfThen(
  sql: Sql,
  { invoiceId, periods, lines }: BillToCompare,
  then: readonly BillablePeriod[],
  now: Date,
): Promise<Map<string, bigint> | null> {
  const versions = versionsOf(then);
  const old = periods.map((period) => ({
    ...period,
    planVersionId: versions.get(period.subscriptionId) ?? period.planVersionId,
  }));
  if (old.every(({ planVersionId }, index) => planVersionId === periods[index]?.planVersionId)) {
    return amountsOf(comparableLines(lines, periods));
  }
  const rated = await rateInvoices(sql, [{ invoiceId, periods: old }], aggregateRolledUsage, { until: now });
  const result = rated.get(invoiceId);
  return result === undefined || 'failure' in result ? null : amountsOf(comparableLines(result.lines, old));
}

function amountsOf(lines: readonly ComparableLine[]): Map<string, bigint> {
  const amounts = new Map<string, bigint>();
  for (const { name, amountMinor } of lines) amounts.set(name, (amounts.get(name) ?? 0n) + amountMinor);
  return amounts;
}

async function plansOf(sql: Sql, periods: readonly BillablePeriod[]): Promise<Map<string, string>> {
  return await readPlansOfVersions(sql, [...new Set(periods.map(({ planVersionId }) => planVersionId))]);
}

/** Whether the subscription that a charge is of had another plan, or was not billed at all. */
function isOtherPlan(
  name: string,
  then: readonly BillablePeriod[],
  now: readonly BillablePeriod[],
  plans: ReadonlyMap<string, string>,
): boolean {
  const [, subscriptionId] = JSON.parse(name) as [string, string | null];
  if (subscriptionId === null) return false;
  const planOf = (periods: readonly BillablePeriod[]) => plans.get(versionsOf(periods).get(subscriptionId) ?? '');
  return planOf(then) !== planOf(now);
}

/** Lines as they are compared with those of another bill. */
export function comparableLines(
  lines: readonly RatedInvoiceLine[],
  periods: readonly BillablePeriod[],
): ComparableLine[] {
  const byId = new Map(periods.map((period) => [period.id, period]));
  return lines.map((line) => {
    const kind = lineKindOf(line, byId.get(line.periodId ?? '')?.kind);
    const isItem = line.periodId === null && line.subscriptionId === null;
    const what = isItem ? [line.id] : [line.priceKey, ...(line.group ?? [])];
    return {
      name: JSON.stringify([kind === 'usage' || kind === 'fixed' ? 'charge' : kind, line.subscriptionId, ...what]),
      kind,
      description: line.description,
      amountMinor: line.amountMinor,
      quantity: line.quantity,
    };
  });
}

/** What a line is for. @param periodKind of the period that it bills */
export function lineKindOf(
  { periodId, priceId, meterKey, priceKey }: RatedInvoiceLine,
  periodKind: BillablePeriod['kind'] | undefined,
): LineKind {
  if (periodId === null) return priceKey === 'correction' || priceKey === 'late-usage' ? priceKey : 'one-off';
  if (periodKind === 'advance') return 'ahead';
  if (periodKind === 'credit') return 'given-back';
  if (priceId === null) return 'bound';
  return meterKey === null ? 'fixed' : 'usage';
}

const reasons: Record<ChangeKind, string> = {
  quantity: 'more or less was used',
  price: 'the price has changed',
  plan: 'the plan has changed',
  length: 'the period is longer or shorter',
  ahead: 'what is paid ahead has changed',
  'given-back': 'paid time that is not used is given back',
  bound: 'the minimum or maximum of the plan applies otherwise',
  'one-off': 'charges for one bill only',
  correction: 'earlier bills were corrected',
  'late-usage': 'usage of earlier periods came in late',
  discount: 'discounts have changed',
  tax: 'taxes have changed',
  carried: 'what is carried to your balance has changed',
  credit: 'your credit pays another part',
};

/** A change in a sentence for the customer: "USD 19.68 more: more or less was used". */
export function sentenceOf({ kind, amountMinor }: BillChanges['byKind'][number], currency: Currency): string {
  const size = formatMoney({ amountMinor: amountMinor < 0n ? -amountMinor : amountMinor, currency });
  if (kind === 'quantity')
    return `${size} ${amountMinor > 0n ? 'more, since more was used' : 'less, since less was used'}.`;
  return `${size} ${amountMinor > 0n ? 'more' : 'less'}, since ${reasons[kind]}.`;
}
