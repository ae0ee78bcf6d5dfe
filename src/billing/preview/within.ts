import { DurabillError } from '../../errors/error.ts';

/** The same error with its field as the path in the request: below `place`, at `otherwise` there if it names none. */
export function within(error: DurabillError, place: string, otherwise?: string): DurabillError {
  const { code, message: reason, mend, cause } = error;
  const inside = error.field ?? otherwise;
  const field = inside === undefined ? place : `${place}.${inside}`;
  return new DurabillError(code, { field, reason, mend, cause });
}
