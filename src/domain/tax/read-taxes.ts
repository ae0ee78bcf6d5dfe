import { readerFor } from '../rating/reader.ts';
import { type TaxRate, type TaxTerms, untaxedNames } from './compute-taxes.ts';
import { maxTaxName, maxTaxRates, readCountry, readPercentage, readRateKeys, readTaxKey } from './tax-rate.ts';

/** The taxes of a preview whose rates need not be in the books. */
export type TaxRequest = {
  readonly terms: TaxTerms;
  /**
   * The rates of a line: those that its price names by key, else the defaults.
   * @throws DurabillError preview-invalid if a key is none of the request's rates
   */
  readonly ratesOf: (keys: readonly string[] | undefined, field: string) => readonly TaxRate[];
};

const read = readerFor('preview-invalid');
const fields = ['rates', 'defaultRates', 'rounding', 'status', 'reason'];
const rateFields = ['key', 'name', 'percentage', 'inclusive', 'compound', 'country'];
const roundings = ['invoice', 'line'] as const;
const statuses = ['taxable', 'exempt', 'reverse_charge'] as const;

/**
 * Reads what a preview says of taxes. Rates without a key are called `tax-1`, `tax-2` by their place; all of them apply
 * to lines whose price names none, unless `defaultRates` says which.
 * @throws DurabillError preview-invalid, decimal-invalid
 */
export function readTaxRequest(input: unknown, field: string): TaxRequest {
  const { rates: given, defaultRates, rounding, status, reason } = read.record(input, field, fields);
  const rates = read
    .list(given ?? [], `${field}.rates`, { least: 0, most: maxTaxRates })
    .map((rate, index) => readRate(rate, `${field}.rates[${index}]`, `tax-${index + 1}`));
  read.unique(rates, `${field}.rates`);

  const ratesOf = (keys: readonly string[] | undefined, at: string): readonly TaxRate[] => {
    if (keys === undefined) return defaults;
    return keys.map(
      (key, index) =>
        rates.find((rate) => rate.key === key) ??
        read.refuse(`${at}[${index}]`, `"${key}" is none of the rates in ${field}.rates.`),
    );
  };
  const defaults =
    defaultRates === undefined
      ? rates
      : ratesOf(readRateKeys(read, defaultRates, `${field}.defaultRates`), `${field}.defaultRates`);
  return { terms: readTerms({ rounding, status, reason }, field), ratesOf };
}

function readRate(input: unknown, field: string, usualKey: string): TaxRate {
  const { key, name, percentage, inclusive, compound, country } = read.record(input, field, rateFields);
  const called = key === undefined ? usualKey : readTaxKey(read, key, `${field}.key`);
  return {
    key: called,
    name: name === undefined ? called : read.text(name, `${field}.name`, maxTaxName),
    percentage: readPercentage(read, percentage, `${field}.percentage`),
    isInclusive: inclusive === undefined ? false : read.flag(inclusive, `${field}.inclusive`),
    isCompound: compound === undefined ? false : read.flag(compound, `${field}.compound`),
    country: country === undefined ? null : readCountry(read, country, `${field}.country`),
  };
}

function readTerms(entries: Record<'rounding' | 'status' | 'reason', unknown>, field: string): TaxTerms {
  const rounding = read.oneOf(entries.rounding ?? 'invoice', `${field}.rounding`, roundings);
  const status = read.oneOf(entries.status ?? 'taxable', `${field}.status`, statuses);
  const reason = entries.reason === undefined ? null : read.text(entries.reason, `${field}.reason`, 500);
  if (status !== 'taxable') return { rounding, status, reason: reason ?? untaxedNames[status] };
  if (reason !== null) read.refuse(`${field}.reason`, 'Who is taxable needs no reason.');
  return { rounding, status, reason: null };
}
