import { type Exact, exactOf, ratio, roundTo } from '../../money/exact.ts';

/** An event's properties as parsed from JSON. */
export type Properties = { readonly [name: string]: unknown };

const digitsInQuotes = /^-?[0-9]{1,25}(\.[0-9]{1,20})?$/;
const decimals = 20;

/**
 * A property as a number: a JSON number, to 20 decimals, or a plain decimal in quotes of at most 25 digits before and 20
 * after its point. Anything else is no number: undefined. PostgreSQL's `property_number` says the same.
 */
export function propertyNumber(properties: Properties, name: string): Exact | undefined {
  const value = ownValue(properties, name);
  if (Number.isSafeInteger(value)) return exactOf(BigInt(value as number));
  if (typeof value === 'number') return roundTo(exactOfNumeral(String(value)), decimals, 'half_up');
  return typeof value === 'string' && digitsInQuotes.test(value) ? exactOfNumeral(value) : undefined;
}

/**
 * A property as the text that filters, groups and unique counts go by; undefined if it is not there or null. Written as
 * PostgreSQL's `->>` does: numbers without an exponent, lists and objects with a space behind each comma and colon.
 */
export function propertyText(properties: Properties, name: string): string | undefined {
  const value = ownValue(properties, name);
  if (value === undefined || value === null) return undefined;
  return typeof value === 'string' ? value : jsonText(value);
}

/** Own properties only, so that nothing called "constructor" is there of itself. */
function ownValue(properties: Properties, name: string): unknown {
  return Object.hasOwn(properties, name) ? properties[name] : undefined;
}

function jsonText(value: unknown): string {
  if (typeof value === 'number') return plainNumeral(value);
  if (Array.isArray(value)) return `[${value.map(jsonText).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).sort(([a], [b]) => utf8Length(a) - utf8Length(b) || compareTexts(a, b));
  return `{${entries.map(([key, item]) => `${JSON.stringify(key)}: ${jsonText(item)}`).join(', ')}}`;
}

/** PostgreSQL keeps the keys of an object by their length in bytes first. */
function utf8Length(text: string): number {
  let bytes = 0;
  for (const character of text) {
    const code = character.codePointAt(0) as number;
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  }
  return bytes;
}

/** A numeral of any length, with an exponent too, as JavaScript and PostgreSQL write numbers. */
export function exactOfNumeral(text: string): Exact {
  const [mantissa = '', exponent = '0'] = text.split('e');
  const [whole = '', fraction = ''] = mantissa.split('.');
  const digits = BigInt(whole + fraction);
  const shift = Number(exponent) - fraction.length;
  return shift < 0 ? ratio(digits, 10n ** BigInt(-shift)) : ratio(digits * 10n ** BigInt(shift), 1n);
}

function plainNumeral(value: number): string {
  const [mantissa = '', exponent] = String(value).split('e');
  if (exponent === undefined) return mantissa;
  const sign = mantissa.startsWith('-') ? '-' : '';
  const [whole = '', fraction = ''] = mantissa.replace('-', '').split('.');
  const point = whole.length + Number(exponent);
  const digits = whole + fraction;
  if (point <= 0) return `${sign}0.${'0'.repeat(-point)}${digits}`;
  return sign + digits.padEnd(point, '0');
}

/** By code points, which is the order of their bytes in UTF-8 and so of PostgreSQL's collation "C". */
export function compareTexts(a: string, b: string): number {
  const shorter = Math.min(a.length, b.length);
  for (let at = 0; at < shorter; at += 1) {
    const [x, y] = [a.charCodeAt(at), b.charCodeAt(at)];
    if (x !== y) return codePointRank(x) - codePointRank(y);
  }
  return a.length - b.length;
}

/** Halves of the pairs that stand for code points above U+FFFF come after all others, unlike their numbers. */
function codePointRank(unit: number): number {
  if (unit >= 0xe000) return unit - 0x800;
  return unit >= 0xd800 ? unit + 0x2000 : unit;
}

export function compareLists(a: readonly string[], b: readonly string[]): number {
  const at = a.findIndex((text, index) => text !== b[index]);
  return at < 0 ? 0 : compareTexts(a[at] as string, b[at] as string);
}
