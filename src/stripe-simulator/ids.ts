import { createHash, randomFillSync } from 'node:crypto';

const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** Stripe-like ids: random, since a restart must never repeat one; the journal stores what was given out. */
export function newId(prefix: string, length = 24): string {
  return `${prefix}_${randomText(length, alphabet.length)}`;
}

/** Eight characters, as Stripe gives every customer for the numbers of their invoices. */
export function newInvoicePrefix(): string {
  return randomText(8, 36);
}

const pool = new Uint8Array(4096);
let drawn = pool.length;

/** The next random number from 0 to 63; drawn many at a time, since asking for one costs as much as for thousands. */
function nextRandom(): number {
  if (drawn === pool.length) {
    randomFillSync(pool);
    drawn = 0;
  }
  const byte = pool[drawn] ?? 0;
  drawn += 1;
  return byte & 63;
}

/** Characters from the first `letters` (at most 64) of the alphabet, all equally likely. */
function randomText(length: number, letters: number): string {
  const bytes = Buffer.allocUnsafe(length);
  for (let index = 0; index < length; ) {
    const random = nextRandom();
    if (random >= letters) continue;
    bytes[index] = alphabet.charCodeAt(random);
    index += 1;
  }
  return bytes.toString('latin1');
}

/** The same account for the test and the live key of one business, and the same after a restart. */
export function accountIdOf(key: string): string {
  const secret = key.replace(/^[sr]k_(test|live)_/, '');
  return `acct_${createHash('sha256').update(secret).digest('hex').slice(0, 16)}`;
}
