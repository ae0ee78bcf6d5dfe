import type { Currency } from '../../domain/money/currency.ts';
import { decimalText, parseDecimal, zero } from '../../domain/money/exact.ts';
import { formatMoney, type Money, majorText, money } from '../../domain/money/money.ts';
import { measure } from '../../domain/rating/measure.ts';
import { type RatedLine, rateLines } from '../../domain/rating/rate-lines.ts';
import type { Measured } from '../../domain/rating/usage.ts';
import { DurabillError } from '../../errors/error.ts';
import type { PreviewPeriod } from './read-period.ts';
import { type Preview, type PreviewPrice, readPreview } from './read-preview.ts';
import { spanShares } from './span-shares.ts';

export type PreviewedInvoice = Pick<Preview, 'currency' | 'zone' | 'proration'> & {
  period: PreviewPeriod | null;
  /** In lowest terms. */
  share: { numerator: string; denominator: string };
  lines: PreviewedLine[];
  totalMinor: number;
  /** In major units, and for people. */
  total: string;
  text: string;
};

export type PreviewedLine = Pick<
  RatedLine,
  'description' | 'quantity' | 'billableQuantity' | 'exactAmount' | 'working'
> & {
  priceKey: string;
  group?: string[];
  amountMinor: number;
  eventCount: number;
  skippedCount: number;
  /** null for a bound of the whole period. */
  model: string | null;
  /** Exact amount over measured quantity, in major units; null where nothing was measured. */
  unitAmount: string | null;
  amount: string;
};

/**
 * Prices what was asked, ad hoc: nothing of it has to be in the books, and nothing is written. The lines are those that
 * an invoice of such a period would have, since the same functions measure and rate.
 * @param input the body of the request, as it came
 * @throws DurabillError with the path of the field at fault
 */
export function previewInvoice(input: unknown): PreviewedInvoice {
  const preview = readPreview(input);
  const { currency, zone, proration, period = null, share, bounds } = preview;
  const prices = preview.prices.map((price, index) => ({ ...price, measured: measuredOf(price, index, preview) }));
  const lines = rateLines(prices, currency, share, bounds);
  const total = money(
    lines.reduce((sum, { amountMinor }) => sum + amountMinor, 0n),
    currency,
  );
  return {
    currency,
    zone,
    proration,
    period,
    share: { numerator: String(share.n), denominator: String(share.d) },
    lines: lines.map((line) => previewedLine(line, currency)),
    totalMinor: jsonNumber(total),
    total: majorText(total),
    text: formatMoney(total),
  };
}

function previewedLine(line: RatedLine, currency: Currency): PreviewedLine {
  const { price, key, group, amountMinor, eventCount, skippedCount, ...shown } = line;
  return {
    priceKey: key,
    model: price?.model ?? null,
    ...(group !== undefined && { group: [...group] }),
    ...shown,
    unitAmount: unitAmountOf(line),
    amountMinor: jsonNumber({ amountMinor, currency }),
    amount: majorText({ amountMinor, currency }),
    eventCount: Number(eventCount),
    skippedCount: Number(skippedCount),
  };
}

/** Readers of JSON have doubles: a larger amount would arrive as another one. */
function jsonNumber(amount: Money): number {
  const number = Number(amount.amountMinor);
  if (Number.isSafeInteger(number)) return number;
  const reason = `${formatMoney(amount)} has more minor units than a number in JSON can say exactly.`;
  throw new DurabillError('amount-out-of-range', { reason });
}

/** As it was said in the request, or by the events. */
function measuredOf(
  { price, meter, measured, period, share }: PreviewPrice,
  index: number,
  preview: Preview,
): Measured[] {
  if (measured !== undefined || meter === undefined) return measured ?? [];
  if (period === undefined) {
    const reason = 'Events need a period to be counted in.';
    throw new DurabillError('preview-invalid', { field: `prices[${index}].period`, reason });
  }
  return measure(price, meter, preview.events, period, {
    zone: preview.zone,
    shareOf: spanShares(period, share, preview),
  });
}

function unitAmountOf({ exactAmount, quantity }: Pick<RatedLine, 'exactAmount' | 'quantity'>): string | null {
  const measured = parseDecimal(quantity);
  return measured.equals(zero) ? null : decimalText(parseDecimal(exactAmount).div(measured));
}
