import type { Phase } from '../domain/period/timeline.ts';
import { DurabillError } from '../errors/error.ts';
import { readInstant } from './instant.ts';
import { readText } from './text.ts';

/** What every request to change a subscription may have. */
export type SubscriptionRequestInput = {
  /** Our id of the subscription. */
  id: string;
  /** The sender's own id of the request, 1 to 255 characters: a repetition is answered and not done twice. */
  requestId?: string;
};

/** @throws DurabillError request-invalid */
export function readRequestId(requestId: string | undefined): { requestId?: string } {
  if (requestId === undefined) return {};
  const rule = { code: 'request-invalid', field: 'requestId', name: 'The id of the request', maxLength: 255 } as const;
  return { requestId: readText(requestId, rule) };
}

/** @throws DurabillError request-invalid */
export function readOptionalInstant(text: string | undefined, field: string): Date | undefined {
  return text === undefined ? undefined : readInstant(text, field);
}

/**
 * When something happens: one of some words, or an instant in `at`.
 * @throws DurabillError request-invalid if it is both or neither
 */
export function readWhen<Word extends string>(
  input: { when?: Word; at?: string },
  words: readonly Word[],
): { when: Word } | { at: Date } {
  const { when, at } = input;
  if ((when === undefined) === (at === undefined)) {
    throw new DurabillError('request-invalid', {
      field: 'when',
      reason: `When it happens is said ${when === undefined ? 'nowhere' : 'twice, by "when" and by "at"'}.`,
      mend: `Say "when", one of ${words.join(', ')}, or the instant in "at".`,
    });
  }
  if (at !== undefined) return { at: readInstant(at, 'at') };
  if (when !== undefined && words.includes(when)) return { when };
  throw new DurabillError('request-invalid', {
    field: 'when',
    reason: `"${String(when).slice(0, 40)}" is none of ${words.join(', ')}.`,
  });
}

export type AnchorInput = { anchor?: 'calendar' | 'anniversary'; anchorAt?: string };

/** @throws DurabillError request-invalid */
export function readAnchor({ anchor, anchorAt }: AnchorInput): { anchor?: Phase['anchor'] } {
  const at = readOptionalInstant(anchorAt, 'anchorAt');
  if (at !== undefined && anchor !== 'anniversary') {
    throw new DurabillError('request-invalid', {
      field: 'anchorAt',
      reason: 'Only cycles of the anchor "anniversary" are counted from an instant.',
      mend: 'Say "anchor": "anniversary" beside it, or leave it out.',
    });
  }
  if (anchor === undefined) return {};
  return { anchor: anchor === 'calendar' ? { kind: anchor } : { kind: anchor, ...(at && { at }) } };
}

export function refusal(field: string, reason: string, mend: string): DurabillError {
  return new DurabillError('subscription-refused', { field, reason, mend });
}

/**
 * Refuses an instant at which the subscription is over.
 * @throws DurabillError subscription-refused
 */
export function requireLive(endsAt: Date | null | undefined, at: Date, field: string): void {
  if (endsAt == null || at < endsAt) return;
  throw refusal(
    field,
    `It ends at ${endsAt.toISOString()}, and ${at.toISOString()} is not before that.`,
    'Choose an earlier instant, take an end back that is still to come, or subscribe anew.',
  );
}
