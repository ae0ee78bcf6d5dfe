/**
 * An instant as an input shows it: to the second, in the browser's zone. In the hour that comes twice, the second of them ends in
 * Z, as it would be read as the first.
 */
export function typedOf(instant: string): string {
  const at = new Date(instant);
  const typed = new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 19);
  const isRead = Math.floor(new Date(typed).getTime() / 1_000) === Math.floor(at.getTime() / 1_000);
  return isRead ? typed : `${at.toISOString().slice(0, 19)}Z`;
}

/** A day and a time without a zone. */
const local = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?$/;

/** What was typed as a time of the browser's zone, unless it says another. Anything else stays as it is, for the API to refuse. */
export function instantOf(text: string): string {
  const typed = text.trim().replace(' ', 'T');
  const at = new Date(typed);
  return local.test(typed) && !Number.isNaN(at.getTime()) ? at.toISOString() : typed;
}
