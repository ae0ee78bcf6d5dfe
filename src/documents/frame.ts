import { addressLines } from './address.ts';
import { fill } from './labels/index.ts';
import type { Speech } from './locale.ts';
import type { CreditNoteDocument, DocumentParty, DocumentSeller, DocumentTax, InvoiceDocument } from './model.ts';
import type { Sheet, SheetTax } from './sheet.ts';
import { plainLines, plainText } from './text.ts';

type Any = InvoiceDocument | CreditNoteDocument;

/** Where paper is of the American size. */
const letterCountries: ReadonlySet<string> = new Set(['US', 'CA', 'MX', 'PH', 'CL', 'CO']);

/** What every document has: paper, fonts, parties, stamp, remarks and foot. */
export function frameOf(document: Any, title: string, speech: Speech) {
  const { seller, buyer, number, issuedAt } = document;
  const { labels } = speech;
  const shownNumber = number === null ? null : plainText(number);
  return {
    language: speech.language,
    direction: speech.direction,
    fonts: familiesOf(speech.language),
    paper: letterCountries.has(seller?.address?.country ?? '') ? 'us-letter' : 'a4',
    name: [title, shownNumber ?? labels.draft].join(' '),
    author: seller === null ? '' : plainText(seller.name),
    createdAt: utcParts(issuedAt),
    title,
    number: shownNumber,
    stamp: stampOf(document, speech),
    parties: [
      ...(seller === null
        ? []
        : [{ label: labels.from, name: speech.own(seller.name), lines: partyLines(seller, speech) }]),
      { label: labels.billTo, name: speech.own(buyer.name), lines: partyLines(buyer, speech) },
    ],
    footer: plainLines(seller?.footer ?? null).map(speech.own),
    page: labels.page,
  } satisfies Partial<Sheet>;
}

const latin = 'Inter';
const others = ['Vazirmatn', 'Noto Sans Hebrew', 'Noto Sans Thai', 'Noto Sans Devanagari'];

/** One character is written in other ways in Japan, China and Korea, so that the language says which font is asked first. */
function familiesOf(language: string): string[] {
  const [first, ...rest] = ['Noto Sans JP', 'Noto Sans SC', 'Noto Sans KR'] as const;
  const eastAsian = language === 'zh' ? ['Noto Sans SC', first, 'Noto Sans KR'] : [first, ...rest];
  return [latin, ...others, ...eastAsian];
}

function utcParts(at: Date): number[] {
  return [
    at.getUTCFullYear(),
    at.getUTCMonth() + 1,
    at.getUTCDate(),
    at.getUTCHours(),
    at.getUTCMinutes(),
    at.getUTCSeconds(),
  ];
}

function stampOf({ stamp }: Any, { labels }: Speech): Sheet['stamp'] {
  if (stamp === null) return null;
  if (stamp.kind === 'paid') return { text: labels.paid, tone: 'good', isOverAll: false };
  const isDraft = stamp.kind === 'draft';
  return { text: isDraft ? labels.draft : labels.void, tone: isDraft ? 'neutral' : 'bad', isOverAll: true };
}

function partyLines(party: DocumentParty | DocumentSeller, speech: Speech): string[] {
  const { labels, own } = speech;
  const labelled = (label: string, value: string) => `${label}: ${own(value)}`;
  return [
    ...addressLines(party.address, speech),
    ...(party.email === null ? [] : [own(party.email)]),
    ...party.taxIds.map((value) => labelled(labels.taxId, value)),
    ...(party.registration === null ? [] : [labelled(labels.registration, party.registration)]),
  ];
}

/** The table of taxes: what an auditor and the buyer's own books need. */
export function taxTable(taxes: readonly DocumentTax[], speech: Speech): Sheet['taxes'] {
  if (taxes.length === 0) return null;
  const { labels, money, percent, own } = speech;
  const rows = taxes.map(
    (tax): SheetTax => ({
      name: tax.isInclusive ? `${own(tax.name)} (${labels.taxIncluded})` : own(tax.name),
      rate: percent(tax.percentage),
      taxable: money(tax.taxableMinor),
      amount: money(tax.amountMinor),
    }),
  );
  return { title: labels.taxSummary, columns: [labels.tax, labels.rate, labels.taxable, labels.amount], rows };
}

export function remarksOf(document: Any, { labels, own }: Speech): { label: string; lines: string[] }[] {
  const { taxNote, memo, seller } = document;
  const law = taxNote === null ? [] : [taxNote.kind === 'exempt' ? labels.exempt : labels.reverseCharge];
  const reason = plainLines(taxNote?.reason ?? null).map(own);
  return [
    { label: labels.tax, lines: [...law, ...reason] },
    { label: labels.note, lines: plainLines(memo).map(own) },
    { label: labels.bankDetails, lines: plainLines(seller?.bankDetails ?? null).map(own) },
  ].filter(({ lines }) => lines.length > 0);
}

/** The rates of a line: "19 %", or two with a plus between. */
export function ratesText(rates: readonly string[], { percent }: Speech): string {
  return rates.map(percent).join(' + ');
}

export function columnsOf({ labels }: Speech, currency: string): string[] {
  return [labels.description, labels.quantity, labels.unitPrice, labels.tax, `${labels.amount} (${currency})`];
}

export function discountDetail(discountMinor: bigint, { labels, money }: Speech): string[] {
  return discountMinor === 0n ? [] : [`${labels.discount} ${money(-discountMinor)}`];
}

export function paidSentence(amount: string, date: string, { labels }: Speech): string {
  return fill(labels.amountPaidOn, { amount, date });
}
