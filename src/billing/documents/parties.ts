import type { DocumentParty, DocumentSeller, InvoiceDocument } from '../../documents/model.ts';
import type { Buyer, Seller } from '../../domain/party/party.ts';
import { untaxedNames } from '../../domain/tax/compute-taxes.ts';

/** Who sells, as a document has it. */
export function sellerOf(seller: Seller): DocumentSeller {
  const { legalName, address, taxIds, registration, bankDetails, footer } = seller;
  return {
    name: legalName,
    address,
    taxIds: taxIds.map(({ value }) => value),
    registration,
    email: null,
    bankDetails,
    footer,
  };
}

/** Who buys, as a document has it. */
export function buyerOf({ name, legalName, email, address, taxIds }: Buyer): DocumentParty {
  return { name: legalName ?? name, address, taxIds: taxIds.map(({ value }) => value), registration: null, email };
}

type Tax = { key: string; reason: string | null };

/** Without the entry that stands in the place of taxes where nothing is taxed. */
export function chargedTaxes<Charged extends Tax>(taxes: readonly Charged[]): Charged[] {
  return taxes.filter(({ key }) => !(key in untaxedNames));
}

/** An invoice on which nothing is taxed has one entry of zero that says why, in the place of its taxes. */
export function taxNoteOf(taxes: readonly Tax[]): InvoiceDocument['taxNote'] {
  const untaxed = taxes.find(({ key }) => key in untaxedNames);
  return untaxed === undefined ? null : { kind: untaxed.key as keyof typeof untaxedNames, reason: untaxed.reason };
}
