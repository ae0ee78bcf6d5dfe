import { parseDecimal } from '../../domain/money/exact.ts';
import type { TaxRate, TaxTerms } from '../../domain/tax/compute-taxes.ts';
import { type CustomerTax, readCustomerTaxes } from '../../store/customer-taxes.ts';
import type { Sql } from '../../store/database.ts';
import type { RatedInvoiceLine } from '../../store/invoice-facts.ts';
import { type ItemTaxRates, readItemTaxRates, readPriceTaxRates } from '../../store/named-tax-rates.ts';
import { findTaxRates, type StoredTaxRate } from '../../store/tax-rates.ts';
import { shareTaxSettings } from '../../store/tax-settings.ts';
import { pendingLineIdOf } from '../ids.ts';
import { notQuoted, readQuotedTaxes } from './quoted-taxes.ts';

export type LineToTax = Pick<RatedInvoiceLine, 'id' | 'priceId'>;
type BillToTax = { invoiceId: string; customerId: string; lines: readonly LineToTax[] };

/** How a bill is taxed, and the taxes of each of its lines in the order in which they apply. */
export type BillTaxes = {
  terms: TaxTerms;
  ratesOf: (line: LineToTax) => readonly TaxRate[];
  /** Why its taxes are not known: it cannot be issued, and shows none until they are. */
  unavailable?: string;
};

/**
 * The taxes of a page of bills as the books say them now. A line has the rates that its price names, or the item that
 * it bills; else the customer's; else the deployment's. The rounding stays as it is until the transaction ends.
 * @throws DurabillError tax-rate-unknown
 */
export async function readTaxTerms(sql: Sql, bills: readonly BillToTax[]): Promise<Map<string, BillTaxes>> {
  const settings = await shareTaxSettings(sql);
  const customers = await readCustomerTaxes(sql, unique(bills.map(({ customerId }) => customerId)));
  const isTaxable = ({ customerId }: BillToTax) => customers.get(customerId)?.status === 'taxable';
  const asked = settings.engine === 'outside' ? bills.filter(isTaxable).map(({ invoiceId }) => invoiceId) : [];
  const quoted =
    asked.length === 0 ? new Map<string, BillTaxes>() : await readQuotedTaxes(sql, asked, settings.rounding);
  const isAsked = new Set(asked);
  const named = await readNamedRates(sql, bills);
  const ofCustomers = [...customers.values()].map(({ defaultRates }) => defaultRates ?? []);
  const rates = await readRates(sql, unique([settings.defaultRates, ...ofCustomers, ...named.values()].flat()));

  return new Map(
    bills.map(({ invoiceId, customerId, lines }) => {
      if (isAsked.has(invoiceId)) return [invoiceId, quoted.get(invoiceId) ?? notQuoted(settings.rounding)];
      const { status, reason, defaultRates } = customers.get(customerId) as CustomerTax;
      const usual = defaultRates ?? settings.defaultRates;
      const keysOf = ({ id, priceId }: LineToTax) => named.get(priceId ?? id) ?? usual;
      // No bill is issued without a tax that it should have, and one that cannot be keeps no other from it.
      const missing = lines.flatMap(keysOf).find((key) => !rates.has(key));
      if (missing !== undefined) return [invoiceId, notQuoted(settings.rounding, `There is no tax rate "${missing}".`)];
      const ratesOf = (line: LineToTax) => keysOf(line).map((key) => rates.get(key) as TaxRate);
      return [invoiceId, { terms: { rounding: settings.rounding, status, reason }, ratesOf }];
    }),
  );
}

/** The keys that prices name, by the price, and those of items, by the line that each has or would have on a bill. */
async function readNamedRates(sql: Sql, bills: readonly BillToTax[]): Promise<Map<string, string[]>> {
  const lines = bills.flatMap((bill) => bill.lines);
  const ofPrices = await readPriceTaxRates(sql, unique(lines.flatMap(({ priceId }) => priceId ?? [])));
  const unpriced = bills.filter((bill) => bill.lines.some(({ priceId }) => priceId === null));
  if (unpriced.length === 0) return ofPrices;
  const items = byCustomer(await readItemTaxRates(sql, unpriced));
  const ofItems = unpriced.flatMap(({ invoiceId, customerId }) =>
    (items.get(customerId) ?? []).map(({ itemId, keys }) => [pendingLineIdOf(invoiceId, itemId), keys] as const),
  );
  return new Map([...ofPrices, ...ofItems]);
}

function byCustomer(items: readonly ItemTaxRates[]): Map<string, ItemTaxRates[]> {
  const all = new Map<string, ItemTaxRates[]>();
  for (const item of items) {
    const own = all.get(item.customerId);
    if (own === undefined) all.set(item.customerId, [item]);
    else own.push(item);
  }
  return all;
}

async function readRates(sql: Sql, keys: readonly string[]): Promise<Map<string, TaxRate>> {
  const stored = keys.length === 0 ? new Map<string, StoredTaxRate>() : await findTaxRates(sql, keys);
  return new Map([...stored].map(([key, rate]) => [key, rateOf(rate)]));
}

function rateOf({ key, name, percentage, inclusive, compound, country }: StoredTaxRate): TaxRate {
  return { key, name, percentage: parseDecimal(percentage), isInclusive: inclusive, isCompound: compound, country };
}

const unique = (texts: readonly string[]): string[] => [...new Set(texts)];
