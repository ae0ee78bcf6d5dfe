export type JsonValue = null | boolean | number | string | JsonValue[] | { [key: string]: JsonValue };

/**
 * Canonical JSON (RFC 8785) of what a JSON parser read: keys in the order of their UTF-16 units, no spaces, numbers and
 * texts as ECMAScript writes them. The package `canonicalize` does the same for anything, several times slower; ingest
 * needs it for every event.
 */
export function canonicalJson(value: JsonValue): string {
  if (typeof value === 'string') return quoted(value);
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  const keys = Object.keys(value).sort();
  let members = '';
  for (const key of keys) {
    members += `${members === '' ? '' : ','}${quoted(key)}:${canonicalJson(value[key] as JsonValue)}`;
  }
  return `{${members}}`;
}

/** Printable ASCII without quotes and backslashes, as most keys and values are: nothing in it is escaped. */
const plain = /^[ !#-[\]-~]*$/;

function quoted(text: string): string {
  return plain.test(text) ? `"${text}"` : JSON.stringify(text);
}
