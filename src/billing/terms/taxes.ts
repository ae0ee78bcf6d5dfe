import { parseDecimal } from '../../domain/money/exact.ts';
import type { TaxRate, TaxTerms } from '../../domain/tax/compute-taxes.ts';
import { DurabillError } from '../../errors/error.ts';
import { type CustomerTax, readCustomerTaxes } from '../../store/customer-taxes.ts';
import type { Sql } from '../../store/database.ts';
import type { InvoiceLine } from '../../store/invoice-facts.ts';
import { readPriceTaxRates } from '../../store/price-tax-rates.ts';
import { findTaxRates, type StoredTaxRate } from '../../store/tax-rates.ts';
import { shareTaxSettings } from '../../store/tax-settings.ts';

type LineToTax = Pick<InvoiceLine, 'id' | 'priceId'>;
type BillToTax = { invoiceId: string; customerId: string; lines: readonly LineToTax[] };

/** How a bill is taxed, and the rates of each of its lines in the order in which they apply. */
export type BillTax = { terms: TaxTerms; ratesOf: (line: LineToTax) => readonly TaxRate[] };

/**
 * The taxes of a page of bills as the books say them now. A line has the rates that its price names; else the
 * customer's; else the deployment's. The rounding stays as it is until the transaction ends.
 */
export async function readTaxTerms(sql: Sql, bills: readonly BillToTax[]): Promise<Map<string, BillTax>> {
  const priceIds = bills.flatMap(({ lines }) => lines.flatMap(({ priceId }) => (priceId === null ? [] : [priceId])));
  const settings = await shareTaxSettings(sql);
  const customers = await readCustomerTaxes(sql, [...new Set(bills.map(({ customerId }) => customerId))]);
  const ofPrices = await readPriceTaxRates(sql, [...new Set(priceIds)]);
  const lists = [
    settings.defaultRates,
    ...[...customers.values()].map((tax) => tax.defaultRates ?? []),
    ...ofPrices.values(),
  ];
  const rates = await readRates(sql, [...new Set(lists.flat())]);

  return new Map(
    bills.map(({ invoiceId, customerId }) => {
      const { status, reason, defaultRates } = customers.get(customerId) as CustomerTax;
      const usual = defaultRates ?? settings.defaultRates;
      const ratesOf = ({ priceId }: LineToTax) =>
        ((priceId === null ? undefined : ofPrices.get(priceId)) ?? usual).map((key) => rates.get(key) as TaxRate);
      return [invoiceId, { terms: { rounding: settings.rounding, status, reason }, ratesOf }];
    }),
  );
}

/** @throws DurabillError tax-rate-unknown: no bill is written without a tax that it should have */
async function readRates(sql: Sql, keys: readonly string[]): Promise<Map<string, TaxRate>> {
  const stored = await findTaxRates(sql, keys);
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
