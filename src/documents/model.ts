import type { Currency } from '../domain/money/currency.ts';
import type { Address } from '../domain/party/party.ts';
import type { Step } from '../domain/rating/step.ts';

/** Who sells or buys, as the law wants it on the document. */
export type DocumentParty = {
  name: string;
  address: Address | null;
  /** Such as a VAT id. */
  taxIds: readonly string[];
  registration: string | null;
  email: string | null;
};

export type DocumentSeller = DocumentParty & {
  bankDetails: string | null;
  /** At the foot of each page. */
  footer: string | null;
};

export type DocumentLine = {
  description: string;
  /** The part of the service period that it is for, where that is another one than the document's. */
  period: DocumentPeriod | null;
  /** Decimals as text. */
  quantity: string | null;
  /** How the amount came about; a price a unit is read from here. */
  working: readonly Step[];
  amountMinor: bigint;
  discountMinor: bigint;
  /** Percentages as decimals: "19"; empty for a line without tax. */
  taxRates: readonly string[];
};

export type DocumentPeriod = { startAt: Date; endAt: Date };

export type DocumentTax = {
  name: string;
  /** Decimal in percent. */
  percentage: string;
  isInclusive: boolean;
  taxableMinor: bigint;
  amountMinor: bigint;
};

/** A sum taken off under a name: of a coupon, of a wallet. */
export type NamedAmount = { name: string; amountMinor: bigint };

/** How a document stands: a draft is no document yet, a void one is none any more. */
export type DocumentStamp = { kind: 'draft' } | { kind: 'void' } | { kind: 'paid'; paidAt: Date };

type DocumentFrame = {
  /** BCP 47. What Durabill does not speak is written in English. */
  language: string;
  /** IANA; days are those of the buyer. */
  zone: string;
  currency: Currency;
  number: string | null;
  /** When its facts became final; of a draft, when they were put together. Nothing on it is younger. */
  issuedAt: Date;
  /** Null as long as nobody has said who bills. */
  seller: DocumentSeller | null;
  buyer: DocumentParty;
  memo: string | null;
  stamp: DocumentStamp | null;
  /** That nothing is taxed, for which the law wants a sentence; with the books' own reason. */
  taxNote: { kind: 'reverse_charge' | 'exempt'; reason: string | null } | null;
};

/** What a PDF of an invoice is made of. */
export type InvoiceDocument = DocumentFrame & {
  servicePeriod: DocumentPeriod | null;
  /** A day of the buyer's: "2026-01-15". */
  paymentDueOn: string | null;
  purchaseOrder: string | null;
  /** Number of the invoice whose place it takes. */
  replaces: string | null;
  lines: readonly DocumentLine[];
  subtotalMinor: bigint;
  discounts: readonly NamedAmount[];
  taxes: readonly DocumentTax[];
  /** What was below zero and went to the buyer's balance. */
  carriedMinor: bigint;
  credits: readonly NamedAmount[];
  totalMinor: bigint;
  /** Where it is paid. */
  paymentUrl: string | null;
};

/** What a PDF of a credit note is made of; its amounts are above zero and given back. */
export type CreditNoteDocument = DocumentFrame & {
  invoice: { number: string; issuedAt: Date };
  reason: 'duplicate' | 'fraudulent' | 'order_change' | 'product_unsatisfactory' | 'other';
  lines: readonly Omit<DocumentLine, 'working'>[];
  /** Before discounts and taxes. */
  subtotalMinor: bigint;
  /** What of the discounts goes back with the charges. */
  discountMinor: bigint;
  taxes: readonly DocumentTax[];
  totalMinor: bigint;
  /** How it is given back; `due` lowers what is still to be paid. */
  givenBack: readonly { kind: 'refund' | 'balance' | 'out_of_band' | 'due'; amountMinor: bigint }[];
};
