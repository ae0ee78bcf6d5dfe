import { parseDecimal } from '../../domain/money/exact.ts';
import type { TaxRate, TaxTerms } from '../../domain/tax/compute-taxes.ts';
import { DurabillError } from '../../errors/error.ts';
import { type CustomerTax, readCustomerTaxes } from '../../store/customer-taxes.ts';
import type { Sql } from '../../store/database.ts';
import type { RatedInvoiceLine } from '../../store/invoice-facts.ts';
import { readItemTaxRates, readPriceTaxRates } from '../../store/named-tax-rates.ts';
import { findTaxRates, type StoredTaxRate } from '../../store/tax-rates.ts';
import { shareTaxSettings } from '../../store/tax-settings.ts';

type LineToTax = Pick<RatedInvoiceLine, 'id' | 'priceId' | 'taxRates'>;
type BillToTax = { invoiceId: string; customerId: string; lines: readonly LineToTax[] };

/** How a bill is taxed, and the taxes of each of its lines in the order in which they apply. */
export type BillTaxes = { terms: TaxTerms; ratesOf: (line: LineToTax) => readonly TaxRate[] };

/**
 * The taxes of a page of bills as the books say them now. A line has the rates that its price names, or the item that
 * it bills; else the customer's; else the deployment's. The rounding stays as it is until the transaction ends.
 * @throws DurabillError tax-rate-unknown
 */
export async function readTaxTerms(sql: Sql, bills: readonly BillToTax[]): Promise<Map<string, BillTaxes>> {
  const settings = await shareTaxSettings(sql);
  const customers = await readCustomerTaxes(sql, unique(bills.map(({ customerId }) => customerId)));
  const named = await readNamedRates(sql, bills);
  const ofCustomers = [...customers.values()].map(({ defaultRates }) => defaultRates ?? []);
  const rates = await readRates(sql, unique([settings.defaultRates, ...ofCustomers, ...named.values()].flat()));

  return new Map(
    bills.map(({ invoiceId, customerId }) => {
      const { status, reason, defaultRates } = customers.get(customerId) as CustomerTax;
      const usual = defaultRates ?? settings.defaultRates;
      const ratesOf = ({ id, priceId }: LineToTax) =>
        (named.get(priceId ?? id) ?? usual).map((key) => rates.get(key) as TaxRate);
      return [invoiceId, { terms: { rounding: settings.rounding, status, reason }, ratesOf }];
    }),
  );
}

/** The keys that prices name, by the price, and those of lines without one, by the line. */
async function readNamedRates(sql: Sql, bills: readonly BillToTax[]): Promise<Map<string, string[]>> {
  const lines = bills.flatMap((bill) => bill.lines);
  const ofPrices = await readPriceTaxRates(sql, unique(lines.flatMap(({ priceId }) => priceId ?? [])));
  // A line that was made just now says itself what the item behind it names.
  const ofLines = lines.flatMap(({ id, taxRates }) => (taxRates ? [[id, [...taxRates]] as [string, string[]]] : []));
  const unpriced = bills.filter((bill) => bill.lines.some(({ priceId }) => priceId === null));
  if (unpriced.length === 0) return ofPrices;
  const ofItems = await readItemTaxRates(
    sql,
    unpriced.map(({ invoiceId }) => invoiceId),
  );
  return new Map([...ofPrices, ...ofItems, ...ofLines]);
}

/** No bill is written without a tax that it should have. */
async function readRates(sql: Sql, keys: readonly string[]): Promise<Map<string, TaxRate>> {
  const stored = keys.length === 0 ? new Map<string, StoredTaxRate>() : await findTaxRates(sql, keys);
  const missing = keys.find((key) => !stored.has(key));
  if (missing !== undefined) {
    throw new DurabillError('tax-rate-unknown', {
      reason: `There is no tax rate "${missing}", which something names.`,
    });
  }
  return new Map([...stored].map(([key, rate]) => [key, rateOf(rate)]));
}

function rateOf({ key, name, percentage, inclusive, compound, country }: StoredTaxRate): TaxRate {
  return { key, name, percentage: parseDecimal(percentage), isInclusive: inclusive, isCompound: compound, country };
}

const unique = (texts: readonly string[]): string[] => [...new Set(texts)];
