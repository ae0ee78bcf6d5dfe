import type { Currency } from '../money/currency.ts';
import { decimalText } from '../money/exact.ts';
import { formatMoney } from '../money/money.ts';
import { type Reader, readerFor } from '../rating/reader.ts';
import type { Discount, DiscountValue } from './apply-discounts.ts';
import { readAmount, readPercentage, readScope } from './read-coupon.ts';

/** More than anybody stacks. */
export const maxDiscounts = 20;

const fields = ['key', 'name', 'percentage', 'amount', 'plans', 'meters', 'prices'] as const;

/**
 * Reads the discounts that a preview is asked to apply, in the order in which they are sent; nothing of them has to be in
 * the books.
 * @throws DurabillError preview-invalid, decimal-invalid, amount-out-of-range
 */
export function readDiscountRequest(input: unknown, field: string, currency: Currency): Discount[] {
  if (input === undefined) return [];
  const read = readerFor('preview-invalid');
  const discounts = read.list(input, field, { least: 0, most: maxDiscounts }).map((entry, index): Discount => {
    const at = `${field}[${index}]`;
    const entries = read.record(entry, at, fields);
    const value = readValue(read, entries, at, currency);
    return {
      redemptionId: null,
      key: entries['key'] === undefined ? `discount-${index + 1}` : read.key(entries['key'], `${at}.key`),
      name: entries['name'] === undefined ? nameOf(value, currency) : read.text(entries['name'], `${at}.name`),
      plans: readScope(read, entries['plans'], `${at}.plans`),
      meters: readScope(read, entries['meters'], `${at}.meters`),
      prices: readScope(read, entries['prices'], `${at}.prices`),
      ...value,
    };
  });
  read.unique(discounts, field);
  return discounts;
}

function readValue(read: Reader, entries: Record<string, unknown>, at: string, currency: Currency): DiscountValue {
  const { percentage, amount } = entries;
  if ((percentage === undefined) === (amount === undefined)) {
    read.refuse(`${at}.amount`, 'It gives either a percentage or an amount.');
  }
  return percentage === undefined
    ? { kind: 'amount', amountMinor: readAmount(read, amount, `${at}.amount`, currency) }
    : { kind: 'percentage', percentage: readPercentage(read, percentage, `${at}.percentage`) };
}

function nameOf(value: DiscountValue, currency: Currency): string {
  return value.kind === 'percentage'
    ? `${decimalText(value.percentage)} %`
    : formatMoney({ amountMinor: value.amountMinor, currency });
}
