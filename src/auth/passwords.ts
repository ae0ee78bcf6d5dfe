import { randomBytes } from 'node:crypto';
import { hash, verify } from '@node-rs/argon2';
import { DurabillError } from '../errors/error.ts';

export const passwordLength = { least: 12, most: 256 } as const;

/**
 * Argon2id at 46 MiB and one pass: one of the settings that OWASP names as equally strong. It costs whoever guesses as much as us.
 */
const cost = { memoryCost: 47_104, timeCost: 1, parallelism: 1 } as const;

/** Each check takes 46 MiB and some of a core: so many at once, and so many that wait for them. */
const limits = { atOnce: 4, waiting: 50 } as const;

/** A word of these in a password makes no password of it by itself. */
const commonest = [
  'password',
  'passwort',
  'qwertyuiop',
  'qwerty',
  'asdfghjkl',
  'zxcvbnm',
  'iloveyou',
  'letmein',
  'welcome',
  'administrator',
  'admin',
  'changeme',
  'trustno1',
  'superman',
  'football',
  'baseball',
  'princess',
  'sunshine',
  'monkey',
  'dragon',
  'master',
  'secret',
  'login',
  'durabill',
  'billing',
  'operator',
  'abc',
  '123',
  '1234',
  '12345',
  '123456',
  '1234567',
  '12345678',
  '123456789',
  '1234567890',
  '0123456789',
  '987654321',
  '1q2w3e4r',
  '1qaz2wsx',
  'correcthorsebatterystaple',
];

/**
 * A password as it is taken: long, and not one of those that are tried first. No mixture of signs is asked for: it makes
 * passwords harder to remember, not to guess.
 * @throws DurabillError password-refused
 */
export function readPassword(value: string, { email, field = 'password' }: { email: string; field?: string }): string {
  const password = normal(value);
  const length = [...password].length;
  const refuse = (reason: string) => new DurabillError('password-refused', { field, reason });
  if (length < passwordLength.least) throw refuse(`The password has ${length} characters, at least 12 are needed.`);
  if (length > passwordLength.most) throw refuse('The password is longer than 256 characters.');
  const plain = password.toLowerCase();
  if (new Set(plain).size < 5) throw refuse('The password is made of a few characters only.');
  const name = email.split('@', 1)[0] ?? '';
  if (plain.includes(email) || (name.length >= 4 && restOf(plain, [name]).length < 6)) {
    throw refuse('The password is hardly more than the e-mail address.');
  }
  if (restOf(plain, commonest).length < 4) throw refuse('The password is one of those that are tried first.');
  return password;
}

/** What is left of a password without the words, and without signs that stand between them. */
function restOf(password: string, words: readonly string[]): string {
  const longestFirst = [...words].sort((a, b) => b.length - a.length);
  return longestFirst.reduce((rest, word) => rest.replaceAll(word, ''), password).replaceAll(/[\s!.,_-]/g, '');
}

/** The same password typed on another keyboard is the same. */
const normal = (value: string) => value.normalize('NFKC');

export async function hashPassword(password: string): Promise<string> {
  return await inTurn(() => hash(normal(password), cost));
}

let nobody: Promise<string> | undefined;

/** Whether it is the password of the hash. Without a hash it takes as long, and it is not. */
export async function isPassword(passwordHash: string | null, password: string): Promise<boolean> {
  nobody ??= hashPassword(randomBytes(16).toString('hex'));
  const against = passwordHash ?? (await nobody);
  const isRight = await inTurn(() => verify(against, normal(password.slice(0, 4 * passwordLength.most))));
  return isRight && passwordHash !== null;
}

let running = 0;
const queue: (() => void)[] = [];

async function inTurn<T>(work: () => Promise<T>): Promise<T> {
  if (running >= limits.atOnce) {
    if (queue.length >= limits.waiting) {
      throw new DurabillError('unavailable', { reason: 'Too many people sign in at once.' });
    }
    await new Promise<void>((resolve) => queue.push(resolve));
  } else running += 1;
  try {
    return await work();
  } finally {
    const next = queue.shift();
    if (next === undefined) running -= 1;
    else next();
  }
}
