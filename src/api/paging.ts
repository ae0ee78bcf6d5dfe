import { parseInstant } from '../billing/instant.ts';
import { isStorable } from '../billing/text.ts';
import { DurabillError } from '../errors/error.ts';
import type { CreationCursor } from '../store/list-pages.ts';
import { uuidOrNull } from '../store/uuid.ts';

export const defaultLimit = 50;

/** How the position of a list's row is written into a cursor, and read back from one; undefined for other parts. */
export type CursorForm<Position> = {
  write: (position: Position) => readonly string[];
  read: (parts: readonly string[]) => Position | undefined;
};

/** A page and the cursor of the next one. `rows` holds one more than the page when there is a next one. */
export function pageOf<Position, Row extends Position>(
  rows: readonly Row[],
  limit: number,
  form: CursorForm<Position>,
): { data: Row[]; nextCursor: string | null } {
  const data = rows.slice(0, limit);
  const last = data.at(-1);
  return { data, nextCursor: rows.length > limit && last !== undefined ? writeCursor(form.write(last)) : null };
}

export function writeCursor(parts: readonly string[]): string {
  return Buffer.from(JSON.stringify(parts)).toString('base64url');
}

/**
 * Reads a cursor that `pageOf` wrote. Anything that would not be written so again is refused, since a page from
 * somewhere else would be a silent gap.
 * @throws DurabillError request-invalid
 */
export function readCursor<Position>(cursor: string | undefined, form: CursorForm<Position>): Position | undefined {
  if (cursor === undefined) return undefined;
  const position = form.read(partsOf(cursor));
  if (position === undefined || writeCursor(form.write(position)) !== cursor) {
    const reason = 'The cursor is not one that a page of this list gave.';
    throw new DurabillError('request-invalid', { field: 'cursor', reason, mend: 'Send nextCursor as it was given.' });
  }
  return position;
}

function partsOf(cursor: string): readonly string[] {
  try {
    const parts: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    return Array.isArray(parts) && parts.every((part) => typeof part === 'string' && isStorable(part)) ? parts : [];
  } catch (error) {
    if (error instanceof SyntaxError) return [];
    throw error;
  }
}

/** The parts of a position in a list that is ordered by an instant and, within it, by id. */
export function readInstantAndId([text = '', id = '']: readonly string[]): { at: Date; id: string } | undefined {
  const at = parseInstant(text);
  return at === undefined || uuidOrNull(id) !== id ? undefined : { at, id };
}

/** Of a list that is ordered by when its objects were made. */
export const byCreation: CursorForm<CreationCursor> = {
  write: ({ createdAt, id }) => [createdAt.toISOString(), id],
  read: (parts) => {
    const position = readInstantAndId(parts);
    return position && { createdAt: position.at, id: position.id };
  },
};
