import { decimalText, exactOf, parseDecimal } from '../money/exact.ts';
import { type Reader, readerFor } from '../rating/reader.ts';
import { type TaxRate, untaxedNames } from './compute-taxes.ts';

/** A rate of the table: what is taken, and what invoices and targets say of it. */
export type TaxRateTerms = TaxRate & { readonly taxType: string | null; readonly description: string | null };

/** What Stripe knows a tax as (`tax_type` of a rate there). */
export const taxTypes = [
  ...['admissions_tax', 'amusement_tax', 'attendance_tax', 'communications_tax', 'digital_excise_tax'],
  ...['entertainment_tax', 'get_fund', 'gross_receipts_tax', 'gst', 'hospitality_tax', 'hst', 'igst', 'jct'],
  ...['lease_tax', 'luxury_tax', 'mass_transit_parking_tax', 'nhil', 'parking_tax', 'pst', 'qst', 'resort_tax'],
  ...['retail_delivery_fee', 'rst', 'sales_tax', 'service_tax', 'tourism_tax', 'utility_users_tax', 'vat'],
] as const;

/** As many as a line at Stripe may have; no jurisdiction comes near it. */
export const maxTaxRates = 20;
/** Stripe's limit of a tax's name. */
export const maxTaxName = 50;
const maxPercentage = exactOf(100n);
/** Digits behind the point that Stripe keeps of a percentage. */
const percentageForm = /^\d{1,3}(\.\d{1,4})?$/;

const fields = ['key', 'name', 'percentage', 'inclusive', 'compound', 'country', 'taxType', 'description'];
const read = readerFor('tax-invalid');

/**
 * @param field path of the rate as the caller wrote it; '' for all that was sent
 * @throws DurabillError tax-invalid, decimal-invalid
 */
export function parseTaxRate(input: unknown, field: string): TaxRateTerms {
  const at = (name: string) => (field === '' ? name : `${field}.${name}`);
  const entries = read.record(input, field, fields);
  const { inclusive, compound, country, taxType, description } = entries;
  return {
    key: readTaxKey(read, entries['key'], at('key')),
    name: read.text(entries['name'], at('name'), maxTaxName),
    percentage: readPercentage(read, entries['percentage'], at('percentage')),
    isInclusive: inclusive === undefined ? false : read.flag(inclusive, at('inclusive')),
    isCompound: compound === undefined ? false : read.flag(compound, at('compound')),
    country: country === undefined ? null : readCountry(read, country, at('country')),
    taxType: taxType === undefined ? null : read.oneOf(taxType, at('taxType'), taxTypes),
    description: description === undefined ? null : read.text(description, at('description'), 500),
  };
}

/** Those that stand for no tax on an invoice are no rate's. */
export function readTaxKey(reader: Reader, input: unknown, field: string): string {
  const key = reader.key(input, field);
  if (Object.hasOwn(untaxedNames, key)) {
    reader.refuse(field, `"${key}" stands for what is not taxed on invoices; choose another key.`);
  }
  return key;
}

/** "19" or "9.975": from 0 to 100 with at most four decimals, as Stripe keeps it. */
export function readPercentage(reader: Reader, input: unknown, field: string) {
  const text = reader.decimal(input, field);
  const percentage = parseDecimal(text, field);
  if (!percentageForm.test(decimalText(percentage)) || percentage.gt(maxPercentage)) {
    reader.refuse(field, `${text} is not a percentage from 0 to 100 with at most four decimals.`);
  }
  return percentage;
}

export function readCountry(reader: Reader, input: unknown, field: string): string {
  const country = reader.text(input, field);
  return /^[A-Z]{2}$/.test(country) ? country : reader.refuse(field, `"${country}" is no ISO 3166-1 code such as DE.`);
}

/** Keys of rates in the order in which they apply, each once; an empty list is no tax. */
export function readRateKeys(reader: Reader, input: unknown, field: string): string[] {
  const keys = reader
    .list(input, field, { least: 0, most: maxTaxRates })
    .map((key, index) => reader.key(key, `${field}[${index}]`));
  const twice = keys.findIndex((key, index) => keys.indexOf(key) !== index);
  if (twice >= 0) reader.refuse(`${field}[${twice}]`, `"${keys[twice]}" is there twice.`);
  return keys;
}
