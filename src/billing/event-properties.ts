import { DurabillError } from '../errors/error.ts';
import { canonicalJson, type JsonValue } from './canonical-json.ts';
import { isStorable, kindOf } from './text.ts';

export type EventProperties = { [key: string]: JsonValue };

/** Keys of all levels together. */
export const maxKeys = 50;
/** Bytes of the properties as JSON in UTF-8. */
export const maxBytes = 8_192;
/** Lists and objects inside each other, the properties themselves included. */
export const maxDepth = 5;
/** Values of all levels together: each takes two bytes of JSON at least, so that more of them cannot fit. */
const maxValues = maxBytes / 2;

/**
 * Checks that properties can be stored without loss and read back as they were sent, and writes them as canonical JSON.
 * Stops at the first limit: what was sent may be a thousand times larger than what is taken.
 * @throws DurabillError event-invalid
 */
export function readProperties(value: unknown): string {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw refusal('properties', `The properties must be an object, not ${kindOf(value)}.`);
  }
  checkNode(value, { path: 'properties', depth: 1, tally: { keys: 0, values: 0 } });
  const json = canonicalJson(value as EventProperties);
  if (json.length > maxBytes || Buffer.byteLength(json) > maxBytes) throw tooLarge();
  return json;
}

/** `tally` is shared by all nodes of one event. */
type Place = { path: string; depth: number; tally: { keys: number; values: number } };

function checkNode(node: unknown, place: Place): void {
  place.tally.values += 1;
  if (place.tally.values > maxValues) throw tooLarge();
  if (typeof node === 'string') checkText(node, place.path);
  else if (typeof node === 'number') checkNumber(node, place.path);
  else if (typeof node === 'object' && node !== null) checkInside(node, place);
  else if (node !== null && typeof node !== 'boolean') {
    throw refusal(place.path, `A property cannot be ${kindOf(node)}.`);
  }
}

function checkInside(node: object, { path, depth, tally }: Place): void {
  if (depth > maxDepth) throw refusal(path, `Properties are nested deeper than ${maxDepth} levels.`);
  if (Array.isArray(node)) {
    for (const [index, item] of node.entries()) checkNode(item, { path: `${path}[${index}]`, depth: depth + 1, tally });
    return;
  }
  for (const key of Object.keys(node)) {
    tally.keys += 1;
    if (tally.keys > maxKeys) throw refusal('properties', `There are more than ${maxKeys} properties.`);
    checkText(key, path);
    if (key === '__proto__') throw refusal(path, 'A property cannot have the name "__proto__".');
    const item = (node as { [key: string]: unknown })[key];
    if (isPlainlyFine(item)) continue;
    checkNode(item, { path: `${path}.${key.slice(0, 100)}`, depth: depth + 1, tally });
  }
}

/** What most properties are: nothing about them is to be refused, so that nobody has to know where they stand. */
function isPlainlyFine(item: unknown): boolean {
  if (typeof item === 'string') return item.length <= maxBytes && isStorable(item);
  return typeof item === 'boolean' || Number.isSafeInteger(item);
}

function checkText(text: string, path: string): void {
  if (text.length > maxBytes) throw tooLarge();
  if (!isStorable(text)) throw refusal(path, 'The text contains a NUL character or half a surrogate pair.');
}

/** A JSON parser has already rounded such a number to a double; the digits that were sent are lost. */
function checkNumber(number: number, path: string): void {
  if (Number.isSafeInteger(number) || (Number.isFinite(number) && !Number.isInteger(number))) return;
  throw new DurabillError('event-invalid', {
    field: path,
    reason: 'The number is too large to be read exactly: whole numbers are exact up to 9007199254740991.',
    mend: 'Send it as a string of digits, such as "12345678901234567890"; meters read such strings as numbers.',
  });
}

function tooLarge(): DurabillError {
  return refusal('properties', `The properties take more than ${maxBytes} bytes as JSON.`);
}

function refusal(field: string, reason: string): DurabillError {
  return new DurabillError('event-invalid', { field, reason });
}
