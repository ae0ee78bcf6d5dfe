/** A value of parsed JSON or YAML. */
export type Json = null | boolean | number | string | Json[] | { [name: string]: Json };

/**
 * One difference between two contents, by the path of what differs. `from` is missing of what was added and `to` of what
 * was removed, so that a null that is written, such as the open bound of a tier, stays apart from nothing. What is
 * `reordered` says its keys in both orders.
 */
export type Difference = {
  field: string;
  kind: 'added' | 'removed' | 'changed' | 'reordered';
  from?: Json;
  to?: Json;
};

/**
 * Every difference of two contents, in the order of the second one, then what only the first one has. Entries with a key
 * (prices) or with values (cells of a matrix) are matched by it, so that a price that was put in between does not make
 * those behind it look changed; other lists of objects (tiers) are matched by their place. A list of texts is one value.
 * None if both would be written as the same canonical JSON.
 */
export function differencesOf(from: unknown, to: unknown, field = ''): Difference[] {
  if (isRecord(from) && isRecord(to)) return ofEntries(Object.entries(from), Object.entries(to), dotted(field));
  if (isListOfRecords(from) && isListOfRecords(to)) return ofLists(from, to, field);
  return same(from, to) ? [] : [{ field, kind: 'changed', from: from as Json, to: to as Json }];
}

type Fields = { [name: string]: unknown };
type Entry = readonly [name: string, value: unknown];

/** A path goes on with a dot behind a field, and with brackets behind a list. */
const dotted = (field: string) => (name: string) => (field === '' ? name : `${field}.${name}`);
const bracketed = (field: string) => (name: string) => `${field}[${name}]`;

function ofLists(from: Fields[], to: Fields[], field: string): Difference[] {
  const [before, after] = [named(from), named(to)];
  const found = ofEntries(before, after, bracketed(field));
  const common = (these: Entry[], those: Entry[]) => {
    const names = new Set(those.map(([name]) => name));
    return these.map(([name]) => name).filter((name) => names.has(name));
  };
  const [fromOrder, toOrder] = [common(before, after), common(after, before)];
  return same(fromOrder, toOrder) ? found : [...found, { field, kind: 'reordered', from: fromOrder, to: toOrder }];
}

function ofEntries(from: Entry[], to: Entry[], pathOf: (name: string) => string): Difference[] {
  const [before, after] = [new Map(from), new Map(to)];
  return [
    ...to.flatMap(([name, value]): Difference[] =>
      before.has(name)
        ? differencesOf(before.get(name), value, pathOf(name))
        : [{ field: pathOf(name), kind: 'added', to: value as Json }],
    ),
    ...from
      .filter(([name]) => !after.has(name))
      .map(([name, value]): Difference => ({ field: pathOf(name), kind: 'removed', from: value as Json })),
  ];
}

/** By what each entry of a list is matched; by its place where keys are missing or there twice. */
function named(list: Fields[]): Entry[] {
  const names = list.map(({ key, values }) =>
    typeof key === 'string' ? key : isTexts(values) ? values.join(', ') : '',
  );
  const areNames = !names.includes('') && new Set(names).size === names.length;
  return list.map((entry, index) => [areNames ? (names[index] as string) : String(index), entry]);
}

const isRecord = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isListOfRecords = (value: unknown): value is Fields[] =>
  Array.isArray(value) && value.length > 0 && value.every(isRecord);
const isTexts = (value: unknown): value is string[] =>
  Array.isArray(value) && value.every((one) => typeof one === 'string');

function same(from: unknown, to: unknown): boolean {
  if (Array.isArray(from) && Array.isArray(to)) {
    return from.length === to.length && from.every((value, index) => same(value, to[index]));
  }
  return isRecord(from) && isRecord(to) ? differencesOf(from, to).length === 0 : from === to;
}
