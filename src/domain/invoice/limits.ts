import { DurabillError } from '../../errors/error.ts';
import { type Currency, currencyExponent, parseCurrency } from '../money/currency.ts';
import { parseDecimal, zero } from '../money/exact.ts';
import { round } from '../money/money.ts';

/** Amounts in minor units by their currency; a currency that is not there has no bound. */
export type Bounds = ReadonlyMap<string, bigint>;

/** Lines of one invoice. A target that takes fewer is told of them by their prices; above these nobody reads it any more. */
export const linesPerInvoice = 10_000;

/** What the checks of a draft compare with. What an operator may set is everything but the number of lines. */
export type CheckLimits = {
  /** Lines that one invoice may have. */
  maxLines: number;
  /** A total above is held. */
  totalAboveMinor: Bounds;
  /** So many times the average of the customer's last periods is the most that is not held; 0 turns the check off. */
  jumpFactor: number;
  /** A rise of no more than this is never a jump; `defaultRiseMinor` where a currency is not named. */
  jumpAboveMinor: Bounds;
  /** Whether usage that a meter counts and no price bills is held, or noted only. */
  holdsUnpriced: boolean;
};

/** 100.00 dollars, 10,000 yen, 10.000 dinars: whoever pays so little more does not call. */
export const defaultRiseMinor = 10_000n;

/**
 * Reads amounts in major units by currency, such as "USD:1000000,JPY:150000000"; an empty text has none.
 * @throws DurabillError currency-unknown, decimal-invalid, amount-out-of-range, each with the entry at fault
 */
export function parseBounds(text: string): Bounds {
  const bounds = new Map<string, bigint>();
  for (const entry of text.split(',').map((part) => part.trim())) {
    if (entry === '') continue;
    const [code = '', amount = '', ...rest] = entry.split(':');
    const currency = parseCurrency(code.trim(), entry);
    if (bounds.has(currency)) refuse(entry, `${currency} is there twice.`);
    if (rest.length > 0) refuse(entry, `"${entry}" has more than one amount.`);
    bounds.set(currency, minorOf(amount.trim(), currency, entry));
  }
  return bounds;
}

/** A bound that was rounded would be another one than was written. */
function minorOf(amount: string, currency: Currency, entry: string): bigint {
  const major = parseDecimal(amount, entry);
  const digits = currencyExponent(currency);
  if (10n ** BigInt(digits) % major.d !== 0n)
    refuse(entry, `${currency} has ${digits} decimals, "${amount}" has more.`);
  if (major.lte(zero)) refuse(entry, `"${amount}" is not above zero.`);
  return round(major, currency);
}

function refuse(field: string, reason: string): never {
  throw new DurabillError('decimal-invalid', { field, reason });
}
