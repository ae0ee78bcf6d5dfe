import { columnsOf, discountDetail, frameOf, paidSentence, ratesText, remarksOf, taxTable } from './frame.ts';
import { fill } from './labels/index.ts';
import { type Speech, speechOf } from './locale.ts';
import type { DocumentLine, InvoiceDocument } from './model.ts';
import type { Entry, Sheet, SheetRow } from './sheet.ts';
import { unitPriceOf, workingDetails } from './working.ts';

/** An invoice as it is set. */
export function invoiceSheet(invoice: InvoiceDocument): Sheet {
  const speech = speechOf(invoice.language, invoice.zone, invoice.currency);
  return {
    ...frameOf(invoice, speech.labels.invoice, speech),
    meta: metaOf(invoice, speech),
    headline: headlineOf(invoice, speech),
    columns: columnsOf(speech, invoice.currency),
    rows: invoice.lines.map((line) => rowOf(line, speech)),
    totals: totalsOf(invoice, speech),
    taxes: taxTable(invoice.taxes, speech),
    remarks: remarksOf(invoice, speech),
  };
}

function metaOf(invoice: InvoiceDocument, { labels, day, namedDay, period, own }: Speech): Entry[] {
  const { number, issuedAt, paymentDueOn, servicePeriod, purchaseOrder, replaces } = invoice;
  const entries: [label: string, value: string | null][] = [
    [labels.invoiceNumber, number && own(number)],
    [labels.issuedOn, number === null ? null : day(issuedAt)],
    [labels.dueOn, paymentDueOn && namedDay(paymentDueOn)],
    [labels.servicePeriod, servicePeriod && period(servicePeriod)],
    [labels.purchaseOrder, purchaseOrder && own(purchaseOrder)],
    [labels.replaces, replaces && own(replaces)],
  ];
  return entries.flatMap(([label, value]) => (value ? [{ label, value }] : []));
}

function headlineOf(invoice: InvoiceDocument, speech: Speech): Sheet['headline'] {
  const { labels, money, day, namedDay } = speech;
  const { stamp, totalMinor, paymentDueOn, paymentUrl } = invoice;
  const amount = money(totalMinor);
  if (stamp?.kind === 'paid') {
    return {
      text: totalMinor === 0n ? labels.nothingDue : paidSentence(amount, day(stamp.paidAt), speech),
      link: null,
    };
  }
  if (stamp?.kind === 'void' || totalMinor === 0n) return { text: labels.nothingDue, link: null };
  const text = paymentDueOn ? fill(labels.amountDueOn, { amount, date: namedDay(paymentDueOn) }) : amount;
  const isPayable = stamp === null && paymentUrl !== null;
  return { text, link: isPayable ? { label: labels.payOnline, url: paymentUrl } : null };
}

function rowOf(line: DocumentLine, speech: Speech): SheetRow {
  const { quantity, money, period, own } = speech;
  return {
    description: own(line.description),
    details: [
      ...(line.period === null ? [] : [period(line.period)]),
      ...workingDetails(line.working, speech),
      ...discountDetail(line.discountMinor, speech),
    ],
    quantity: line.quantity === null ? '' : quantity(line.quantity),
    unitPrice: unitPriceOf(line.working, speech) ?? '',
    tax: ratesText(line.taxRates, speech),
    amount: money(line.amountMinor),
  };
}

/** The way to the total in the order in which it is computed; the total itself is what the taxes belong to. */
function totalsOf(invoice: InvoiceDocument, { labels, money, percent, own }: Speech): Sheet['totals'] {
  const plain = (label: string, amountMinor: bigint) => ({
    label,
    value: money(amountMinor),
    weight: 'plain' as const,
  });
  const discounted = invoice.discounts.map(({ name, amountMinor }) => plain(own(name), -amountMinor));
  const added = invoice.taxes.filter(({ isInclusive }) => !isInclusive);
  const taxed = added.map(({ name, percentage, amountMinor }) =>
    plain(`${own(name)} ${percent(percentage)}`, amountMinor),
  );
  const grossMinor =
    invoice.subtotalMinor - sumOf(invoice.discounts) + added.reduce((sum, { amountMinor }) => sum + amountMinor, 0n);
  const isPaid = invoice.stamp?.kind === 'paid' && invoice.totalMinor > 0n;
  return [
    plain(labels.subtotal, invoice.subtotalMinor),
    ...discounted,
    ...taxed,
    { label: labels.total, value: money(grossMinor), weight: 'strong' },
    ...(invoice.carriedMinor === 0n ? [] : [plain(labels.carried, invoice.carriedMinor)]),
    ...invoice.credits.map(({ name, amountMinor }) => plain(own(name), -amountMinor)),
    ...(isPaid ? [plain(labels.amountPaid, -invoice.totalMinor)] : []),
    { label: labels.amountDue, value: money(isPaid ? 0n : invoice.totalMinor), weight: 'due' },
  ];
}

function sumOf(list: readonly { amountMinor: bigint }[]): bigint {
  return list.reduce((sum, { amountMinor }) => sum + amountMinor, 0n);
}
