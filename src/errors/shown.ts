/**
 * A value as a refusal repeats it, short: a sender may have put a megabyte there, a thousand lists in each other, or an
 * object that cannot be made a text.
 */
export function shown(value: unknown, most = 60): string {
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object' && value !== null) return 'an object';
  const text = String(value);
  return text.length > most ? `${text.slice(0, most)}…` : text;
}
