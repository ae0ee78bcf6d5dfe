import { type Currency, currencyExponent } from '../../domain/money/currency.ts';
import { majorText } from '../../domain/money/money.ts';
import { de } from './de.ts';
import { en } from './en.ts';
import { htmlOf, oneLine, type Parts, textOf } from './frame.ts';
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
