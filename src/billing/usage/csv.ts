/**
 * A line of CSV by RFC 4180. A text that a spreadsheet would take for a formula has an apostrophe before it, which the
 * spreadsheet shows as text; numbers stay numbers.
 */
export function csvLine(cells: readonly (string | null)[]): string {
  return `${cells.map(cellOf).join(',')}\r\n`;
}

const number = /^-?\d+(\.\d+)?$/;

function cellOf(cell: string | null): string {
  if (cell === null) return '';
  // Tabs, breaks and wide forms of the signs are read as if they were not there, or as the signs themselves.
  const isFormula = /^[\s\u0000-\u001f]*[=+\-@\uff1d\uff0b\uff0d\uff20|%]/u.test(cell) && !number.test(cell);
  const text = isFormula || /^[\t\r\n]/.test(cell) ? `'${cell}` : cell;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
