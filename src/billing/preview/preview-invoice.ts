import { composeBill } from '../../domain/invoice/bill.ts';
import { measure } from '../../domain/rating/measure.ts';
import { rateLines } from '../../domain/rating/rate-lines.ts';
import type { Measured } from '../../domain/rating/usage.ts';
import { DurabillError } from '../../errors/error.ts';
import { type PreviewedBill, previewedBill } from './previewed-bill.ts';
import type { PreviewPeriod } from './read-period.ts';
import { type Preview, type PreviewPrice, readPreview } from './read-preview.ts';
import { spanRuleOfPreview } from './span-rule.ts';

export type PreviewedInvoice = Pick<Preview, 'currency' | 'zone' | 'proration'> & {
  period: PreviewPeriod | null;
  /** In lowest terms. */
  share: { numerator: string; denominator: string };
} & PreviewedBill;

/**
 * Prices what was asked, ad hoc: nothing of it has to be in the books, and nothing is written. The lines are those that
 * an invoice of such a period would have, since the same functions measure, rate and compose.
 * @param input the body of the request, as it came
 * @throws DurabillError with the path of the field at fault
 */
export function previewInvoice(input: unknown): PreviewedInvoice {
  const preview = readPreview(input);
  const { currency, zone, proration, period = null, share, bounds, discounts, taxes, credits } = preview;
  checkReadings(preview);
  const prices = preview.prices.map((price, index) => ({
    ...price,
    field: `prices[${index}]`,
    measured: measuredOf(price, index, preview),
  }));
  const lines = rateLines(prices, currency, share, bounds);
  const taxRates = new Map(
    preview.prices.map((one, index) => [one.price.key, taxes.ratesOf(one.price.taxRates, `prices[${index}].taxRates`)]),
  );
  const plans = new Map(preview.prices.map(({ price, plan }) => [price.key, plan]));
  const bill = composeBill(
    lines.map(({ price, key, amountMinor }, index) => ({
      id: String(index),
      amountMinor,
      priceKey: key,
      planKey: (price && plans.get(price.key)) ?? null,
      meterKey: price?.meter ?? null,
      taxRates: (price && taxRates.get(price.key)) ?? taxes.ratesOf(undefined, 'taxes'),
    })),
    { currency, discounts, tax: taxes.terms, credits },
  );
  return {
    currency,
    zone,
    proration,
    period,
    share: { numerator: String(share.n), denominator: String(share.d) },
    ...previewedBill(
      lines.map(({ price, key, ...line }) => ({ ...line, priceKey: key, model: price?.model ?? null })),
      bill,
      currency,
    ),
  };
}

/** Every price reads the events of its meter again: so many take about a second, in which nobody else is answered. */
export const maxReadings = 100_000;

function checkReadings({ prices, events }: Preview): void {
  const ofType = new Map<string, number>();
  for (const { type } of events) ofType.set(type, (ofType.get(type) ?? 0) + 1);
  const readings = prices.reduce((sum, { meter }) => sum + (meter ? (ofType.get(meter.eventType) ?? 0) : 0), 0);
  if (readings <= maxReadings) return;
  throw new DurabillError('preview-invalid', {
    field: 'events',
    reason: `The prices would read events ${readings} times in all; at most ${maxReadings} are taken.`,
    mend: 'Send fewer events or prices in one request, or say the usage of each price.',
  });
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
    ...spanRuleOfPreview(period, share, preview),
  });
}
