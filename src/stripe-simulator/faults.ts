import { CardDeclined, Refusal, serverError } from './errors.ts';
import { limiters } from './rate-limits.ts';

/** What can go wrong on purpose. `commit-*` kinds happen after the write is durable, the others before it. */
export const faultKinds = [
  'error-500-stored',
  'error-500-not-executed',
  'commit-then-reset',
  'commit-then-truncate',
  'commit-then-timeout',
  'reset-before-commit',
  '502-html',
  '503',
  '424',
  '429',
  'lock-timeout',
  '401',
  '402',
  '403',
  '409-key-in-use',
  'slow',
] as const;
export type FaultKind = (typeof faultKinds)[number];

/** Values of Stripe-Rate-Limited-Reason: the limiters that are simulated, and one that only a fault can stand for. */
export const limitReasons = [...limiters, 'resource-specific'] as const;

/** How often a rule fires; an absent condition always holds. */
export interface Chance {
  /** Only the nth match since the rule was set, from 1. */
  nth?: number;
  /** From 0 to 1, drawn from a generator seeded by `seed` (default 1), so that a run can be repeated. */
  probability?: number;
  seed?: number;
  /** At most so many times; absent: no limit. */
  times?: number;
}

/** All conditions of a rule must hold; an absent condition always does. Matches are requests. */
export interface FaultRule extends Chance {
  kind: FaultKind;
  /** Name in the operation table; absent: every operation. */
  operation?: string;
  /** Only idempotency keys that start with this. */
  keyPrefix?: string;
  /** For '429': the value of Stripe-Rate-Limited-Reason (default global-rate); null leaves the header out. */
  reason?: (typeof limitReasons)[number] | null;
  /** For '402': the decline code (default generic_decline). */
  declineCode?: string;
  /** Seconds in a Retry-After header; absent: no such header, as at Stripe. */
  retryAfter?: number;
  /** The Stripe-Should-Retry header; default true for lock-timeout, false for error-500-stored, else absent. */
  shouldRetry?: boolean;
  /** For error-500-stored: whether the write was done all the same (default true, the harder case). */
  commit?: boolean;
  /** For slow: how long the request is under way before it executes (default 1000). */
  delayMs?: number;
}

export interface Armed<R extends Chance = FaultRule> {
  rule: R;
  matched: number;
  applied: number;
  random: () => number;
}

/** The rules in force. The first rule that fires decides; every matching rule counts the request. */
export class Faults {
  private armed: Armed[] = [];

  add(rules: readonly FaultRule[]): void {
    this.armed.push(...rules.map(arm));
  }

  clear(): void {
    this.armed = [];
  }

  list(): (FaultRule & { matched: number; applied: number })[] {
    return this.armed.map(({ rule, matched, applied }) => ({ ...rule, matched, applied }));
  }

  pick(operation: string, key: string | null): FaultRule | null {
    let picked: FaultRule | null = null;
    for (const armed of this.armed) {
      if (!concerns(armed.rule, operation, key)) continue;
      armed.matched += 1;
      if (picked !== null || !fires(armed)) continue;
      armed.applied += 1;
      picked = armed.rule;
    }
    return picked;
  }
}

function concerns(rule: FaultRule, operation: string, key: string | null): boolean {
  if (rule.operation !== undefined && rule.operation !== operation) return false;
  return rule.keyPrefix === undefined || (key?.startsWith(rule.keyPrefix) ?? false);
}

export function arm<R extends Chance>(rule: R): Armed<R> {
  return { rule, matched: 0, applied: 0, random: generator(rule.seed ?? 1) };
}

export function fires({ rule, matched, applied, random }: Armed<Chance>): boolean {
  if (rule.times !== undefined && applied >= rule.times) return false;
  if (rule.nth !== undefined && matched !== rule.nth) return false;
  return rule.probability === undefined || random() < rule.probability;
}

/** A small linear congruential generator (constants of Numerical Recipes): enough for repeatable coin flips. */
function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 4_294_967_296;
  };
}

/** The JSON error of a fault that answers before anything executes, or null when the fault is of another sort. */
export function faultRefusal(rule: FaultRule, key: string | null): Refusal | null {
  const retryAfter: Record<string, string> =
    rule.retryAfter === undefined ? {} : { 'Retry-After': String(rule.retryAfter) };
  switch (rule.kind) {
    case '429': {
      const reason = rule.reason === undefined ? 'global-rate' : rule.reason;
      const headers = { ...retryAfter, ...(reason === null ? {} : { 'Stripe-Rate-Limited-Reason': reason }) };
      return new Refusal('Too many requests in too short a time.', { status: 429, code: 'rate_limit', headers });
    }
    case 'lock-timeout':
      return new Refusal('This object cannot be accessed right now because another request holds its lock.', {
        status: 429,
        code: 'lock_timeout',
        headers: { ...retryAfter, ...shouldRetry(rule.shouldRetry ?? true) },
      });
    case '401':
      return new Refusal('Expired API Key provided.', { status: 401, code: 'api_key_expired' });
    case '402':
      return new CardDeclined('Your card was declined.', 'card_declined', {
        decline_code: rule.declineCode ?? 'generic_decline',
      });
    case '403':
      return new Refusal('The provided key does not have the permissions that this endpoint needs.', { status: 403 });
    case '409-key-in-use':
      return new Refusal(`Another request that uses the idempotency key '${key}' is still in progress.`, {
        status: 409,
        code: 'idempotency_key_in_use',
      });
    case 'error-500-not-executed':
      return serverError('An unknown error occurred before the request was executed.', headersOf(rule, undefined));
    case '503':
      return new Refusal('Stripe is temporarily unavailable.', {
        status: 503,
        type: 'api_error',
        headers: { ...retryAfter, ...headersOf(rule, undefined) },
      });
    case '424':
      return new Refusal('A service that Stripe depends on failed to carry out the request.', {
        status: 424,
        type: 'api_error',
        headers: headersOf(rule, undefined),
      });
    default:
      return null;
  }
}

/** The 500 that takes the place of the endpoint's answer and is stored under the key. */
export function storedServerError(rule: FaultRule): Refusal {
  return serverError('An unknown error occurred while the request was executed.', headersOf(rule, false));
}

function headersOf(rule: FaultRule, fallback: boolean | undefined): Record<string, string> {
  const value = rule.shouldRetry ?? fallback;
  return value === undefined ? {} : shouldRetry(value);
}

function shouldRetry(value: boolean): Record<string, string> {
  return { 'Stripe-Should-Retry': String(value) };
}
