import { type Currency, currencyExponent } from '../money/currency.ts';
import { parseDecimal, ratio } from '../money/exact.ts';
import { round } from '../money/money.ts';
import { readerFor, within } from '../rating/reader.ts';
import type { CreditSource } from './apply-credits.ts';

const read = readerFor('preview-invalid');

/** Wallets of a customer and grants in them, and their balance: more than anybody has. */
export const maxPreviewCredits = 100;

const names = { balance: 'From your balance', wallet: 'Credit' } as const;

/**
 * Reads what a previewed bill is to be paid with: `[{ "name", "amount", "source", "limit" }]`, in the order in which it is
 * taken, amounts in major units. `limit` is what the bill would be at the end of a grant that ends within the period.
 * @throws DurabillError preview-invalid, decimal-invalid, amount-out-of-range
 */
export function readCreditRequest(input: unknown, field: string, currency: Currency): CreditSource[] {
  const list = read.list(input ?? [], field, { least: 0, most: maxPreviewCredits });
  return list.map((item, index): CreditSource => {
    const at = `${field}[${index}]`;
    const entries = read.record(item, at, ['name', 'amount', 'source', 'limit']);
    const source = read.oneOf(entries['source'] ?? 'wallet', within(at, 'source'), ['balance', 'wallet']);
    const name = entries['name'] === undefined ? names[source] : read.text(entries['name'], within(at, 'name'), 100);
    const limit = entries['limit'];
    return {
      accountId: null,
      source,
      name,
      availableMinor: readAmount(entries['amount'], within(at, 'amount'), currency),
      limitMinor: limit === undefined ? null : readAmount(limit, within(at, 'limit'), currency),
    };
  });
}

/** Whole minor units: nobody has a part of a cent. */
function readAmount(input: unknown, field: string, currency: Currency): bigint {
  const text = read.decimal(input, field);
  const amount = parseDecimal(text, field);
  const minor = round(amount, currency);
  if (amount.equals(ratio(minor, 10n ** BigInt(currencyExponent(currency))))) return minor;
  return read.refuse(field, `${text.slice(0, 40)} has more decimals than ${currency}.`);
}
