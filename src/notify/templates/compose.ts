import { type Currency, currencyExponent } from '../../domain/money/currency.ts';
import { majorText } from '../../domain/money/money.ts';
import { de } from './de.ts';
import { en } from './en.ts';
import type { Facts, MailKind, Words } from './words.ts';

/** By language of BCP 47 without region. A language that is added here is spoken from then on. */
const dictionaries: Record<string, Words> = { en, de };

/** What a mail is made from. */
export type MailSubject = {
  kind: MailKind;
  /** BCP 47, such as `de-AT`; English where nobody here speaks it. */
  language: string;
  customer: { name: string };
  invoice: {
    number: string;
    currency: Currency;
    totalMinor: bigint;
    paidMinor: bigint;
    /** YYYY-MM-DD in the customer's calendar. */
    dueOn: string | null;
    /** Where it can be seen and paid. */
    url: string | null;
  };
  ordinal: number | null;
  seller: string;
};

export type Composed = { subject: string; text: string; html: string; language: string };

/** The subject and both forms of a mail. Pure: the same input gives the same mail. */
export function composeMail(mail: MailSubject): Composed {
  const { kind, invoice, language, customer, seller, ordinal } = mail;
  const spoken = languageFor(language);
  const words = dictionaries[spoken.words] as Words;
  const isPaid = kind === 'payment-received';
  const openMinor = invoice.totalMinor - invoice.paidMinor;
  const facts: Facts = {
    name: customer.name,
    number: invoice.number,
    amount: amountText(isPaid ? invoice.totalMinor : openMinor, invoice.currency, spoken.locale),
    dueOn: invoice.dueOn === null ? '' : dayText(invoice.dueOn, spoken.locale),
    ordinal: ordinal ?? 1,
    seller,
  };
  const rows: [string, string][] = [
    [words.labels.number, facts.number],
    [isPaid ? words.labels.paid : words.labels.open, facts.amount],
    ...(isPaid || facts.dueOn === '' ? [] : [[words.labels.dueOn, facts.dueOn] as [string, string]]),
  ];
  const parts: Parts = {
    greeting: words.greeting(facts),
    paragraphs: words.paragraphs[kind](facts),
    rows,
    link: invoice.url === null ? undefined : { url: invoice.url, label: isPaid ? words.button.see : words.button.pay },
    end: words.end(facts),
  };
  const subject = oneLine(words.subject[kind](facts));
  return { subject, text: textOf(parts), html: htmlOf(parts, spoken.words), language: spoken.words };
}

type Parts = {
  greeting: string;
  paragraphs: string[];
  rows: [label: string, value: string][];
  link: { url: string; label: string } | undefined;
  end: string;
};

/** A region that is known keeps its way to write amounts and days. */
function languageFor(tag: string): { words: string; locale: string } {
  const words = tag.toLowerCase().split('-')[0] ?? '';
  if (!Object.hasOwn(dictionaries, words)) return { words: 'en', locale: 'en' };
  try {
    return { words, locale: Intl.getCanonicalLocales(tag)[0] ?? words };
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return { words, locale: words };
  }
}

/** Exact at any size: the formatter is given the decimal as text. */
function amountText(amountMinor: bigint, currency: Currency, locale: string): string {
  const digits = currencyExponent(currency);
  const format = new Intl.NumberFormat(locale, {
    style: 'currency',
    currency,
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
  return format.format(majorText({ amountMinor, currency }) as Intl.StringNumericLiteral);
}

function dayText(day: string, locale: string): string {
  return new Intl.DateTimeFormat(locale, { timeZone: 'UTC', dateStyle: 'long' }).format(new Date(`${day}T00:00:00Z`));
}

/** A name with a line end in it would begin another header. */
const oneLine = (text: string) => text.replaceAll(/\s+/g, ' ').trim();

function textOf({ greeting, paragraphs, rows, link, end }: Parts): string {
  const table = rows.map(([label, value]) => `${label}: ${value}`).join('\n');
  const blocks = [greeting, ...paragraphs, table, ...(link === undefined ? [] : [`${link.label}:\n${link.url}`]), end];
  return `${blocks.join('\n\n')}\n`;
}

const escapes: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
const escaped = (text: string) => text.replaceAll(/[&<>"']/g, (sign) => escapes[sign] as string);

/** Tables and inline styles: what mail programs agree on. */
function htmlOf({ greeting, paragraphs, rows, link, end }: Parts, language: string): string {
  const paragraph = (text: string) => `<p style="margin:0 0 16px">${escaped(text).replaceAll('\n', '<br>')}</p>`;
  const cells = rows.map(
    ([label, value]) =>
      `<tr><td style="padding:4px 24px 4px 0;color:#5f6b7a">${escaped(label)}</td><td style="padding:4px 0"><strong>${escaped(value)}</strong></td></tr>`,
  );
  const isWeb = link !== undefined && /^https?:\/\//.test(link.url);
  const button = isWeb
    ? `<p style="margin:24px 0"><a href="${escaped(link.url)}" style="background:#1f3a5f;color:#ffffff;padding:12px 20px;border-radius:4px;text-decoration:none;display:inline-block">${escaped(link.label)}</a></p>`
    : '';
  return `<!doctype html>
<html lang="${language}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"></head>
<body style="margin:0;background:#f4f5f7"><table role="presentation" width="100%" cellpadding="0" cellspacing="0"><tr><td align="center" style="padding:24px">
<table role="presentation" width="560" cellpadding="0" cellspacing="0" style="max-width:560px;background:#ffffff;border-radius:6px"><tr><td style="padding:32px;font:16px/1.5 -apple-system,Segoe UI,Helvetica,Arial,sans-serif;color:#1c2733">
${[greeting, ...paragraphs].map(paragraph).join('\n')}
<table role="presentation" cellpadding="0" cellspacing="0" style="margin:0 0 16px">${cells.join('')}</table>
${button}
${paragraph(end)}
</td></tr></table></td></tr></table></body></html>
`;
}
