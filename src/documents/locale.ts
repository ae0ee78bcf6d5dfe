import { type Currency, currencyExponent } from '../domain/money/currency.ts';
import { majorText } from '../domain/money/money.ts';
import { dictionary, type Labels, type Language } from './labels/index.ts';
import type { DocumentPeriod } from './model.ts';
import { plainText } from './text.ts';

/** How a document speaks: its words, and how it writes money, numbers and days. */
export type Speech = {
  language: Language;
  direction: 'ltr' | 'rtl';
  labels: Labels;
  /** Text that people wrote, as one line whose direction is its own: a street does not turn around its number. */
  own(text: string): string;
  money(amountMinor: bigint): string;
  /** A price of a part of a unit has more decimals than the currency. */
  price(major: string): string;
  quantity(decimal: string): string;
  percent(decimal: string): string;
  /** The day on which the instant lies for the buyer. */
  day(at: Date): string;
  /** A day that is written as one: "2026-01-15". */
  namedDay(day: string): string;
  /** From the first to the last day: a period ends before its end. */
  period(period: DocumentPeriod): string;
  country(code: string): string;
};

/** Written from right to left. */
const rightToLeft: ReadonlySet<Language> = new Set(['ar', 'he']);

/** Numbers are always in these digits, and days of this calendar: a number is looked up as it is written. */
const everywhere = { numberingSystem: 'latn' } as const;
const civil = { ...everywhere, calendar: 'gregory', year: 'numeric', day: 'numeric' } as const;

type Decimal = Intl.StringNumericLiteral;

/** Reads a BCP 47 tag; a language that documents do not speak is answered in English. */
export function speechOf(tag: string, zone: string, currency: Currency): Speech {
  const locale = localeOf(tag);
  const language = locale.language as Language;
  const digits = currencyExponent(currency);
  const inCurrency = { ...everywhere, style: 'currency', currency, minimumFractionDigits: digits } as const;
  const money = new Intl.NumberFormat(locale, { ...inCurrency, maximumFractionDigits: digits });
  const price = new Intl.NumberFormat(locale, { ...inCurrency, maximumFractionDigits: 20 });
  const quantity = new Intl.NumberFormat(locale, { ...everywhere, maximumFractionDigits: 20 });
  const percent = new Intl.NumberFormat(locale, {
    ...everywhere,
    style: 'unit',
    unit: 'percent',
    maximumFractionDigits: 20,
  });
  const month = cjk.has(language) ? 'long' : 'short';
  const day = new Intl.DateTimeFormat(locale, { ...civil, month, timeZone: zone });
  const namedDay = new Intl.DateTimeFormat(locale, { ...civil, month, timeZone: 'UTC' });
  const direction = rightToLeft.has(language) ? 'rtl' : 'ltr';
  const regions = new Intl.DisplayNames(locale, { type: 'region', fallback: 'code' });
  return {
    language,
    direction,
    labels: dictionary[language],
    own: (text) => (direction === 'rtl' ? `\u2068${plainText(text)}\u2069` : plainText(text)),
    money: (amountMinor) => withMinus(money.format(majorText({ amountMinor, currency }) as Decimal)),
    price: (major) => withMinus(price.format(major as Decimal)),
    quantity: (decimal) => written(quantity.format(decimal as Decimal)),
    percent: (decimal) => written(percent.format(decimal as Decimal)),
    day: (at) => written(day.format(at)),
    namedDay: (text) => written(namedDay.format(new Date(`${text}T00:00:00Z`))),
    period: ({ startAt, endAt }) => written(day.formatRange(startAt, new Date(endAt.getTime() - 1))),
    country: (code) => regions.of(code) ?? code,
  };
}

const cjk: ReadonlySet<Language> = new Set(['ja', 'zh']);

function localeOf(tag: string): Intl.Locale {
  const known = isTag(tag) ? new Intl.Locale(tag) : undefined;
  return known !== undefined && known.language in dictionary ? known : new Intl.Locale('en');
}

function isTag(tag: string): boolean {
  try {
    return Intl.getCanonicalLocales(tag).length === 1;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

/** A minus as wide as a digit, where the locale writes the shorter hyphen. */
function withMinus(text: string): string {
  return written(text).replace('-', '\u2212');
}

/** Narrow spaces are in few fonts. Those that stay keep a number in one line. */
function written(text: string): string {
  return text.replace(/[\u2009\u202f]/g, '\u00a0');
}
