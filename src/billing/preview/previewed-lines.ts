import type { Currency } from '../../domain/money/currency.ts';
import { decimalText, zero } from '../../domain/money/exact.ts';
import { formatMoney, type Money, majorText, money } from '../../domain/money/money.ts';
import { exactOfNumeral } from '../../domain/rating/measure/property.ts';
import type { RatedLine } from '../../domain/rating/rate-lines.ts';
import { DurabillError } from '../../errors/error.ts';

/** Lines and their sum, as a preview shows them. */
export type PreviewedLines = {
  lines: PreviewedLine[];
  totalMinor: number;
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
};

export type LineToPreview = Shown & Pick<RatedLine, 'amountMinor' | 'eventCount' | 'skippedCount' | 'group'>;

/** @throws DurabillError amount-out-of-range */
export function previewedLines(lines: readonly LineToPreview[], currency: Currency): PreviewedLines {
  const total = money(
    lines.reduce((sum, { amountMinor }) => sum + amountMinor, 0n),
    currency,
  );
  return {
    lines: lines.map((line) => previewedLine(line, currency)),
    totalMinor: jsonNumber(total),
    total: majorText(total),
    text: formatMoney(total),
  };
}

function previewedLine(line: LineToPreview, currency: Currency): PreviewedLine {
  const { group, amountMinor, eventCount, skippedCount, ...shown } = line;
  return {
    ...shown,
    ...(group !== undefined && { group: [...group] }),
    unitAmount: unitAmountOf(line),
    amountMinor: jsonNumber({ amountMinor, currency }),
    amount: majorText({ amountMinor, currency }),
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
