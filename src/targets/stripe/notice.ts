import { unknownNotice } from '../../errors/words/failures.ts';
import { type FailureKindName, failureKinds } from '../failures.ts';
import { kindByCode, kindByDeclineCode } from './failure-codes.ts';

/** The kind of each code; a decline code says more than an error code of the same name. */
export const kindsByCode: ReadonlyMap<string, FailureKindName> = new Map([...kindByCode, ...kindByDeclineCode]);

/**
 * What a customer may read about what went wrong on an invoice's way; the real reason of a declined card is never told.
 * @param code the failure's, as the books have it; null while nothing is wrong
 */
export function noticeOf(code: string | null): string | null {
  if (code === null) return null;
  const kind = Object.hasOwn(failureKinds, code) ? (code as FailureKindName) : kindsByCode.get(code);
  if (kind === undefined) return unknownNotice;
  const { happened, youCan } = failureKinds[kind].customer;
  return `${happened} ${youCan}`;
}
