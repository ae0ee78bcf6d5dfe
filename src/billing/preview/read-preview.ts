import type { CreditSource } from '../../domain/credit/apply-credits.ts';
import { readCreditRequest } from '../../domain/credit/read-credits.ts';
import type { Discount } from '../../domain/discount/apply-discounts.ts';
import { readDiscountRequest } from '../../domain/discount/read-discounts.ts';
import { type Currency, parseCurrency } from '../../domain/money/currency.ts';
import { type Exact, one, ratio } from '../../domain/money/exact.ts';
import { type ProrationMode, proration, prorationModes } from '../../domain/period/proration.ts';
import { parseZone } from '../../domain/period/zone.ts';
import { type Bounds, boundFields, readBounds } from '../../domain/rating/bounds.ts';
import { type Meter, parseMeter } from '../../domain/rating/meter.ts';
import { rulesOf } from '../../domain/rating/models/index.ts';
import { maxMeters, maxPrices } from '../../domain/rating/plan.ts';
import { type Price, parsePrice, priceIn } from '../../domain/rating/price.ts';
import { readerFor } from '../../domain/rating/reader.ts';
import type { Measured } from '../../domain/rating/usage.ts';
import { readTaxRequest, type TaxRequest } from '../../domain/tax/read-taxes.ts';
import { type PreviewEvent, readEvents } from './read-events.ts';
import { type PreviewPeriod, periodOfSubscription, readPeriod } from './read-period.ts';
import { readUsage, type SpanRules } from './read-usage.ts';
import { spanRuleOfPreview } from './span-rule.ts';

/** What is to be priced, read and checked; nothing of it has to be in the books. */
export type Preview = {
  currency: Currency;
  zone: string;
  /** Not there for a request that names none: then every price is for a whole cycle. */
  period: PreviewPeriod | undefined;
  proration: ProrationMode;
  share: Exact;
  bounds: Bounds;
  events: PreviewEvent[];
  prices: PreviewPrice[];
  discounts: Discount[];
  taxes: TaxRequest;
  credits: CreditSource[];
};

export type PreviewPrice = {
  price: Price;
  /** The meter whose events are read, for a price whose usage is not said. */
  meter: Meter | undefined;
  measured: Measured[] | undefined;
  period: PreviewPeriod | undefined;
  share: Exact;
  isCredit: boolean;
  creditLimit?: string;
  /** Key of the plan that it is of, for discounts that are limited to some. */
  plan: string | null;
};

const read = readerFor('preview-invalid');

const fields = [
  'currency',
  'zone',
  'period',
  'subscription',
  'proration',
  'share',
  ...boundFields,
  'meters',
  'events',
  'prices',
  'discounts',
  'taxes',
  'credits',
];
/** What a price has in a preview beside what it has in a plan. */
const beside = ['usage', 'isCredit', 'creditLimit', 'period', 'share', 'baseCurrency', 'plan'];

/** @throws DurabillError preview-invalid, price-invalid, meter-invalid, decimal-invalid, currency-unknown, zone-unknown … */
export function readPreview(input: unknown): Preview {
  const entries = read.record(input, '', fields);
  const currency = parseCurrency(entries['currency'] as string, 'currency');
  const zone = parseZone((entries['zone'] ?? 'UTC') as string, 'zone');
  const mode = read.oneOf(entries['proration'] ?? 'second', 'proration', prorationModes);
  const period = readOnePeriod(entries, zone);
  const counted = { zone, proration: mode };
  checkCounted(period, counted, entries['subscription'] === undefined ? 'period' : 'subscription');
  const share = readShare(entries['share'], 'share') ?? shareOf(period, counted);
  const meters = read
    .list(entries['meters'] ?? [], 'meters', { least: 0, most: maxMeters })
    .map((meter, index) => parseMeter(meter, `meters[${index}]`));
  read.unique(meters, 'meters');
  const prices = read
    .list(entries['prices'], 'prices', { least: 1, most: maxPrices })
    .map((price, index) => readPrice(price, `prices[${index}]`, index, { currency, period, share, meters, counted }));
  read.unique(
    prices.map(({ price }) => price),
    'prices',
  );
  return {
    currency,
    zone,
    period,
    proration: mode,
    share,
    bounds: readBounds(read, entries, ''),
    events: readEvents(read, entries['events'], 'events'),
    prices,
    discounts: readDiscountRequest(entries['discounts'], 'discounts', currency),
    taxes: readTaxRequest(entries['taxes'] ?? {}, 'taxes'),
    credits: readCreditRequest(entries['credits'], 'credits', currency),
  };
}

function readOnePeriod(entries: Record<string, unknown>, zone: string): PreviewPeriod | undefined {
  const { period, subscription } = entries;
  if (period !== undefined && subscription !== undefined) {
    read.refuse('subscription', 'The period is said in so many words already; give one of the two.');
  }
  if (subscription !== undefined) return periodOfSubscription(read, subscription, zone, 'subscription');
  return period === undefined ? undefined : readPeriod(read, period, 'period');
}

type Frame = {
  currency: Currency;
  period: PreviewPeriod | undefined;
  share: Exact;
  meters: readonly Meter[];
  counted: Counted;
};
type Counted = Pick<Preview, 'zone' | 'proration'>;

/** A price that names no key and no name is called by its place and its model. */
function readPrice(input: unknown, field: string, index: number, frame: Frame): PreviewPrice {
  if (typeof input !== 'object' || input === null || Array.isArray(input))
    read.refuse(field, 'It has to be an object.');
  const all = input as Record<string, unknown>;
  const called = { key: `price-${index + 1}`, name: typeof all['model'] === 'string' ? all['model'] : 'Price' };
  const parsed = parsePrice({ ...called, ...all }, field, beside);
  const base =
    all['baseCurrency'] === undefined
      ? frame.currency
      : parseCurrency(all['baseCurrency'] as string, `${field}.baseCurrency`);
  const price = priceIn(parsed, frame.currency, base, field);
  const period = all['period'] === undefined ? frame.period : readPeriod(read, all['period'], `${field}.period`);
  checkCounted(period, frame.counted, `${field}.period`);
  const share =
    readShare(all['share'], `${field}.share`) ??
    (all['period'] === undefined ? frame.share : shareOf(period, frame.counted));
  const spans: SpanRules = period && {
    startAt: period.startAt,
    endAt: period.endAt,
    ...spanRuleOfPreview(period, share, frame.counted),
  };
  const measured =
    all['usage'] === undefined
      ? undefined
      : readUsage(read, all['usage'], price, { field: `${field}.usage`, spans, share });
  return {
    price,
    meter: measured === undefined ? meterOf(price, frame.meters, field) : undefined,
    measured,
    period,
    share,
    plan: all['plan'] === undefined ? null : read.key(all['plan'], `${field}.plan`),
    ...readCredit(all, field),
  };
}

function readCredit(all: Record<string, unknown>, field: string): Pick<PreviewPrice, 'isCredit' | 'creditLimit'> {
  const isCredit = all['isCredit'] === undefined ? false : read.flag(all['isCredit'], `${field}.isCredit`);
  if (all['creditLimit'] !== undefined && !isCredit) {
    read.refuse(
      `${field}.creditLimit`,
      'It limits a credit; this price is charged. For charges there is maximumAmount.',
    );
  }
  return { isCredit, ...read.decimals(all, field, ['creditLimit']) };
}

function meterOf(price: Price, meters: readonly Meter[], field: string): Meter | undefined {
  if (rulesOf(price.model).reads === 'nothing') return undefined;
  if (price.meter === undefined) {
    return read.refuse(`${field}.usage`, 'It is missing: give the usage, or a meter that reads it from the events.');
  }
  const meter = meters.find(({ key }) => key === price.meter);
  return meter ?? read.refuse(`${field}.meter`, `There is no meter "${price.meter}" in this request.`);
}

/** The share of its cycle that a period covers, counted as the request says; the whole where there is no period. */
function shareOf(period: PreviewPeriod | undefined, { zone, proration: mode }: Counted): Exact {
  if (period === undefined) return one;
  const { numerator, denominator } = proration(period, mode, zone);
  return ratio(numerator, denominator);
}

/** A cycle within one second, or by the day within one day, has nothing that its parts could be counted in. */
function checkCounted(period: PreviewPeriod | undefined, { zone, proration: mode }: Counted, field: string): void {
  if (period === undefined || proration(period, mode, zone).denominator > 0n) return;
  const reason = `Its cycle is too short to be counted by the ${mode === 'second' ? 'second' : 'day'}; say proration none.`;
  read.refuse(field, reason);
}

const maxShare = 1_000_000_000_000;

/** For whoever counts otherwise: 22 of 30 days whatever the month. */
function readShare(input: unknown, field: string): Exact | undefined {
  if (input === undefined) return undefined;
  const entries = read.record(input, field, ['numerator', 'denominator']);
  const denominator = read.whole(entries['denominator'], `${field}.denominator`, { least: 1, most: maxShare });
  const numerator = read.whole(entries['numerator'], `${field}.numerator`, { least: 0, most: denominator });
  return ratio(BigInt(numerator), BigInt(denominator));
}
