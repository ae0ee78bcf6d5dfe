/**
 * A line of CSV by RFC 4180. A text that a spreadsheet would take for a formula has an apostrophe before it, which the
 * spreadsheet shows as text; numbers stay numbers.
 */
export function csvLine(cells: readonly (string | null)[]): string {
  return `${cells.map(cellOf).join(',')}\r\n`;
}

const number = /^-?\d+(\.\d+)?$/;
/** The signs that begin a formula, and their wide forms; the last begins a call of another program. */
const signs = '=+-@＝＋－＠|';

function cellOf(cell: string | null): string {
  if (cell === null) return '';
  const text = isFormula(cell) ? `'${cell}` : cell;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** What stands before it and is not seen, such as a tab, is passed over as spreadsheets do. */
function isFormula(cell: string): boolean {
  if (number.test(cell)) return false;
  let at = 0;
  while (at < cell.length && (cell.charCodeAt(at) <= 32 || cell[at] === '\u00a0' || cell[at] === '\ufeff')) at += 1;
  return at < cell.length && signs.includes(cell.charAt(at));
}
