import { catalogue, type ErrorCode } from './catalogue.ts';
import type { Catalogued } from './catalogued.ts';

export type ErrorDetails = {
  /** Path of the field at fault, as the caller wrote it: `events[3].occurredAt`. */
  field?: string;
  /** What was wrong with it, in one sentence with the value at fault; takes the place of the catalogue's title. */
  reason?: string;
  /** How to mend it; takes the place of the catalogue's general advice. */
  mend?: string;
  cause?: unknown;
};

/**
 * The one error class of Durabill. Its `code` is a key of the catalogue, which says what the operator sees, what the
 * customer reads and what to do; `field`, `reason` and `mend` say what is particular to this case.
 */
export class DurabillError extends Error {
  override readonly name = 'DurabillError';
  readonly code: ErrorCode;
  readonly field: string | undefined;
  readonly mend: string;

  constructor(code: ErrorCode, details: ErrorDetails = {}) {
    const entry: Catalogued = catalogue[code];
    super(details.reason ?? entry.title, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.field = details.field;
    this.mend = details.mend ?? entry.mend;
  }

  get entry(): Catalogued {
    return catalogue[this.code];
  }
}

export function isDurabillError(error: unknown, code?: ErrorCode): error is DurabillError {
  return error instanceof DurabillError && (code === undefined || error.code === code);
}
