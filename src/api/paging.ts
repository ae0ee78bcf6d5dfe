import { DurabillError } from '../errors/error.ts';

export const defaultLimit = 50;

/** A page and the cursor of the next one. `rows` holds one more than the page when there is a next one. */
export function pageOf<Row>(
  rows: readonly Row[],
  limit: number,
  position: (row: Row) => readonly string[],
): { data: Row[]; nextCursor: string | null } {
  const data = rows.slice(0, limit);
  const last = data.at(-1);
  return { data, nextCursor: rows.length > limit && last !== undefined ? writeCursor(position(last)) : null };
}

function writeCursor(position: readonly string[]): string {
  return Buffer.from(JSON.stringify(position)).toString('base64url');
}

/**
 * Reads a cursor that `pageOf` wrote: as many texts as `position` gave. Anything else answers undefined in `parse`'s
 * place and is refused, since a page from somewhere else would be a silent gap.
 * @throws DurabillError request-invalid
 */
export function readCursor<Position>(
  cursor: string | undefined,
  parse: (parts: readonly string[]) => Position | undefined,
): Position | undefined {
  if (cursor === undefined) return undefined;
  const position = parse(partsOf(cursor));
  if (position === undefined) {
    const reason = 'The cursor is not one that a page of this list gave.';
    throw new DurabillError('request-invalid', { field: 'cursor', reason, mend: 'Send nextCursor as it was given.' });
  }
  return position;
}

function partsOf(cursor: string): readonly string[] {
  try {
    const parts: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    return Array.isArray(parts) && parts.every((part) => typeof part === 'string' && !part.includes('\0')) ? parts : [];
  } catch (error) {
    if (error instanceof SyntaxError) return [];
    throw error;
  }
}
