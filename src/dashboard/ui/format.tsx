import { createContext, type ReactNode, useContext, useMemo } from 'react';
import { I18nProvider } from 'react-aria-components';
import { currencyDigits, decimalOf } from './currency.ts';

/** How amounts, numbers and dates are written: by the locale of whoever reads, in the customer's zone or an operator's own. */
export type Formats = {
  locale: string;
  zone: string;
  /** An amount of minor units with its currency: `$1,234.56`. */
  money(minor: number, currency: string, options?: MoneyOptions): string;
  /** A price in major units, an exact decimal text, with all of its digits: `$0.0025`. */
  price(major: string, currency: string): string;
  /** A number or an exact decimal text, to at most `digits` fraction digits (6 unless said). */
  number(value: number | string, options?: Intl.NumberFormatOptions): string;
  date(at: string | Date, options?: Intl.DateTimeFormatOptions): string;
  /** A calendar day that is no instant, such as `2013-03-04`. */
  day(on: string, options?: Intl.DateTimeFormatOptions): string;
};

export type MoneyOptions = {
  /** Writes `+` before what is above zero, for differences. */
  signed?: boolean;
  /** Whole units only, or thousands as `12K`: for axes and rough figures. */
  compact?: boolean;
};

const dateOnly: Intl.DateTimeFormatOptions = { dateStyle: 'medium' };

// Making a formatter takes a hundred times as long as using one.
const numberFormats = new Map<string, Intl.NumberFormat>();
function numberFormat(locale: string, options: Intl.NumberFormatOptions): Intl.NumberFormat {
  const key = `${locale} ${JSON.stringify(options)}`;
  const known = numberFormats.get(key);
  if (known !== undefined) return known;
  const made = new Intl.NumberFormat(locale, options);
  numberFormats.set(key, made);
  return made;
}

const dateFormats = new Map<string, Intl.DateTimeFormat>();
function dateFormat(locale: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${locale} ${JSON.stringify(options)}`;
  const known = dateFormats.get(key);
  if (known !== undefined) return known;
  const made = new Intl.DateTimeFormat(locale, options);
  dateFormats.set(key, made);
  return made;
}

/** A locale or zone that this browser does not know must not take the page down. */
function usable(locale: string, zone: string): { locale: string; zone: string } {
  try {
    new Intl.DateTimeFormat(locale, { timeZone: zone });
    return { locale, zone };
  } catch {
    return { locale: 'en', zone: 'UTC' };
  }
}

export function createFormats(wantedLocale: string, wantedZone: string): Formats {
  const { locale, zone } = usable(wantedLocale, wantedZone);
  return {
    locale,
    zone,
    money(minor, currency, { signed = false, compact = false } = {}) {
      const digits = currencyDigits(currency);
      const format = numberFormat(locale, {
        style: 'currency',
        currency,
        ...(compact
          ? { notation: 'compact', maximumFractionDigits: 1 }
          : { minimumFractionDigits: digits, maximumFractionDigits: digits }),
        signDisplay: signed ? 'exceptZero' : 'auto',
      });
      // As text, since a decimal of 16 digits does not fit into a number.
      return format.format(decimalOf(minor, currency) as Intl.StringNumericLiteral);
    },
    price(major, currency) {
      const digits = currencyDigits(currency);
      const options = {
        style: 'currency',
        currency,
        minimumFractionDigits: digits,
        maximumFractionDigits: 12,
      } as const;
      return numberFormat(locale, options).format(major as Intl.StringNumericLiteral);
    },
    number(value, options = {}) {
      const format = numberFormat(locale, { maximumFractionDigits: 6, ...options });
      return format.format(value as Intl.StringNumericLiteral | number);
    },
    date(at, options = dateOnly) {
      return dateFormat(locale, { ...options, timeZone: zone }).format(new Date(at));
    },
    day(on, options = dateOnly) {
      return dateFormat(locale, { ...options, timeZone: 'UTC' }).format(new Date(`${on}T00:00:00Z`));
    },
  };
}

/** The zone of whoever reads: that of operators' pages. */
export const browserZone = () => Intl.DateTimeFormat().resolvedOptions().timeZone;
const FormatContext = createContext<Formats>(createFormats(navigator.language, browserZone()));

export function FormatProvider({ locale, zone, children }: { locale: string; zone: string; children: ReactNode }) {
  const formats = useMemo(() => createFormats(locale, zone), [locale, zone]);
  return (
    <I18nProvider locale={formats.locale}>
      <FormatContext.Provider value={formats}>{children}</FormatContext.Provider>
    </I18nProvider>
  );
}

export function useFormats(): Formats {
  return useContext(FormatContext);
}

/** An amount of minor units, such as `<Money minor={538878} currency="USD" />`. */
export function Money({ minor, currency, ...options }: { minor: number; currency: string } & MoneyOptions) {
  return <span className="number">{useFormats().money(minor, currency, options)}</span>;
}

/** A quantity, exact decimal text or number, with its unit: `<Quantity value="281373" unit="departures" />`. */
export function Quantity({ value, unit, digits = 6 }: { value: number | string; unit?: string; digits?: number }) {
  const text = useFormats().number(value, { maximumFractionDigits: digits });
  return (
    <span className="number">
      {text}
      {unit !== undefined && ` ${unit}`}
    </span>
  );
}

/** An instant in the page's zone unless another is given: the day, or with `time` the minute as well; the zone is in its title. */
export function When({ at, zone, time = false }: { at: string; zone?: string; time?: boolean }) {
  const own = useFormats();
  const formats = zone === undefined || zone === own.zone ? own : createFormats(own.locale, zone);
  const options: Intl.DateTimeFormatOptions = time
    ? { dateStyle: 'medium', timeStyle: 'short' }
    : { dateStyle: 'medium' };
  return (
    <time dateTime={at} title={instantText(formats, at)} className="number">
      {formats.date(at, options)}
    </time>
  );
}

/** An instant to the second, with its zone. */
export function instantText(formats: Formats, at: string): string {
  return `${formats.date(at, { dateStyle: 'full', timeStyle: 'long' })} (${formats.zone})`;
}

/** A calendar day without a time, such as the one by which an invoice is to be paid. */
export function Day({ on }: { on: string }) {
  return (
    <time dateTime={on} className="number">
      {useFormats().day(on)}
    </time>
  );
}

/** A service period, half-open: its last day is the one before `endAt`. */
export function Period({ startAt, endAt, zone }: { startAt: string; endAt: string; zone?: string }) {
  const own = useFormats();
  const formats = zone === undefined || zone === own.zone ? own : createFormats(own.locale, zone);
  return <span className="number">{periodText(formats, startAt, endAt)}</span>;
}

/** `October 2013` for a calendar month, else both its first and its last day. */
export function periodText(formats: Formats, startAt: string, endAt: string): string {
  const last = new Date(new Date(endAt).getTime() - 1);
  const dayOf = (at: string | Date) => createFormats('en-GB', formats.zone).date(at, { day: 'numeric' });
  const monthOf = (at: string | Date) => formats.date(at, { year: 'numeric', month: 'long' });
  if (dayOf(startAt) === '1' && dayOf(endAt) === '1' && monthOf(startAt) === monthOf(last)) return monthOf(startAt);
  return `${formats.date(startAt)} – ${formats.date(last)}`;
}
