const form = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** The text as an id of ours, in lower case, or null: PostgreSQL would fail the whole statement on anything else. */
export function uuidOrNull(text: string): string | null {
  return form.test(text) ? text.toLowerCase() : null;
}
