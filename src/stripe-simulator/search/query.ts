import { invalid } from '../errors.ts';

/**
 * Stripe's search query language, as documented: clauses of field, operator and value, joined by spaces, AND or OR (not
 * both, no parentheses), each negated by a `-`. What a field can be asked depends on its type.
 */
export type FieldType = 'token' | 'string' | 'numeric';
type Operator = ':' | '~' | '>' | '<' | '>=' | '<=';

export interface Clause {
  field: string;
  /** The key within `metadata["key"]`. */
  key: string | null;
  isNegated: boolean;
  operator: Operator;
  /** Null asks for absence. */
  value: string | null;
}

export interface Query {
  clauses: readonly Clause[];
  join: 'AND' | 'OR';
}

export interface Searchable {
  /** As Stripe names it in refusals. */
  resource: string;
  fields: Readonly<Record<string, FieldType>>;
}

const operators: Record<FieldType, readonly Operator[]> = {
  token: [':'],
  string: [':', '~'],
  numeric: [':', '>', '<', '>=', '<='],
};
const maximumClauses = 10;
const shortestSubstring = 3;

const spaces = /\s+/y;
const joiner = /(AND|OR)(?=\s)/iy;
const quoted = (group: string) =>
  `(?<${group}Quote>["'])(?<${group}>(?:\\\\.|(?!\\k<${group}Quote>).)*)\\k<${group}Quote>`;
const clausePattern = new RegExp(
  `(?<minus>-?)(?<field>[a-z_][\\w.]*)(?:\\[${quoted('key')}\\])?(?<operator>>=|<=|:|~|>|<)` +
    `(?:${quoted('text')}|(?<nothing>null)(?=\\s|$)|(?<number>-?\\d+)(?=\\s|$))`,
  'iys',
);

function unparsable(): Error {
  return invalid(
    'We were unable to parse your search query. Write clauses like metadata["key"]:"value" or field:"value".',
  );
}

/**
 * Reads a query or throws Stripe's 400, also for a field that the resource does not have and a comparison that its type
 * does not know.
 */
export function parseQuery(text: string, searchable: Searchable): Query {
  const clauses: Clause[] = [];
  const joins = new Set<Query['join']>();
  let position = 0;
  const take = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = position;
    const found = pattern.exec(text);
    if (found !== null) position = pattern.lastIndex;
    return found;
  };
  take(spaces);
  while (position < text.length) {
    if (clauses.length > 0) joins.add(take(joiner)?.[1]?.toUpperCase() === 'OR' ? 'OR' : 'AND');
    take(spaces);
    const found = take(clausePattern)?.groups;
    if (found === undefined) throw unparsable();
    clauses.push(checkedClause(clauseOf(found), searchable));
    if (position < text.length && take(spaces) === null) throw unparsable();
  }
  if (clauses.length === 0) throw unparsable();
  if (clauses.length > maximumClauses) throw invalid(`A search query can have at most ${maximumClauses} clauses.`);
  if (joins.size > 1) throw invalid('AND and OR cannot be mixed in one search query.');
  return { clauses, join: joins.has('OR') ? 'OR' : 'AND' };
}

function clauseOf(found: Record<string, string | undefined>): Clause {
  const unescaped = (text: string | undefined) => text?.replaceAll(/\\(.)/gs, '$1');
  return {
    field: found['field'] ?? '',
    key: unescaped(found['key']) ?? null,
    isNegated: found['minus'] === '-',
    operator: found['operator'] as Operator,
    value: unescaped(found['text']) ?? found['number'] ?? null,
  };
}

function checkedClause(clause: Clause, { resource, fields }: Searchable): Clause {
  const { field, key, operator, value } = clause;
  const type = Object.hasOwn(fields, field) ? fields[field] : undefined;
  if (type === undefined || (field === 'metadata') !== (key !== null)) {
    throw invalid(`Field \`${field}\` is an unsupported search field for resource \`${resource}\`.`);
  }
  const isKnown = operators[type].includes(operator) && (value !== null || operator === ':');
  if (!isKnown) throw invalid(`The operator \`${operator}\` is not supported for the field \`${field}\`.`);
  if (type === 'numeric' && value !== null && !/^-?\d+$/.test(value)) {
    throw invalid(`The field \`${field}\` is compared with whole numbers.`);
  }
  if (operator === '~' && [...(value ?? '')].length < shortestSubstring) {
    throw invalid(`A substring to search for has at least ${shortestSubstring} characters.`);
  }
  return clause;
}

/** Whether an object matches; `valueIn` gives what the object has in the field of a clause, null where it has nothing. */
export function matches(
  { clauses, join }: Query,
  { fields }: Searchable,
  valueIn: (clause: Clause) => string | number | null,
): boolean {
  const holds = (clause: Clause) =>
    holdsFor(clause, fields[clause.field] ?? 'token', valueIn(clause)) !== clause.isNegated;
  return join === 'OR' ? clauses.some(holds) : clauses.every(holds);
}

function holdsFor({ operator, value }: Clause, type: FieldType, actual: string | number | null): boolean {
  if (value === null || actual === null) return value === actual;
  if (type === 'numeric') return compares(operator, Number(actual), Number(value));
  const [has, wanted] = [String(actual).toLowerCase(), value.toLowerCase()];
  if (operator === '~') return has.includes(wanted);
  // An exact match on a string asks for all of its words in their order, wherever they stand.
  return type === 'token' ? has === wanted : ` ${wordsOf(has)} `.includes(` ${wordsOf(wanted)} `);
}

function compares(operator: Operator, actual: number, wanted: number): boolean {
  if (operator === ':') return actual === wanted;
  if (operator === '>') return actual > wanted;
  if (operator === '<') return actual < wanted;
  return operator === '>=' ? actual >= wanted : actual <= wanted;
}

function wordsOf(text: string): string {
  return text
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '')
    .join(' ');
}
