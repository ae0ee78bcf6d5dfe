import type { CreditNoteDocument } from '../../documents/model.ts';
import type { CreditNoteFacts } from '../../store/credit-note-facts.ts';
import { buyerOf, chargedTaxes, sellerOf, taxNoteOf } from './parties.ts';

/** What the books say of a credit note, as its document has it. */
export function creditNoteDocumentOf(facts: CreditNoteFacts): CreditNoteDocument {
  const { parties, taxes, number, currency, zone, issuedAt, memo, reason } = facts;
  const charged = chargedTaxes(taxes);
  return {
    language: parties.language,
    zone,
    currency,
    number,
    issuedAt,
    seller: parties.seller && sellerOf(parties.seller),
    buyer: buyerOf(parties.buyer),
    memo,
    stamp: null,
    taxNote: taxNoteOf(taxes),
    invoice: { number: facts.invoiceNumber, issuedAt: facts.invoiceIssuedAt },
    reason,
    lines: facts.lines.map(({ taxKeys, ...line }) => ({
      ...line,
      period: null,
      taxRates: charged.filter(({ key }) => taxKeys.includes(key)).map(({ percentage }) => percentage),
    })),
    subtotalMinor: facts.subtotalMinor,
    discountMinor: facts.discountMinor,
    taxes: charged,
    totalMinor: facts.totalMinor,
    givenBack: waysOf(facts),
  };
}

function waysOf({ dueMinor, refundMinor, outOfBandMinor, balanceMinor }: CreditNoteFacts) {
  const ways: CreditNoteDocument['givenBack'] = [
    { kind: 'due', amountMinor: dueMinor },
    { kind: 'refund', amountMinor: refundMinor },
    { kind: 'out_of_band', amountMinor: outOfBandMinor },
    { kind: 'balance', amountMinor: balanceMinor },
  ];
  return ways.filter(({ amountMinor }) => amountMinor > 0n);
}
