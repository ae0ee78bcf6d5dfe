import { DurabillError } from '../errors/error.ts';
import { isStorable, kindOf } from './text.ts';

export type JsonValue = null | boolean | number | string | JsonValue[] | { [key: string]: JsonValue };
export type EventProperties = { [key: string]: JsonValue };

/** Keys of all levels together. */
export const maxKeys = 50;
/** Bytes of the properties as JSON in UTF-8. */
export const maxBytes = 8_192;
/** Lists and objects inside each other, the properties themselves included. */
export const maxDepth = 5;

/**
 * Checks that properties can be stored without loss and read back as they were sent.
 * @throws DurabillError event-invalid
 */
export function checkProperties(value: unknown): asserts value is EventProperties {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw refusal('properties', `The properties must be an object, not ${kindOf(value)}.`);
  }
  let keys = 0;
  const visit = (node: unknown, path: string, depth: number): void => {
    if (typeof node === 'string') return checkText(node, path);
    if (typeof node === 'number') return checkNumber(node, path);
    if (node === null || typeof node === 'boolean') return;
    if (typeof node !== 'object') throw refusal(path, `A property cannot be ${kindOf(node)}.`);
    if (depth > maxDepth) throw refusal(path, `Properties are nested deeper than ${maxDepth} levels.`);
    if (Array.isArray(node)) return node.forEach((item, index) => visit(item, `${path}[${index}]`, depth + 1));
    for (const [key, item] of Object.entries(node)) {
      keys += 1;
      if (keys > maxKeys) throw refusal('properties', `There are more than ${maxKeys} properties.`);
      checkText(key, path);
      visit(item, `${path}.${key.slice(0, 100)}`, depth + 1);
    }
  };
  visit(value, 'properties', 1);
  checkSize(value);
}

function checkText(text: string, path: string): void {
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

function checkSize(properties: object): void {
  const bytes = Buffer.byteLength(JSON.stringify(properties));
  if (bytes > maxBytes)
    throw refusal('properties', `The properties take ${bytes} bytes; at most ${maxBytes} are taken.`);
}

function refusal(field: string, reason: string): DurabillError {
  return new DurabillError('event-invalid', { field, reason });
}
