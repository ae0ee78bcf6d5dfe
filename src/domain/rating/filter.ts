import type { Reader } from './reader.ts';

/**
 * Which events count: each property named here has to be there with one of the values listed. Values are texts and
 * compared with the text form of the event's property, as PostgreSQL's `->>` writes it: true is 'true', 3 is '3'.
 * A meter's filter and a price's filter both have to hold.
 */
export type Filter = Record<string, string[]>;

const mostProperties = 20;
const mostValues = 500;

export function parseFilter(read: Reader, input: unknown, field: string): Filter {
  const names = typeof input === 'object' && input !== null ? Object.keys(input) : [];
  const entries = read.record(input, field, names);
  if (names.length === 0) read.refuse(field, 'It names no property; leave it out to count every event.');
  if (names.length > mostProperties) read.refuse(field, `It names more than ${mostProperties} properties.`);
  return Object.fromEntries(
    names.map((name) => [read.text(name, field), values(read, entries[name], `${field}.${name}`)]),
  );
}

function values(read: Reader, input: unknown, field: string): string[] {
  const list = read
    .list(input, field, { least: 1, most: mostValues })
    .map((value, index) => read.text(value, `${field}[${index}]`));
  const twice = list.findIndex((value, index) => list.indexOf(value) !== index);
  if (twice >= 0) read.refuse(`${field}[${twice}]`, `"${list[twice]}" is there twice.`);
  return list;
}
