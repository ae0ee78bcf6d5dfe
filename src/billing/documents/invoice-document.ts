import type { DocumentLine, DocumentStamp, InvoiceDocument } from '../../documents/model.ts';
import type { DocumentFacts, DocumentLineFacts } from '../../store/document-facts.ts';
import { buyerOf, chargedTaxes, sellerOf, taxNoteOf } from './parties.ts';

/** What the books say of an invoice, as its document has it. */
export function invoiceDocumentOf(facts: DocumentFacts): InvoiceDocument {
  const { bill, parties, number, currency, zone } = facts;
  const ratesByLine = ratesOf(bill);
  return {
    language: parties.language,
    zone,
    currency,
    number,
    issuedAt: facts.issuedAt ?? facts.generatedAt,
    seller: parties.seller && sellerOf(parties.seller),
    buyer: buyerOf(parties.buyer),
    memo: parties.memo,
    stamp: stampOf(facts),
    taxNote: taxNoteOf(bill.taxes),
    servicePeriod: { startAt: facts.periodStartAt, endAt: facts.periodEndAt },
    paymentDueOn: facts.paymentDueOn,
    purchaseOrder: parties.purchaseOrder,
    replaces: facts.replaces,
    lines: facts.lines.map((line) => lineOf(line, facts, ratesByLine.get(line.id) ?? [])),
    subtotalMinor: bill.subtotalMinor,
    discounts: bill.discounts,
    taxes: chargedTaxes(bill.taxes),
    carriedMinor: bill.carriedMinor,
    // What was carried is told apart.
    credits: bill.credits.filter(({ source }) => source !== 'carried'),
    totalMinor: bill.totalMinor,
    paymentUrl: facts.paymentUrl,
  };
}

function stampOf({ lifecycle, payment, paidAt, issuedAt, generatedAt }: DocumentFacts): DocumentStamp | null {
  if (lifecycle === 'void') return { kind: 'void' };
  if (lifecycle === 'draft' || lifecycle === 'held') return { kind: 'draft' };
  // What credits have paid in full is paid from its issue on.
  return payment === 'paid' ? { kind: 'paid', paidAt: paidAt ?? issuedAt ?? generatedAt } : null;
}

/** The percentages on each line, in the order of the taxes. */
function ratesOf({ taxes, lineTaxes }: DocumentFacts['bill']): Map<string, string[]> {
  const byKey = new Map(chargedTaxes(taxes).map(({ key, percentage }) => [key, percentage]));
  const byLine = new Map<string, string[]>();
  for (const { lineId, key } of lineTaxes) {
    const percentage = byKey.get(key);
    if (percentage !== undefined) byLine.set(lineId, [...(byLine.get(lineId) ?? []), percentage]);
  }
  return byLine;
}

function lineOf(line: DocumentLineFacts, facts: DocumentFacts, taxRates: readonly string[]): DocumentLine {
  const {
    description,
    quantity,
    working,
    amountMinor,
    discountMinor,
    periodStartAt: startAt,
    periodEndAt: endAt,
  } = line;
  const isItsOwn =
    startAt?.getTime() !== facts.periodStartAt.getTime() || endAt?.getTime() !== facts.periodEndAt.getTime();
  const period = startAt && endAt && isItsOwn ? { startAt, endAt } : null;
  return { description, period, quantity, working, amountMinor, discountMinor, taxRates };
}
