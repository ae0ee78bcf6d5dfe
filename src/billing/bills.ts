import type { InvoiceKey } from '../store/invoice-facts.ts';
import type { BillablePeriod } from '../store/periods.ts';

/** What one invoice bills, and its key. */
export type Bill = { key: InvoiceKey; periods: BillablePeriod[] };

/**
 * Which of the periods that are billed together share an invoice: the parts of one cycle of a subscription, which was
 * cut by a pause or a change of plan, and what else of the customer's billing group has the same span.
 *
 * A cycle that was cut is one bill, as a whole one is: from its first part's start to its last part's end. Parts that
 * can be billed at different times stay apart, whenever a run comes to them. What is billed ahead stands on the bill of
 * the cycle before it, and has one of its own where there is none. So has what is given back and finds no other bill: it
 * is carried to the customer's balance.
 */
export function billsOf(periods: readonly BillablePeriod[]): Bill[] {
  const ofKind = (wanted: BillablePeriod['kind']) => periods.filter(({ kind }) => kind === wanted);
  const cycles = groupedBy(ofKind('arrears'), ({ subscriptionId, cycleStartAt, cycleEndAt, billableAt }) =>
    [subscriptionId, +cycleStartAt, +cycleEndAt, +billableAt].join(),
  );
  const bills = cycles.map((parts) => billOf(parts, 'period'));
  for (const advance of ofKind('advance')) {
    const before = bills.find((bill) => endsWhere(bill, advance));
    if (before === undefined) bills.push(billOf([advance], 'start'));
    else before.periods.push(advance);
  }
  const charged = merged(bills);
  const alone = ofKind('credit').filter((credit) => {
    const bill = billFor(credit, charged);
    bill?.periods.push(credit);
    return bill === undefined;
  });
  const all = [...charged, ...merged(alone.map((credit) => billOf([credit], 'final')))];
  for (const bill of all) bill.periods.sort(byStart);
  return all;
}

/** Bills of one key are one. */
function merged(bills: readonly Bill[]): Bill[] {
  return groupedBy(bills, ({ key }) => nameOf(key)).map(
    (same): Bill => ({ key: (same[0] as Bill).key, periods: same.flatMap((bill) => bill.periods) }),
  );
}

/** The order in which the periods of an invoice are read, and so that of its lines. */
export function byStart(one: BillablePeriod, other: BillablePeriod): number {
  const nameOf = ({ kind, id }: BillablePeriod) => `${kind} ${id}`;
  return one.startAt.getTime() - other.startAt.getTime() || (nameOf(one) < nameOf(other) ? -1 : 1);
}

function billOf(parts: BillablePeriod[], purpose: 'period' | 'start' | 'final'): Bill {
  const { customerId, currency, billingGroup } = parts[0] as BillablePeriod;
  const periodStartAt = new Date(Math.min(...parts.map(({ startAt }) => startAt.getTime())));
  const periodEndAt = new Date(Math.max(...parts.map(({ endAt }) => endAt.getTime())));
  return { key: { customerId, currency, billingGroup, periodStartAt, periodEndAt, purpose }, periods: [...parts] };
}

const nameOf = (key: InvoiceKey): string =>
  [key.customerId, key.currency, key.billingGroup, +key.periodStartAt, +key.periodEndAt, key.purpose].join();

/** Whether the bill is of the time of the same subscription before the period, and is written at the same instant. */
function endsWhere({ periods }: Bill, { subscriptionId, startAt, billableAt }: BillablePeriod): boolean {
  return periods.some(
    (one) =>
      one.kind === 'arrears' &&
      one.subscriptionId === subscriptionId &&
      +one.endAt === +startAt &&
      +one.billableAt === +billableAt,
  );
}

/** The bill of what has taken its place, or of what was used before; else any that the customer gets for the group. */
function billFor(credit: BillablePeriod, bills: readonly Bill[]): Bill | undefined {
  const own = bills.filter(({ periods }) => periods.some((one) => one.subscriptionId === credit.subscriptionId));
  return (
    own.find(({ periods }) => periods.some(({ startAt }) => +startAt === +credit.startAt)) ??
    own.find(({ periods }) => periods.some(({ endAt }) => +endAt === +credit.startAt)) ??
    own[0] ??
    bills.find(
      ({ key }) =>
        key.customerId === credit.customerId &&
        key.currency === credit.currency &&
        key.billingGroup === credit.billingGroup,
    )
  );
}

/** In the order of their first members. */
function groupedBy<T>(all: readonly T[], nameOf: (one: T) => string): T[][] {
  const groups = new Map<string, T[]>();
  for (const one of all) {
    const name = nameOf(one);
    const group = groups.get(name);
    if (group === undefined) groups.set(name, [one]);
    else group.push(one);
  }
  return [...groups.values()];
}
