import { invalid } from './errors.ts';

/** Decoded but unchecked parameters: nested maps with strings at the leaves; lists are maps with the keys 0, 1, 2 … */
export type Raw = string | RawMap;
export interface RawMap {
  [key: string]: Raw;
}

/** 250 lines of about 20 fields each fit; more is not a request of this API. */
const maximumPairs = 10_000;
const maximumDepth = 10;

/**
 * Decodes `lines[0][amount]=5&expand[]=customer`, the way Stripe reads bodies and queries. The last of two equal
 * names wins. Maps have no prototype, so that a name such as `__proto__` is only a name.
 */
export function decodeForm(text: string): RawMap {
  const root = emptyMap();
  if (text === '') return root;
  const pairs = text.split('&');
  if (pairs.length > maximumPairs) throw invalid(`Too many parameters: ${pairs.length}; the limit is ${maximumPairs}.`);
  for (const pair of pairs) {
    if (pair === '') continue;
    const equals = pair.indexOf('=');
    const name = decodeComponent(equals < 0 ? pair : pair.slice(0, equals));
    insert(root, splitName(name), equals < 0 ? '' : decodeComponent(pair.slice(equals + 1)), name);
  }
  return root;
}

/** One text for one meaning: keys sorted at every depth. Two requests are the same request when these are equal. */
export function canonicalForm(raw: Raw): string {
  if (typeof raw === 'string') return JSON.stringify(raw);
  const entries = Object.keys(raw)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${canonicalForm(raw[key] as Raw)}`);
  return `{${entries.join(',')}}`;
}

export function emptyMap(): RawMap {
  return Object.create(null) as RawMap;
}

function decodeComponent(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    throw invalid(`Invalid percent-encoding in the request: ${text.slice(0, 40)}`);
  }
}

/** `a[b][]` → ['a', 'b', '']; a name with unbalanced brackets stands for itself and is then unknown. */
function splitName(name: string): string[] {
  const open = name.indexOf('[');
  if (open <= 0 || !name.endsWith(']')) return [name];
  const path = name.slice(open + 1, -1).split('][');
  path.unshift(name.slice(0, open));
  return path.some((segment) => segment.includes('[') || segment.includes(']')) ? [name] : path;
}

function insert(root: RawMap, path: string[], value: string, name: string): void {
  if (path.length > maximumDepth) throw invalid(`Parameter is nested too deeply: ${name}`, name);
  let map = root;
  for (let depth = 0; depth < path.length; depth += 1) {
    const segment = path[depth] ?? '';
    const key = segment === '' ? String(Object.keys(map).length) : segment;
    if (depth === path.length - 1) {
      map[key] = value;
      return;
    }
    const next = map[key];
    if (typeof next === 'string') throw invalid(`Parameter is both a value and a group: ${name}`, name);
    map = map[key] = next ?? emptyMap();
  }
}
