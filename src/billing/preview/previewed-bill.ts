import type { Bill, BilledLine, BillSums } from '../../domain/invoice/bill.ts';
import type { Currency } from '../../domain/money/currency.ts';
import { decimalText, zero } from '../../domain/money/exact.ts';
import { formatMoney, type Money, majorText } from '../../domain/money/money.ts';
import { exactOfNumeral } from '../../domain/rating/measure/property.ts';
import type { RatedLine } from '../../domain/rating/rate-lines.ts';
import { DurabillError } from '../../errors/error.ts';

/** Each sum of a bill as JSON has it. */
type ShownSums = { [name in keyof BillSums]: number };

/** A bill as a preview shows it. */
export type PreviewedBill = ShownSums & {
  lines: PreviewedLine[];
  discounts: { key: string; name: string; amountMinor: number }[];
  taxes: {
    key: string;
    name: string;
    percentage: string;
    inclusive: boolean;
    taxableMinor: number;
    amountMinor: number;
    reason: string | null;
  }[];
  credits: { source: 'balance' | 'wallet'; name: string; amountMinor: number }[];
  /** In major units. */
  subtotal: string;
  /** In major units, and for people. */
  total: string;
  text: string;
};

type Shown = Pick<RatedLine, 'description' | 'quantity' | 'billableQuantity' | 'exactAmount' | 'working'> & {
  priceKey: string;
  /** null for a bound of the whole period. */
  model: string | null;
};

export type PreviewedLine = Shown & {
  group?: string[];
  amountMinor: number;
  eventCount: number;
  skippedCount: number;
  /** Exact amount over measured quantity, in major units; null where nothing was measured. */
  unitAmount: string | null;
  amount: string;
  discountMinor: number;
  taxMinor: number;
  inclusiveTaxMinor: number;
};

export type LineToPreview = Shown & Pick<RatedLine, 'amountMinor' | 'eventCount' | 'skippedCount' | 'group'>;

/**
 * @param lines in the order of the bill's
 * @throws DurabillError amount-out-of-range
 */
export function previewedBill(lines: readonly LineToPreview[], bill: Bill, currency: Currency): PreviewedBill {
  const shown = (amountMinor: bigint) => jsonNumber({ amountMinor, currency });
  const total = { amountMinor: bill.totalMinor, currency };
  return {
    lines: lines.map((line, index) => previewedLine(line, bill.lines[index] as BilledLine, currency)),
    subtotalMinor: shown(bill.subtotalMinor),
    subtotal: majorText({ amountMinor: bill.subtotalMinor, currency }),
    discounts: bill.discounts.map(({ key, name, amountMinor }) => ({ key, name, amountMinor: shown(amountMinor) })),
    discountMinor: shown(bill.discountMinor),
    taxes: bill.taxes.map(({ isInclusive: inclusive, taxableMinor, amountMinor, ...tax }) => ({
      ...tax,
      inclusive,
      taxableMinor: shown(taxableMinor),
      amountMinor: shown(amountMinor),
    })),
    taxMinor: shown(bill.taxMinor),
    inclusiveTaxMinor: shown(bill.inclusiveTaxMinor),
    carriedMinor: shown(bill.carriedMinor),
    credits: bill.credits.map(({ source, name, amountMinor }) => ({ source, name, amountMinor: shown(amountMinor) })),
    creditMinor: shown(bill.creditMinor),
    totalMinor: shown(bill.totalMinor),
    total: majorText(total),
    text: formatMoney(total),
  };
}

function previewedLine(line: LineToPreview, billed: BilledLine, currency: Currency): PreviewedLine {
  const { group, amountMinor, eventCount, skippedCount, ...rest } = line;
  const shown = (amount: bigint) => jsonNumber({ amountMinor: amount, currency });
  return {
    ...rest,
    ...(group !== undefined && { group: [...group] }),
    unitAmount: unitAmountOf(line),
    amountMinor: shown(amountMinor),
    amount: majorText({ amountMinor, currency }),
    discountMinor: shown(billed.discountMinor),
    taxMinor: shown(billed.taxMinor),
    inclusiveTaxMinor: shown(billed.inclusiveTaxMinor),
    eventCount: Number(eventCount),
    skippedCount: Number(skippedCount),
  };
}

function unitAmountOf({ exactAmount, quantity }: LineToPreview): string | null {
  // What was computed may have more digits than what is sent may have.
  const measured = exactOfNumeral(quantity);
  return measured.equals(zero) ? null : decimalText(exactOfNumeral(exactAmount).div(measured));
}

/** Readers of JSON have doubles: a larger amount would arrive as another one. */
function jsonNumber(amount: Money): number {
  const number = Number(amount.amountMinor);
  if (Number.isSafeInteger(number)) return number;
  const reason = `${formatMoney(amount)} has more minor units than a number in JSON can say exactly.`;
  throw new DurabillError('amount-out-of-range', { field: 'prices', reason });
}
