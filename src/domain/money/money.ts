import { DurabillError } from '../../errors/error.ts';
import { type Currency, currencyExponent } from './currency.ts';
import { type Exact, ratio, zero } from './exact.ts';

/** An amount in the currency's minor unit (cents for USD), as an integer that fits PostgreSQL's BIGINT. */
export type Money = { readonly amountMinor: bigint; readonly currency: Currency };

const largestMinor = 2n ** 63n - 1n;

/** @throws DurabillError amount-out-of-range */
export function money(amountMinor: bigint, currency: Currency): Money {
  return { amountMinor: inRange(amountMinor, currency), currency };
}

function inRange(amountMinor: bigint, currency: Currency): bigint {
  if (amountMinor > largestMinor || amountMinor < -largestMinor - 1n) {
    throw new DurabillError('amount-out-of-range', {
      reason: `An amount of ${currency} with ${String(amountMinor).length} digits does not fit 64 bits of minor units.`,
    });
  }
  return amountMinor;
}

/** @throws DurabillError currency-mismatch, amount-out-of-range */
export function add(a: Money, b: Money): Money {
  requireSame(a.currency, b.currency);
  return money(a.amountMinor + b.amountMinor, a.currency);
}

/** @throws DurabillError currency-mismatch, amount-out-of-range */
export function subtract(a: Money, b: Money): Money {
  requireSame(a.currency, b.currency);
  return money(a.amountMinor - b.amountMinor, a.currency);
}

/**
 * The sum of a list, zero for an empty one. Only the result has to be in range, so that the order does not matter.
 * @throws DurabillError currency-mismatch, amount-out-of-range
 */
export function sum(list: Iterable<Money>, currency: Currency): Money {
  let totalMinor = 0n;
  for (const item of list) {
    requireSame(item.currency, currency);
    totalMinor += item.amountMinor;
  }
  return money(totalMinor, currency);
}

function requireSame(a: Currency, b: Currency): void {
  if (a !== b) throw new DurabillError('currency-mismatch', { reason: `${a} and ${b} cannot be added.` });
}

/**
 * The one rounding of Durabill: major units (dollars) to whole minor units (cents), half away from zero, as finance
 * teams and PostgreSQL's round(numeric) do. Nothing is rounded before it, so that a prorated third is rounded once and
 * not twice.
 * @throws DurabillError amount-out-of-range
 */
export function round(exactMajor: Exact, currency: Currency): bigint {
  const dividend = exactMajor.n * 10n ** BigInt(currencyExponent(currency));
  const rounded = (2n * dividend + exactMajor.d) / (2n * exactMajor.d);
  return inRange(exactMajor.s < 0n ? -rounded : rounded, currency);
}

/**
 * Splits a total by weights so that the parts add up to it exactly: each part is cut down to whole minor units, and
 * the units left over go one each to the largest remainders, the earliest first among equals. A negative total is
 * split as its positive would be. A weight of zero gets nothing, unless all are zero: then all count the same, since
 * the total must not vanish.
 */
export function allocate(totalMinor: bigint, weights: readonly Exact[]): bigint[] {
  if (weights.length === 0 && totalMinor !== 0n) throw new RangeError('An amount cannot be split among nobody.');
  const shares = equalIfAllZero(wholeWeights(weights));
  const whole = shares.reduce((a, b) => a + b, 0n);
  const total = magnitude(totalMinor);

  const parts = shares.map((share) => (total * share) / whole);
  const left = Number(total - parts.reduce((a, b) => a + b, 0n));
  shares
    .map((share, index) => ({ index, remainder: (total * share) % whole }))
    .sort((a, b) => (a.remainder === b.remainder ? a.index - b.index : a.remainder > b.remainder ? -1 : 1))
    .slice(0, left)
    .forEach(({ index }) => {
      parts[index]! += 1n;
    });
  return totalMinor < 0n ? parts.map((part) => -part) : parts;
}

/** The weights as integers over one common denominator. */
function wholeWeights(weights: readonly Exact[]): bigint[] {
  if (weights.some((weight) => weight.lt(zero))) throw new RangeError('A weight cannot be negative.');
  const common = weights.reduce((product, { d }) => (product % d === 0n ? product : product * d), 1n);
  return weights.map(({ n, d }) => n * (common / d));
}

function equalIfAllZero(shares: bigint[]): bigint[] {
  return shares.every((share) => share === 0n) ? shares.map(() => 1n) : shares;
}

function magnitude(value: bigint): bigint {
  return value < 0n ? -value : value;
}

/** The amount in major units as an exact number. */
export function exactMajor({ amountMinor, currency }: Money): Exact {
  return ratio(amountMinor, 10n ** BigInt(currencyExponent(currency)));
}

/** The amount in major units as a plain decimal with all digits of the currency: "1234.50", "-0.05", "500" (JPY). */
export function majorText({ amountMinor, currency }: Money): string {
  const exponent = currencyExponent(currency);
  const digits = String(magnitude(amountMinor)).padStart(exponent + 1, '0');
  const sign = amountMinor < 0n ? '-' : '';
  const point = digits.length - exponent;
  return exponent === 0 ? sign + digits : `${sign}${digits.slice(0, point)}.${digits.slice(point)}`;
}

/** For people, the same in every locale: "USD 1,234.50", "JPY -500". */
export function formatMoney(m: Money): string {
  const [whole = '', fraction] = majorText(m).split('.');
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ',');
  return `${m.currency} ${fraction === undefined ? grouped : `${grouped}.${fraction}`}`;
}
