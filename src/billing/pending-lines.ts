import type { Currency } from '../domain/money/currency.ts';
import { currencyExponent } from '../domain/money/currency.ts';
import { decimalText, ratio } from '../domain/money/exact.ts';
import type { Sql } from '../store/database.ts';
import type { RatedInvoiceLine } from '../store/invoice-facts.ts';
import { type BillOfGroup, lockForBills, type PendingItem, readForBills, setBilled } from '../store/pending-items.ts';
import { pendingLineIdOf } from './ids.ts';

/** A bill as it was rated, whose lines those of items come after. */
export type BillToJoin = BillOfGroup & { lineCount: number };
export type PendingLine = { itemId: string; line: RatedInvoiceLine };

/**
 * The lines of items that stand on these bills, and of those that wait and join one of them now: of several bills of a
 * customer's group the last. An item stays with its bill as long as that is live, and its line has the same id whenever
 * the bill is rebuilt. The items are locked, but for a preview; once a bill is to be
 * written, `keepPending` says so.
 * @param taken items that stand on others, which come first
 * @returns the lines by invoice, in the order in which the items came
 */
export async function takeUpPending(
  sql: Sql,
  bills: readonly BillToJoin[],
  { isPreview = false, taken = new Set() }: { isPreview?: boolean; taken?: ReadonlySet<string> } = {},
): Promise<Map<string, PendingLine[]>> {
  const items = await (isPreview ? readForBills : lockForBills)(sql, bills);
  const byId = new Map(bills.map((bill) => [bill.invoiceId, bill]));
  const lines = new Map<string, PendingLine[]>();
  for (const item of items) {
    if (taken.has(item.id)) continue;
    const bill = (item.invoiceId === null ? undefined : byId.get(item.invoiceId)) ?? bills.findLast(isFor(item));
    if (bill === undefined) throw new Error(`item ${item.id} was locked for no bill`);
    const before = lines.get(bill.invoiceId) ?? [];
    const line = lineOf(item, bill.invoiceId, bill.lineCount + before.length + 1);
    lines.set(bill.invoiceId, [...before, { itemId: item.id, line }]);
  }
  return lines;
}

/** Says of items that were taken up that these lines bill them, in the transaction that writes the bills. */
export async function keepPending(sql: Sql, lines: readonly PendingLine[]): Promise<void> {
  await setBilled(
    sql,
    lines.map(({ itemId, line }) => ({ itemId, invoiceId: line.invoiceId, lineId: line.id })),
  );
}

const isFor = (item: PendingItem) => (bill: BillOfGroup) =>
  bill.customerId === item.customerId && bill.currency === item.currency && bill.billingGroup === item.billingGroup;

/** A line of no price and no period: what it is over was said when it was ordered. */
export function lineOf(
  item: Pick<PendingItem, 'id' | 'currency' | 'description' | 'amountMinor' | 'sourceKind'>,
  invoiceId: string,
  position: number,
): RatedInvoiceLine {
  return {
    id: pendingLineIdOf(invoiceId, item.id),
    invoiceId,
    position,
    subscriptionId: null,
    priceId: null,
    priceKey: item.sourceKind,
    description: item.description,
    meterKey: null,
    quantity: null,
    billableQuantity: null,
    exactAmount: majorText(item.amountMinor, item.currency as Currency),
    amountMinor: item.amountMinor,
    eventCount: 0n,
    skippedCount: 0n,
    working: [],
    group: null,
    periodId: null,
  };
}

function majorText(amountMinor: bigint, currency: Currency): string {
  return decimalText(ratio(amountMinor, 10n ** BigInt(currencyExponent(currency))));
}
