import { isIPv6 } from 'node:net';
import { DurabillError } from '../errors/error.ts';
import type { Database } from '../store/database.ts';
import { countAttempt, forgetAttempts, type ThrottleRule } from '../store/sign-in-throttles.ts';
import { hashOf } from './secrets.ts';

const minute = 60;
const hour = 60 * minute;

/**
 * The attempts by which somebody's password or code is guessed. From one place against one account the waits grow long; an
 * account as a whole is never closed for more than a minute, so that nobody is locked out by a stranger for good, and
 * 1,440 guesses a day are none against a password of twelve characters.
 */
export function passwordRules(account: string, ip: string): ThrottleRule[] {
  const place = placeOf(ip);
  return [
    rule(`password:account+place:${account}:${place}`, 5, 1, 15 * minute),
    rule(`password:place:${place}`, 30, 1, 15 * minute),
    rule(`password:account:${account}`, 50, 1, minute),
  ];
}

/** Mails that somebody has sent to an address, their own or another's. */
export function mailRules(email: string, ip: string): ThrottleRule[] {
  return [rule(`mail:account:${email}`, 3, minute, hour), rule(`mail:place:${placeOf(ip)}`, 20, 10, hour)];
}

/** Invitations to an address: whoever adds people could else fill a stranger's mailbox. A place may invite many. */
export function inviteRules(email: string): ThrottleRule[] {
  return [rule(`mail:account:${email}`, 3, minute, hour)];
}

/** Links that are tried; each is 256 random bits, so this only spares the database. */
export function linkRules(ip: string): ThrottleRule[] {
  return [rule(`link:place:${placeOf(ip)}`, 60, 1, minute)];
}

function rule(key: string, free: number, firstWaitSeconds: number, longestWaitSeconds: number): ThrottleRule {
  return { keyHash: hashOf(key), free, firstWaitSeconds, longestWaitSeconds };
}

/** Whoever has an address of IPv6 has 2⁶⁴ of them. */
function placeOf(ip: string): string {
  if (!isIPv6(ip)) return ip;
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(ip)?.[1];
  if (mapped !== undefined) return mapped;
  const [head = '', tail] = ip.toLowerCase().split('%', 1)[0]?.split('::') ?? [];
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? [] : Array<string>(Math.max(0, 8 - left.length - right.length)).fill('0');
  return [...left, ...zeros, ...right]
    .slice(0, 4)
    .map((part) => Number.parseInt(part, 16).toString(16))
    .join(':');
}

/** A refusal that says how long to wait. */
export class ThrottledError extends DurabillError {
  readonly waitSeconds: number;

  constructor(waitSeconds: number) {
    super('sign-in-throttled', { reason: `There were too many attempts. Try again in ${waitSeconds} s.` });
    this.waitSeconds = waitSeconds;
  }
}

/** @throws ThrottledError */
export async function requireCalm(database: Database, rules: readonly ThrottleRule[]): Promise<void> {
  const seconds = await countAttempt(database, rules);
  if (seconds > 0) throw new ThrottledError(seconds);
}

/** Forgets an account's attempts after a success; those of the place stay, or one good account would free all guesses. */
export async function forgive(database: Database, rules: readonly ThrottleRule[]): Promise<void> {
  const [ofAccountAndPlace] = rules;
  if (ofAccountAndPlace !== undefined) await forgetAttempts(database, [ofAccountAndPlace.keyHash]);
}
