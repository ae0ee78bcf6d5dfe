import { columnsOf, discountDetail, frameOf, ratesText, remarksOf, taxTable } from './frame.ts';
import { fill, type Labels } from './labels/index.ts';
import { type Speech, speechOf } from './locale.ts';
import type { CreditNoteDocument } from './model.ts';
import type { Entry, Sheet } from './sheet.ts';

/** A credit note as it is set. Its amounts are written as what is given back, above zero. */
export function creditNoteSheet(note: CreditNoteDocument): Sheet {
  const speech = speechOf(note.language, note.zone, note.currency);
  const { labels, money, quantity, period, own } = speech;
  return {
    ...frameOf(note, labels.creditNote, speech),
    meta: metaOf(note, speech),
    headline: { text: fill(labels.amountCredited, { amount: money(note.totalMinor) }), link: null },
    columns: columnsOf(speech, note.currency),
    rows: note.lines.map((line) => ({
      description: own(line.description),
      details: [...(line.period === null ? [] : [period(line.period)]), ...discountDetail(line.discountMinor, speech)],
      quantity: line.quantity === null ? '' : quantity(line.quantity),
      unitPrice: '',
      tax: ratesText(line.taxRates, speech),
      amount: money(line.amountMinor),
    })),
    totals: totalsOf(note, speech),
    taxes: taxTable(note.taxes, speech),
    remarks: remarksOf(note, speech),
  };
}

const reasons = {
  duplicate: 'duplicate',
  fraudulent: 'fraudulent',
  order_change: 'orderChange',
  product_unsatisfactory: 'unsatisfactory',
  other: 'otherReason',
} as const satisfies Record<CreditNoteDocument['reason'], keyof Labels>;

function metaOf(note: CreditNoteDocument, { labels, day, own }: Speech): Entry[] {
  const { number, issuedAt, invoice, reason } = note;
  return [
    ...(number === null ? [] : [{ label: labels.creditNoteNumber, value: own(number) }]),
    { label: labels.issuedOn, value: day(issuedAt) },
    { label: labels.forInvoice, value: `${own(invoice.number)} (${day(invoice.issuedAt)})` },
    { label: labels.reason, value: labels[reasons[reason]] },
  ];
}

function totalsOf(note: CreditNoteDocument, { labels, money, percent, own }: Speech): Sheet['totals'] {
  const ways = {
    refund: labels.refunded,
    balance: labels.toBalance,
    out_of_band: labels.outOfBand,
    due: labels.lowersDue,
  };
  const plain = (label: string, amountMinor: bigint) => ({
    label,
    value: money(amountMinor),
    weight: 'plain' as const,
  });
  return [
    plain(labels.subtotal, note.subtotalMinor),
    ...(note.discountMinor === 0n ? [] : [plain(labels.discount, -note.discountMinor)]),
    ...note.taxes
      .filter(({ isInclusive }) => !isInclusive)
      .map(({ name, percentage, amountMinor }) => plain(`${own(name)} ${percent(percentage)}`, amountMinor)),
    { label: labels.total, value: money(note.totalMinor), weight: 'due' },
    ...note.givenBack.map(({ kind, amountMinor }) => plain(ways[kind], amountMinor)),
  ];
}
