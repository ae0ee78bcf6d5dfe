import { readAmount } from '../discount/read-coupon.ts';
import type { Currency } from '../money/currency.ts';
import { readerFor } from '../rating/reader.ts';
import type { CreditSource } from './apply-credits.ts';

/** More than anybody has. */
export const maxCredits = 20;

const read = readerFor('preview-invalid');
const fields = ['name', 'amount', 'source', 'limit'];
const sources = ['balance', 'wallet'] as const;
const usualNames = { balance: 'Balance', wallet: 'Prepaid credit' } as const;

/**
 * Reads the credits that a preview's bill can be paid with, in the order in which they are sent; nothing of them has to be
 * in the books.
 * @throws DurabillError preview-invalid, decimal-invalid, amount-out-of-range
 */
export function readCreditRequest(input: unknown, field: string, currency: Currency): CreditSource[] {
  if (input === undefined) return [];
  return read.list(input, field, { least: 0, most: maxCredits }).map((entry, index): CreditSource => {
    const at = `${field}[${index}]`;
    const { name, amount, source: given, limit } = read.record(entry, at, fields);
    const source = read.oneOf(given ?? 'wallet', `${at}.source`, sources);
    return {
      accountId: null,
      source,
      name: name === undefined ? usualNames[source] : read.text(name, `${at}.name`),
      availableMinor: readAmount(read, amount, `${at}.amount`, currency),
      limitMinor: limit === undefined ? null : readAmount(read, limit, `${at}.limit`, currency),
    };
  });
}
