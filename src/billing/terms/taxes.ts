import type { TaxRate, TaxTerms } from '../../domain/tax/compute-taxes.ts';
import type { Sql } from '../../store/database.ts';
import type { RatedInvoiceLine } from '../../store/invoice-facts.ts';
import type { BillToCompose } from './bill-to-compose.ts';

/** How a bill is taxed, and which taxes are on each of its lines. */
export type BillTaxes = { terms: TaxTerms; ratesOf: (line: RatedInvoiceLine) => readonly TaxRate[] };

/** The taxes of each bill. */
export async function readTaxTerms(_sql: Sql, _bills: readonly BillToCompose[]): Promise<Map<string, BillTaxes>> {
  return new Map();
}
