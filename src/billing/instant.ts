import type { ErrorCode } from '../errors/catalogue.ts';
import { DurabillError, type ErrorDetails } from '../errors/error.ts';

/** The earliest instant that the books know. */
export const firstInstant = new Date('2000-01-01T00:00:00.000Z');
/** The first instant that nobody means any more: microseconds or a slipped digit. */
const lastInstant = new Date('2100-01-01T00:00:00.000Z');

const form = /^(\d{4}-\d\d-\d\d)[Tt](\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(?:[Zz]|([+-])(\d\d):(\d\d))$/;

/** The form that most programs write, and `toISOString` too. */
const isoForm = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

/**
 * Reads an instant in the form of RFC 3339, the part of ISO 8601 that leaves nothing open: date, time with seconds, and
 * Z or an offset. What is finer than a millisecond is cut off, not refused, because the clocks of many languages write
 * six or nine digits by default; cutting is repeatable, so the same text always gives the same instant. Answers
 * undefined for anything else: local times, dates alone, days that do not exist, leap seconds.
 */
export function parseInstant(text: string): Date | undefined {
  // Only after the 28th and at 24:00 can a day or a time be meant that does not exist; ingest reads very many of these.
  if (isoForm.test(text) && text.slice(8, 10) <= '28' && text.slice(11, 13) <= '23') {
    const ms = Date.parse(text);
    return Number.isNaN(ms) ? undefined : new Date(ms);
  }
  const parts = form.exec(text);
  if (parts === null) return undefined;
  const [, day, time, fraction = '', sign, offsetHours, offsetMinutes] = parts;
  const local = `${day}T${time}.${fraction.slice(0, 3).padEnd(3, '0')}Z`;
  const localMs = Date.parse(local);
  // Date.parse lets 30 February and 24:00 run on into the next day; they are typing errors.
  if (Number.isNaN(localMs) || new Date(localMs).toISOString() !== local) return undefined;
  if (sign === undefined) return new Date(localMs);
  if (Number(offsetHours) > 23 || Number(offsetMinutes) > 59) return undefined;
  const offsetMs = (Number(offsetHours) * 60 + Number(offsetMinutes)) * 60_000;
  return new Date(sign === '+' ? localMs - offsetMs : localMs + offsetMs);
}

export function laterOf(one: Date, other: Date): Date {
  return new Date(Math.max(one.getTime(), other.getTime()));
}

/** How `toISOString` writes the instant that was read from `text`, which costs more than reading it. */
export function isoOf(instant: Date, text: string): string {
  return isoForm.test(text) ? text : instant.toISOString();
}

export const instantForm: Pick<ErrorDetails, 'mend'> = {
  mend: 'Write it with seconds and with Z or an offset, such as 2013-01-31T23:59:59.999-05:00.',
};

/**
 * Reads an instant that a person or a program chose, between the years 2000 and 2100.
 * @throws DurabillError with this code, `request-invalid` unless said otherwise
 */
export function readInstant(text: string, field: string, code: ErrorCode = 'request-invalid'): Date {
  const instant = parseInstant(text);
  if (instant === undefined) {
    throw new DurabillError(code, { field, reason: `"${text.slice(0, 40)}" is not an instant.`, ...instantForm });
  }
  if (instant < firstInstant || instant >= lastInstant) {
    throw new DurabillError(code, {
      field,
      reason: `${instant.toISOString()} is not between the years 2000 and 2100.`,
    });
  }
  return instant;
}
