import type { Currency } from '../../domain/money/currency.ts';
import { formatMoney } from '../../domain/money/money.ts';
import type { ExpectedBill } from './expect-bills.ts';
import { shownBills } from './show-bills.ts';
import { changedLines, type Supposed } from './what-if.ts';

/** Bills beside what they would be, by their ids; sums only, and each line. */
export function shownWhatIf({ before, after }: Supposed, { isForCustomer = false } = {}) {
  const [was, is] = [shownBills(before, { isForCustomer }), shownBills(after, { isForCustomer })];
  const ids = [...new Set([...was.bills, ...is.bills].map(({ id }) => id))];
  const bills = ids.map((id) => {
    const [one, other] = [was.bills.find((bill) => bill.id === id), is.bills.find((bill) => bill.id === id)];
    const { billingGroup, currency, purpose, periodStartAt, periodEndAt } = (other ?? one) as NonNullable<typeof one>;
    const differenceMinor = (other?.totalMinor ?? 0) - (one?.totalMinor ?? 0);
    return {
      ...{ id, billingGroup, currency, purpose, periodStartAt, periodEndAt },
      before: sumsOf(one, currency),
      after: sumsOf(other, currency),
      differenceMinor,
      difference: textOf(BigInt(differenceMinor), currency),
      lines: changedLines(soundOf(before.bills, id), soundOf(after.bills, id)).map(
        ({ name, effects, beforeMinor, afterMinor, ...line }) => ({
          ...line,
          beforeMinor: Number(beforeMinor),
          afterMinor: Number(afterMinor),
          differenceMinor: Number(afterMinor - beforeMinor),
        }),
      ),
      failure: other?.failure ?? one?.failure ?? null,
    };
  });
  return { customerId: is.customerId, currency: is.currency, asOf: is.asOf, bills };
}

const textOf = (amountMinor: bigint, currency: string) => formatMoney({ amountMinor, currency: currency as Currency });

function soundOf(bills: Supposed['before']['bills'], id: string): ExpectedBill | undefined {
  return bills.find((bill): bill is ExpectedBill => bill.invoiceId === id && 'bill' in bill);
}

type ShownBill = ReturnType<typeof shownBills>['bills'][number];

function sumsOf(bill: ShownBill | undefined, currency: string) {
  return {
    subtotalMinor: bill?.subtotalMinor ?? 0,
    discountMinor: bill?.discountMinor ?? 0,
    taxMinor: bill?.taxMinor ?? 0,
    inclusiveTaxMinor: bill?.inclusiveTaxMinor ?? 0,
    carriedMinor: bill?.carriedMinor ?? 0,
    creditMinor: bill?.creditMinor ?? 0,
    totalMinor: bill?.totalMinor ?? 0,
    total: bill?.total ?? textOf(0n, currency),
  };
}
