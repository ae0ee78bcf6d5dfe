import { type Currency, parseCurrency } from '../money/currency.ts';
import { readRateKeys } from '../tax/tax-rate.ts';
import { type Bounds, boundFields, readBounds } from './bounds.ts';
import { type Conversion, readConversion } from './conversion.ts';
import { type Filter, parseFilter } from './filter.ts';
import type { timings } from './models/flat.ts';
import { type Model, modelNames, rulesOf } from './models/index.ts';
import { readerFor } from './reader.ts';

export type { Model };

/**
 * A price as parsed from a plan's file or from JSON. All numbers are decimals in quotes and amounts are in major units
 * (dollars). What does not say otherwise:
 * - `included` units are free each period, whole or not, and come off after the conversion;
 * - a quantity below zero is refused (`belowZero: refused`); with `zero` it counts as none, and nobody is paid;
 * - a period without use pays nothing (`zeroUsage: free`); with `charged` it pays what the first tier asks without a unit;
 * - the line's bounds hold use or not; like everything that recurs they are shared when the period is a part of a cycle,
 *   unless `prorate` is false;
 * - with `groupBy` each combination of values is a line of its own, with its own included units and tiers;
 * - `currencies` has other amounts of the same model for other billing currencies.
 */
export type Price = PriceFrame & Model;

export type PriceFrame = {
  key: string;
  name: string;
  meter?: string;
  filter?: Filter;
  groupBy?: string[];
  convert?: Conversion;
  included?: string;
  zeroUsage?: (typeof zeroUsages)[number];
  belowZero?: (typeof belowZeros)[number];
  prorate?: boolean;
  /** Keys of the tax rates of its lines, in order; an empty list is no tax. Without it they have the customer's. */
  taxRates?: string[];
  currencies?: Record<Currency, InCurrency>;
} & Bounds;

/** What another currency says anew: everything of the model, and the line's bounds. */
export type InCurrency = AmountsOf<Model> & Bounds;
type AmountsOf<M> = M extends Model ? Omit<M, 'model'> : never;

export const zeroUsages = ['free', 'charged'] as const;
export const belowZeros = ['refused', 'zero'] as const;
export const maxGroupProperties = 4;
const maxCurrencies = 50;

const read = readerFor('price-invalid');

const ofEvery = ['key', 'name', 'model', ...boundFields, 'prorate', 'taxRates', 'currencies'];
const ofUsage = ['meter', 'filter', 'groupBy', 'convert', 'included', 'zeroUsage', 'belowZero'];

/** Whether it is billed when a cycle begins, and not when it is over; as the price itself says, in whatever currency. */
export function isBilledAhead(price: Price): boolean {
  return price.model === 'flat' && price.timing === 'advance';
}

/**
 * @param field path of the price as the caller wrote it, such as `plans[0].prices[2]`; errors name the field below it
 * @param beside further fields that the caller reads itself
 * @throws DurabillError price-invalid, decimal-invalid, currency-unknown
 */
export function parsePrice(input: unknown, field: string, beside: readonly string[] = []): Price {
  const written = typeof input === 'object' && input !== null ? (input as { model?: unknown }).model : undefined;
  const model = read.oneOf(written, `${field}.model`, modelNames);
  const rules = rulesOf(model);
  const without = rules.without ?? {};
  for (const [name, why] of Object.entries(without)) {
    if ((input as Record<string, unknown>)[name] !== undefined) read.refuse(`${field}.${name}`, why);
  }
  const ofUse = ofUsage.filter((name) => without[name] === undefined);
  const entries = read.record(input, field, [...ofEvery, ...rules.fields, ...ofUse, ...beside]);
  return {
    key: read.key(entries['key'], `${field}.key`),
    name: read.text(entries['name'], `${field}.name`),
    ...usageFields(entries, field),
    ...readBounds(read, entries, field),
    ...(entries['prorate'] !== undefined && { prorate: read.flag(entries['prorate'], `${field}.prorate`) }),
    ...(entries['taxRates'] !== undefined && {
      taxRates: readRateKeys(read, entries['taxRates'], `${field}.taxRates`),
    }),
    ...rules.read(read, entries, field),
    ...(entries['currencies'] !== undefined && { currencies: readCurrencies(entries, model, `${field}.currencies`) }),
  };
}

function usageFields(entries: Record<string, unknown>, field: string): Partial<PriceFrame> {
  const { meter, filter, groupBy, convert, zeroUsage, belowZero } = entries;
  return {
    ...(meter !== undefined && { meter: read.key(meter, `${field}.meter`) }),
    ...(filter !== undefined && { filter: parseFilter(read, filter, `${field}.filter`) }),
    ...(groupBy !== undefined && { groupBy: readGroupBy(groupBy, `${field}.groupBy`) }),
    ...(convert !== undefined && { convert: readConversion(read, convert, `${field}.convert`) }),
    ...read.decimals(entries, field, ['included']),
    ...(zeroUsage !== undefined && { zeroUsage: read.oneOf(zeroUsage, `${field}.zeroUsage`, zeroUsages) }),
    ...(belowZero !== undefined && { belowZero: read.oneOf(belowZero, `${field}.belowZero`, belowZeros) }),
  };
}

function readGroupBy(input: unknown, field: string): string[] {
  const names = read
    .list(input, field, { least: 1, most: maxGroupProperties })
    .map((name, index) => read.text(name, `${field}[${index}]`));
  const twice = names.findIndex((name, index) => names.indexOf(name) !== index);
  if (twice >= 0) read.refuse(`${field}[${twice}]`, `"${names[twice]}" is there twice.`);
  return names;
}

/** Each currency says the amounts of the model anew; what is no amount, such as a tier's bound, is said again with them. */
function readCurrencies(
  entries: Record<string, unknown>,
  model: Model['model'],
  field: string,
): Record<Currency, InCurrency> {
  const given = entries['currencies'];
  const names = typeof given === 'object' && given !== null ? Object.keys(given) : [];
  if (names.length > maxCurrencies) read.refuse(field, `It names more than ${maxCurrencies} currencies.`);
  const all = read.record(given, field, names);
  const rules = rulesOf(model);
  const seen = new Set<Currency>();
  return Object.fromEntries(
    names.map((name) => {
      const at = `${field}.${name.slice(0, 60)}`;
      const currency = parseCurrency(name, at);
      if (seen.has(currency)) read.refuse(at, `${currency} is there twice.`);
      seen.add(currency);
      const own = read.record(all[name], at, [...rules.fields, ...boundFields]);
      if (own['timing'] !== undefined && own['timing'] !== (entries['timing'] ?? 'arrears')) {
        read.refuse(`${at}.timing`, 'When a price is billed is the same in every currency.');
      }
      const { model: _same, ...amounts } = rules.read(read, own, at);
      return [currency, { ...amounts, ...readBounds(read, own, at) }];
    }),
  ) as Record<Currency, InCurrency>;
}

/**
 * The price with its amounts in another currency.
 * @throws DurabillError price-invalid if it has none in that currency: nothing is converted
 */
export function priceIn(price: Price, currency: Currency, base: Currency, field: string): Price {
  if (currency === base) return price;
  const amounts = price.currencies?.[currency];
  if (amounts === undefined) {
    return read.refuse(`${field}.currencies`, `The price "${price.key}" has no amounts in ${currency}.`);
  }
  // What the other currency leaves out is not there: a maximum of 5 dollars is not one of 5 yen.
  const saidAnew: string[] = [...rulesOf(price.model).fields, ...boundFields];
  const rest = Object.fromEntries(Object.entries(price).filter(([name]) => !saidAnew.includes(name)));
  return { ...rest, ...amounts, ...whenBilled(price) } as Price;
}

/** When a price is billed is no amount: its periods are laid out before anybody asks for the currency. */
function whenBilled(price: Price): { timing?: (typeof timings)[number] } {
  return price.model === 'flat' ? { timing: price.timing ?? 'arrears' } : {};
}
