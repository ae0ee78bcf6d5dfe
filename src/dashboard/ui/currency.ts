/**
 * How many digits the minor unit of a currency has (ISO 4217). Browsers bring their own table, which follows how
 * amounts are usually written (no digits for AFN or LBP) and not how they are counted; so the exceptions stand here,
 * and a test holds them against the domain's.
 */
const none = new Set('BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF'.split(' '));
const three = new Set('BHD IQD JOD KWD LYD OMR TND'.split(' '));

export function currencyDigits(currency: string): number {
  if (none.has(currency)) return 0;
  return three.has(currency) ? 3 : 2;
}

/** An amount of minor units as an exact decimal text: 123456 USD is `1234.56`. */
export function decimalOf(minor: number, currency: string): string {
  const digits = currencyDigits(currency);
  const text = String(Math.abs(minor)).padStart(digits + 1, '0');
  const sign = minor < 0 ? '-' : '';
  if (digits === 0) return `${sign}${text}`;
  return `${sign}${text.slice(0, -digits)}.${text.slice(-digits)}`;
}
