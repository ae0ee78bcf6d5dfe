import { DurabillError } from '../../errors/error.ts';
import { shown } from '../../errors/shown.ts';

/** An upper-case ISO 4217 code that `parseCurrency` has checked. */
export type Currency = string & { readonly __currency: never };

/**
 * The currencies in use by their number of minor digits: ISO 4217 list one, published 1 January 2026 by its maintenance
 * agency (SIX, https://www.six-group.com/en/products-services/financial-information/data-standards.html).
 * Left out are the codes in which nobody is billed: funds and units of account (BOV, CHE, CHW, CLF, COU, MXV, USN, UYI,
 * UYW, XAD, XDR, XSU, XUA, XBA to XBD), metals, the test code and "no currency".
 */
const codesByExponent: ReadonlyMap<number, string> = new Map([
  [0, 'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF'],
  [
    2,
    `AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CNY COP CRC CUP
     CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES
     KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK
     NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB
     TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VED VES WST XCD XCG YER ZAR ZMW ZWG`,
  ],
  [3, 'BHD IQD JOD KWD LYD OMR TND'],
]);

const exponents: ReadonlyMap<string, number> = new Map(
  [...codesByExponent].flatMap(([exponent, codes]) => codes.split(/\s+/).map((code) => [code, exponent] as const)),
);

/** Every currency that can be billed, in order of its code. */
export const currencies: readonly Currency[] = [...exponents.keys()].sort() as Currency[];

/**
 * Reads an ISO 4217 code in upper or lower case (Stripe writes "usd").
 * @throws DurabillError currency-unknown
 */
export function parseCurrency(code: string, field?: string): Currency {
  const upper = typeof code === 'string' && /^[A-Za-z]{3}$/.test(code) ? code.toUpperCase() : undefined;
  if (upper === undefined || !exponents.has(upper)) {
    throw new DurabillError('currency-unknown', {
      ...(field && { field }),
      reason: `"${shown(code, 20)}" is not a currency in use under ISO 4217.`,
    });
  }
  return upper as Currency;
}

/** How many decimal digits the currency's minor unit has: USD 2, JPY 0, KWD 3. */
export function currencyExponent(currency: Currency): number {
  const exponent = exponents.get(currency);
  if (exponent === undefined) throw new TypeError(`${currency} did not come from parseCurrency.`);
  return exponent;
}

/**
 * Where Stripe's amounts do not follow ISO 4217 (https://docs.stripe.com/currencies, "zero-decimal" and "special
 * cases"): ISK and UGX have no minor unit any more but are still sent with two digits, always 00; the ariary's fifths
 * are unknown to Stripe, which takes whole MGA. HUF and TWD have two digits when charged; only payouts differ.
 */
const stripeExponents: ReadonlyMap<string, number> = new Map([
  ['ISK', 2],
  ['UGX', 2],
  ['MGA', 0],
]);

/** How many decimal digits Stripe's `amount` has in this currency. */
export function stripeExponent(currency: Currency): number {
  return stripeExponents.get(currency) ?? currencyExponent(currency);
}
