import { failureWords } from '../errors/words/failures.ts';
import type { FailureKind } from './failure-kind.ts';

const second = 1_000;

/**
 * What can go wrong at a target of invoices, once each, by what to do about it; what is said of it stands with all other
 * words. Codes of a target's own are sorted into these kinds (for Stripe: stripe/failure-codes.ts). docs/failures.md is
 * generated from here.
 */
export const failureKinds = {
  connection: { act: 'retry', isOutage: true, ...failureWords.connection },
  'server-error': { act: 'look', isOutage: true, ...failureWords['server-error'] },
  gateway: { act: 'retry', isOutage: true, ...failureWords.gateway },
  dependency: { act: 'look', isOutage: true, ...failureWords.dependency },
  'rate-limit': { act: 'retry', pauseMs: 2 * second, ...failureWords['rate-limit'] },
  locked: { act: 'retry', pauseMs: second, ...failureWords.locked },
  'key-in-use': { act: 'retry', pauseMs: 2 * second, ...failureWords['key-in-use'] },
  'key-mismatch': { act: 'stop', alert: true, ...failureWords['key-mismatch'] },
  authentication: { act: 'stop', alert: true, ...failureWords.authentication },
  permission: { act: 'stop', alert: true, ...failureWords.permission },
  'other-mode': { act: 'stop', alert: true, ...failureWords['other-mode'] },
  missing: { act: 'stop', alert: true, ...failureWords.missing },
  'bad-data': { act: 'fix', ...failureWords['bad-data'] },
  'contact-data': { act: 'fix', ...failureWords['contact-data'] },
  'due-date-passed': { act: 'look', ...failureWords['due-date-passed'] },
  'total-differs': { act: 'stop', alert: true, ...failureWords['total-differs'] },
  'customer-differs': { act: 'stop', alert: true, ...failureWords['customer-differs'] },
  'void-at-target': { act: 'stop', alert: true, ...failureWords['void-at-target'] },
  'too-many-lines': { act: 'fix', ...failureWords['too-many-lines'] },
  amount: { act: 'fix', ...failureWords.amount },
  'wrong-state': { act: 'look', ...failureWords['wrong-state'] },
  'not-finalizable': { act: 'fix', ...failureWords['not-finalizable'] },
  'tax-calculation': { act: 'retry', pauseMs: 30 * second, ...failureWords['tax-calculation'] },
  declined: { act: 'fix', ...failureWords.declined },
  'declined-quietly': { act: 'fix', ...failureWords['declined-quietly'] },
  funds: { act: 'fix', ...failureWords.funds },
  expired: { act: 'fix', ...failureWords.expired },
  'card-data': { act: 'fix', ...failureWords['card-data'] },
  'action-required': { act: 'fix', ...failureWords['action-required'] },
  'processing-failed': { act: 'retry', pauseMs: 30 * second, ...failureWords['processing-failed'] },
  'not-ours': { act: 'stop', alert: true, ...failureWords['not-ours'] },
  unknown: { act: 'retry', pauseMs: 30 * second, alert: true, ...failureWords.unknown },
} as const satisfies Record<keyof typeof failureWords, FailureKind>;

export type FailureKindName = keyof typeof failureKinds;
