import { type Currency, parseCurrency } from '../money/currency.ts';
import { type Interval, intervals, maxIntervalCount } from '../period/interval.ts';
import { type ProrationMode, prorationModes } from '../period/proration.ts';
import { type Bounds, boundFields, readBounds } from './bounds.ts';
import { type Meter, parseMeter } from './meter.ts';
import { rulesOf } from './models/index.ts';
import { type Price, parsePrice, priceIn } from './price.ts';
import { readerFor } from './reader.ts';

/**
 * What a subscription pays, billed every interval. Amounts are in `currency`; in each of `currencies` every price has
 * amounts of its own. The plan's bounds hold for the sum of a period's lines and are shared like all that recurs.
 */
export type Plan = {
  key: string;
  name: string;
  currency: Currency;
  currencies?: Currency[];
  interval: Interval;
  /** Every so many intervals; 1 unless said otherwise. */
  intervalCount?: number;
  /** Where cycles begin: with the calendar's (the default) or with the subscription. */
  anchor?: (typeof anchors)[number];
  /** How a part of a cycle is measured; by the second unless said otherwise. */
  proration?: ProrationMode;
  trialDays?: number;
  prices: Price[];
} & Bounds;

export type PlanFile = { meters: Meter[]; plans: Plan[] };

export const anchors = ['calendar', 'anniversary'] as const;
export const maxTrialDays = 730;
export const maxPrices = 200;
export const maxPlans = 100;
export const maxMeters = 200;

const read = readerFor('plan-invalid');

const fields = [
  'key',
  'name',
  'currency',
  'currencies',
  'interval',
  'intervalCount',
  'anchor',
  'proration',
  'trialDays',
  ...boundFields,
  'prices',
];

/**
 * @param meters those that the plan's prices may name
 * @throws DurabillError plan-invalid, price-invalid, decimal-invalid, currency-unknown, each with the field's path
 */
export function parsePlan(input: unknown, meters: readonly Meter[], field: string): Plan {
  const entries = read.record(input, field, fields);
  const { intervalCount, anchor, proration, trialDays } = entries;
  const prices = read
    .list(entries['prices'], `${field}.prices`, { least: 1, most: maxPrices })
    .map((price, index) => parsePrice(price, `${field}.prices[${index}]`));
  read.unique(prices, `${field}.prices`);
  for (const [index, price] of prices.entries()) checkMeter(price, meters, `${field}.prices[${index}].meter`);
  const plan: Plan = {
    key: read.key(entries['key'], `${field}.key`),
    name: read.text(entries['name'], `${field}.name`),
    currency: parseCurrency(entries['currency'] as string, `${field}.currency`),
    ...(entries['currencies'] !== undefined && { currencies: readCurrencies(entries['currencies'], field) }),
    interval: read.oneOf(entries['interval'], `${field}.interval`, intervals),
    ...(intervalCount !== undefined && {
      intervalCount: read.whole(intervalCount, `${field}.intervalCount`, { least: 1, most: maxIntervalCount }),
    }),
    ...(anchor !== undefined && { anchor: read.oneOf(anchor, `${field}.anchor`, anchors) }),
    ...(proration !== undefined && { proration: read.oneOf(proration, `${field}.proration`, prorationModes) }),
    ...(trialDays !== undefined && { trialDays: read.whole(trialDays, `${field}.trialDays`, { most: maxTrialDays }) }),
    ...readBounds(read, entries, field),
    prices,
  };
  checkCurrencies(plan, field);
  return plan;
}

function readCurrencies(input: unknown, field: string): Currency[] {
  return read
    .list(input, `${field}.currencies`, { least: 1, most: 50 })
    .map((name, index) => parseCurrency(name as string, `${field}.currencies[${index}]`));
}

/** Bounds in other currencies cannot be said yet, so that a plan with bounds has one currency only. */
function checkCurrencies(plan: Plan, field: string): void {
  const { currency, currencies = [], prices } = plan;
  const others = new Set(currencies);
  if (others.has(currency)) read.refuse(`${field}.currencies`, `${currency} is the plan's own currency already.`);
  if (others.size < currencies.length) read.refuse(`${field}.currencies`, 'A currency is there twice.');
  if (others.size > 0 && boundFields.some((name) => plan[name] !== undefined)) {
    read.refuse(`${field}.currencies`, 'A plan with bounds has one currency; make a plan for each.');
  }
  for (const [index, price] of prices.entries()) {
    for (const other of others) priceIn(price, other, currency, `${field}.prices[${index}]`);
  }
}

/** Prices without use have no meter already by their form. */
function checkMeter(price: Price, meters: readonly Meter[], field: string): void {
  if (rulesOf(price.model).reads === 'nothing') return;
  if (price.meter === undefined) read.refuse(field, `A price with the model ${price.model} needs a meter.`);
  if (!meters.some(({ key }) => key === price.meter)) read.refuse(field, `There is no meter "${price.meter}".`);
}

/**
 * Reads the parsed content of a file in plans/: `{ meters: [...], plans: [...] }`. Plans see the meters of their file.
 * @throws DurabillError meter-invalid and those of parsePlan
 */
export function parsePlanFile(input: unknown): PlanFile {
  const entries = read.record(input, 'file', ['meters', 'plans']);
  const meters = read
    .list(entries['meters'] ?? [], 'meters', { least: 0, most: maxMeters })
    .map((meter, index) => parseMeter(meter, `meters[${index}]`));
  read.unique(meters, 'meters');
  const plans = read
    .list(entries['plans'], 'plans', { least: 1, most: maxPlans })
    .map((plan, index) => parsePlan(plan, meters, `plans[${index}]`));
  read.unique(plans, 'plans');
  return { meters, plans };
}
