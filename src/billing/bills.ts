import type { InvoiceKey } from '../store/invoice-facts.ts';
import type { BillablePeriod } from '../store/periods.ts';

/** What one invoice bills, and its key. */
export type Bill = { key: InvoiceKey; periods: BillablePeriod[] };

/**
 * Which of the periods that are billed together share an invoice: the parts of one cycle of a subscription, which was
 * cut by a pause or a change of plan, and what else of the customer's billing group has the same span.
 *
 * A cycle that was cut is one bill, as a whole one is: from its first part's start to its last part's end. Parts that
 * can be billed at different times stay apart, whenever a run comes to them.
 */
export function billsOf(periods: readonly BillablePeriod[]): Bill[] {
  const cycles = groupedBy(periods, ({ subscriptionId, cycleStartAt, cycleEndAt, billableAt }) =>
    [subscriptionId, +cycleStartAt, +cycleEndAt, +billableAt].join(),
  );
  const sharing = groupedBy(cycles.map(billOf), ({ key }) =>
    [key.customerId, key.currency, key.billingGroup, +key.periodStartAt, +key.periodEndAt].join(),
  );
  return sharing.map((bills) => ({ key: (bills[0] as Bill).key, periods: bills.flatMap((bill) => bill.periods) }));
}

function billOf(parts: BillablePeriod[]): Bill {
  const { customerId, currency, billingGroup } = parts[0] as BillablePeriod;
  const periodStartAt = new Date(Math.min(...parts.map(({ startAt }) => startAt.getTime())));
  const periodEndAt = new Date(Math.max(...parts.map(({ endAt }) => endAt.getTime())));
  return { key: { customerId, currency, billingGroup, periodStartAt, periodEndAt, purpose: 'period' }, periods: parts };
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
