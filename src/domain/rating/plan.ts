import { type Currency, parseCurrency } from '../money/currency.ts';
import { type Meter, parseMeter } from './meter.ts';
import { type Price, parsePrice } from './price.ts';
import { readerFor } from './reader.ts';

/** What a subscription pays: prices in one currency, billed every interval. */
export type Plan = { key: string; name: string; currency: Currency; interval: 'month'; prices: Price[] };

export type PlanFile = { meters: Meter[]; plans: Plan[] };

export const maxPrices = 200;
export const maxPlans = 100;
export const maxMeters = 200;

const read = readerFor('plan-invalid');

/**
 * @param meters those that the plan's prices may name
 * @throws DurabillError plan-invalid, price-invalid, decimal-invalid, currency-unknown, each with the field's path
 */
export function parsePlan(input: unknown, meters: readonly Meter[], field: string): Plan {
  const entries = read.record(input, field, ['key', 'name', 'currency', 'interval', 'prices']);
  const prices = read
    .list(entries['prices'], `${field}.prices`, { least: 1, most: maxPrices })
    .map((price, index) => parsePrice(price, `${field}.prices[${index}]`));
  read.unique(prices, `${field}.prices`);
  prices.forEach((price, index) => {
    checkMeter(price, meters, `${field}.prices[${index}].meter`);
  });
  return {
    key: read.key(entries['key'], `${field}.key`),
    name: read.text(entries['name'], `${field}.name`),
    currency: parseCurrency(entries['currency'] as string, `${field}.currency`),
    interval: read.oneOf(entries['interval'], `${field}.interval`, ['month']),
    prices,
  };
}

/** Flat prices have no meter already by their form. */
function checkMeter(price: Price, meters: readonly Meter[], field: string): void {
  if (price.model === 'flat') return;
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
