import { createHash, randomInt } from 'node:crypto';

const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** Stripe-like ids: random, since a restart must never repeat one; the journal stores what was given out. */
export function newId(prefix: string, length = 24): string {
  let id = `${prefix}_`;
  for (let index = 0; index < length; index += 1) id += alphabet[randomInt(alphabet.length)];
  return id;
}

/** Eight characters, as Stripe gives every customer for the numbers of their invoices. */
export function newInvoicePrefix(): string {
  let prefix = '';
  for (let index = 0; index < 8; index += 1) prefix += alphabet[randomInt(36)];
  return prefix;
}

/** The same account for the test and the live key of one business, and the same after a restart. */
export function accountIdOf(key: string): string {
  const secret = key.replace(/^[sr]k_(test|live)_/, '');
  return `acct_${createHash('sha256').update(secret).digest('hex').slice(0, 16)}`;
}
