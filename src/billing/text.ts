import type { ErrorCode } from '../errors/catalogue.ts';
import { DurabillError } from '../errors/error.ts';
import { uuidOrNull } from '../store/uuid.ts';

/** PostgreSQL stores neither the character NUL nor half a surrogate pair; both would fail or be changed on the way. */
export function isStorable(text: string): boolean {
  return !text.includes('\0') && text.isWellFormed();
}

/** The JSON type of a value, for sentences: "must be a string, not a number". */
export function kindOf(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

export type TextRule = { code: ErrorCode; field: string; name: string; maxLength: number };

/**
 * Reads a text of 1 to `maxLength` characters (code points, as PostgreSQL and JSON Schema count them). `name` opens the sentences: "The customer is missing."
 * @throws DurabillError with the rule's code and field
 */
export function readText(value: unknown, rule: TextRule): string {
  const fault = textFault(value, rule.maxLength);
  if (fault !== undefined) throw new DurabillError(rule.code, { field: rule.field, reason: `${rule.name} ${fault}.` });
  return value as string;
}

function textFault(value: unknown, maxLength: number): string | undefined {
  if (value === undefined) return 'is missing';
  if (typeof value !== 'string') return `must be a string, not ${kindOf(value)}`;
  if (value.length === 0) return 'is empty';
  if (isLonger(value, maxLength)) return `is too long: at most ${maxLength} characters are taken`;
  if (!isStorable(value)) return 'contains a NUL character or half a surrogate pair';
  return undefined;
}

/** A character has one or two units of `length`, so only texts near the limit need counting. */
function isLonger(text: string, maxLength: number): boolean {
  return text.length > 2 * maxLength || (text.length > maxLength && [...text].length > maxLength);
}

/** Only what is surely no address is refused; whether mail arrives is seen when it is sent. @throws DurabillError request-invalid */
export function readEmail(email: string, field: string): string {
  if (!/^[^\s@]+@[^\s@]+$/.test(email)) {
    throw new DurabillError('request-invalid', { field, reason: 'The address is no e-mail address.' });
  }
  return email;
}

/** Why somebody does what stays in the history for ever. @throws DurabillError request-invalid */
export function readReason(value: unknown): string {
  const reason = readText(value, { code: 'request-invalid', field: 'reason', name: 'The reason', maxLength: 500 });
  if (reason.trim() !== '') return reason;
  throw new DurabillError('request-invalid', {
    field: 'reason',
    reason: 'The reason is blank.',
    mend: 'Say why in a few words: it stays in the history.',
  });
}

/** An id that the sender has made, which is stored as one. @throws DurabillError request-invalid */
export function readUuid(value: string, field: string): string {
  const id = uuidOrNull(value);
  if (id !== null) return id;
  throw new DurabillError('request-invalid', {
    field,
    reason: `"${value.slice(0, 60).replaceAll('\0', '')}" is no UUID.`,
    mend: 'Make one for each request, or leave it out.',
  });
}
