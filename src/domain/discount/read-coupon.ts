import { type Currency, parseCurrency } from '../money/currency.ts';
import { type Exact, parseDecimal, ratio } from '../money/exact.ts';
import { exactMajor, round } from '../money/money.ts';
import { type Reader, readerFor } from '../rating/reader.ts';
import type { Coupon, CouponDuration, CouponValue } from './coupon.ts';

/** More bills than anybody is billed in a life; who means more means for ever. */
export const maxBills = 1_200;
/** Keys that one coupon can name. */
export const maxScopeKeys = 100;

const hundred = ratio(100n, 1n);

const fields = ['key', 'name', 'percentage', 'amount', 'currency', 'duration', 'bills', 'plans', 'meters'] as const;

/**
 * Reads what a coupon gives, for how long and of what. Whether its plans and meters are there is not looked at here.
 * @throws DurabillError coupon-invalid, decimal-invalid, currency-unknown
 */
export function readCoupon(input: Record<(typeof fields)[number], unknown>): Coupon {
  const read = readerFor('coupon-invalid');
  const entries = read.record(input, '', fields);
  return {
    key: read.key(entries['key'], 'key'),
    name: read.text(entries['name'], 'name'),
    value: readCouponValue(read, entries),
    duration: readDuration(read, entries),
    plans: readScope(read, entries['plans'], 'plans'),
    meters: readScope(read, entries['meters'], 'meters'),
  };
}

function readCouponValue(read: Reader, entries: Record<string, unknown>): CouponValue {
  const { percentage, amount, currency } = entries;
  if ((percentage === undefined) === (amount === undefined)) {
    read.refuse('amount', 'It gives either a percentage or an amount.');
  }
  if (percentage !== undefined) {
    if (currency !== undefined) read.refuse('currency', 'A percentage has no currency.');
    return { kind: 'percentage', percentage: readPercentage(read, percentage, 'percentage') };
  }
  const of = parseCurrency(read.text(currency, 'currency'), 'currency');
  return { kind: 'amount', amountMinor: readAmount(read, amount, 'amount', of), currency: of };
}

function readDuration(read: Reader, { duration, bills }: Record<string, unknown>): CouponDuration {
  const kind = read.oneOf(duration, 'duration', ['once', 'bills', 'forever'] as const);
  if (kind === 'bills') return { kind, bills: read.whole(bills, 'bills', { least: 1, most: maxBills }) };
  if (bills !== undefined) read.refuse('bills', `A number of bills is for the duration "bills", not "${kind}".`);
  return { kind };
}

/** Above zero, and at most all of it. @throws DurabillError of the reader, decimal-invalid */
export function readPercentage(read: Reader, input: unknown, field: string): Exact {
  const percentage = parseDecimal(read.decimal(input, field, { above: true }));
  if (percentage.gt(hundred)) read.refuse(field, 'It is more than 100.');
  return percentage;
}

/** Above zero, in minor units. @throws DurabillError of the reader, decimal-invalid, amount-out-of-range */
export function readAmount(read: Reader, input: unknown, field: string, currency: Currency): bigint {
  const exact = parseDecimal(read.decimal(input, field, { above: true }));
  const amountMinor = round(exact, currency);
  if (!exactMajor({ amountMinor, currency }).equals(exact)) {
    read.refuse(field, `${currency} has no such fraction; nothing is rounded here.`);
  }
  if (amountMinor > BigInt(Number.MAX_SAFE_INTEGER)) {
    read.refuse(field, 'It has more minor units than a number in JSON can say exactly.');
  }
  return amountMinor;
}

/** Keys that it is limited to, each once; null where none are said. @throws DurabillError of the reader */
export function readScope(read: Reader, input: unknown, field: string): string[] | null {
  if (input === undefined || input === null) return null;
  const keys = read
    .list(input, field, { least: 1, most: maxScopeKeys })
    .map((key, index) => read.key(key, `${field}[${index}]`));
  const twice = keys.findIndex((key, index) => keys.indexOf(key) < index);
  if (twice >= 0) read.refuse(`${field}[${twice}]`, `"${keys[twice]}" is there twice.`);
  return keys;
}
