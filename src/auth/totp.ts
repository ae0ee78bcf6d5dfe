import { randomBytes } from 'node:crypto';
import { Secret, TOTP } from 'otpauth';
import { hashOf } from './secrets.ts';

const stepSeconds = 30;

/** One step to either side: clocks differ, and codes take a while to be typed. */
const window = 1;

const recoveryCodes = 10;

export type TotpSecret = { secret: string; url: string };

/** A new secret, and the address by which authenticators take it up. */
export function newTotp(email: string, issuer: string): TotpSecret {
  const secret = new Secret({ size: 20 });
  return { secret: secret.base32, url: totpOf(secret.base32, email, issuer).toString() };
}

function totpOf(secret: string, label: string, issuer: string): TOTP {
  return new TOTP({ issuer, label, secret, algorithm: 'SHA1', digits: 6, period: stepSeconds });
}

/** The step whose code it is; undefined if it is of none that counts now. */
export function stepOf(secret: string, code: string, nowMs: number): number | undefined {
  const plain = code.replaceAll(/\s/g, '');
  if (!/^\d{6}$/.test(plain)) return undefined;
  const delta = totpOf(secret, '', '').validate({ token: plain, timestamp: nowMs, window });
  return delta === null ? undefined : Math.floor(nowMs / 1_000 / stepSeconds) + delta;
}

/** Codes for who has lost the authenticator, each for one sign-in: 80 random bits, in groups that can be read out. */
export function newRecoveryCodes(): string[] {
  const alphabet = 'abcdefghjkmnpqrstuvwxyz023456789';
  return Array.from({ length: recoveryCodes }, () => {
    const signs = [...randomBytes(16)].map((byte) => alphabet[byte % alphabet.length]).join('');
    return signs.match(/.{4}/g)?.join('-') ?? '';
  });
}

export function recoveryHashOf(code: string): Buffer {
  return hashOf(`recovery:${code.toLowerCase().replaceAll(/[^a-z0-9]/g, '')}`);
}
