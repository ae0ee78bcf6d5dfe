import type { ErrorCode } from '../../errors/catalogue.ts';
import { DurabillError } from '../../errors/error.ts';
import { decimalText, type Exact, parseDecimal, zero } from '../money/exact.ts';

/** A key of a meter, plan or price: it stands in ids, URLs and files, so it stays plain. */
const keyForm = /^[a-z][a-z0-9_-]{0,62}$/;

export type Reader = ReturnType<typeof readerFor>;

/** The path of a field inside of another; the empty path is all that was sent, whose fields have no prefix. */
export function within(field: string, name: string): string {
  return field === '' ? name : `${field}.${name}`;
}

/**
 * Reads parsed YAML or JSON field by field and refuses what is not documented, naming the field's path. `code` is the
 * coded error to throw, so that a bad meter is not called a bad price.
 */
export function readerFor(code: ErrorCode) {
  const refuse = (field: string, reason: string): never => {
    throw new DurabillError(code, { field, reason });
  };

  /** An object with no other keys than these: a misspelt one would otherwise silently not count. */
  const record = (input: unknown, field: string, allowed: readonly string[]): Record<string, unknown> => {
    if (typeof input !== 'object' || input === null || Array.isArray(input)) {
      refuse(field === '' ? 'body' : field, 'It has to be an object.');
    }
    const entries = input as Record<string, unknown>;
    const unknown = Object.keys(entries).find((key) => !allowed.includes(key));
    if (unknown !== undefined) {
      refuse(within(field, unknown.slice(0, 60)), `This is not known here; possible are ${allowed.join(', ')}.`);
    }
    return entries;
  };

  const list = (input: unknown, field: string, limits: { least: number; most: number }): unknown[] => {
    if (!Array.isArray(input)) return refuse(field, 'It has to be a list.');
    if (input.length < limits.least) refuse(field, `It needs at least ${limits.least}.`);
    if (input.length > limits.most) refuse(field, `It has ${input.length} entries; at most ${limits.most} are taken.`);
    return input;
  };

  const text = (input: unknown, field: string, most = 200): string => {
    if (input === undefined || input === '') return refuse(field, 'It is missing or empty.');
    if (typeof input !== 'string') return refuse(field, 'It has to be a text; in YAML put it in quotes.');
    // PostgreSQL stores no half of a surrogate pair and no zero character, and a line break breaks tables and e-mail headers.
    if (!input.isWellFormed()) refuse(field, 'It has half a surrogate pair.');
    if (/\p{Cc}/u.test(input) || input.trim() !== input) refuse(field, 'It has control characters or outer spaces.');
    if (input.length > most) refuse(field, `It is longer than ${most} characters.`);
    return input;
  };

  const key = (input: unknown, field: string): string => {
    const value = text(input, field);
    if (!keyForm.test(value)) {
      refuse(
        field,
        `"${value}" is not a key: lower-case letters, digits, - and _, starting with a letter, at most 63.`,
      );
    }
    return value;
  };

  const oneOf = <T extends string>(input: unknown, field: string, choices: readonly T[]): T =>
    choices.find((choice) => choice === input) ?? refuse(field, `It has to be one of ${choices.join(', ')}.`);

  /** A decimal in quotes, zero or more; above zero if `above`. Answers the text as written. */
  const decimal = (input: unknown, field: string, { above = false } = {}): string => {
    if (input === undefined) refuse(field, 'It is missing.');
    const value = parseDecimal(input as string, field);
    if (value.lt(zero) || (above && value.equals(zero))) {
      refuse(field, `${decimalText(value)} is not ${above ? 'above zero' : 'zero or more'}.`);
    }
    return input as string;
  };

  /** Those of the decimals that are there, zero or more. */
  const decimals = <Name extends string>(
    entries: Record<string, unknown>,
    field: string,
    names: readonly Name[],
  ): { [N in Name]?: string } =>
    Object.fromEntries(
      names
        .filter((name) => entries[name] !== undefined)
        .map((name) => [name, decimal(entries[name], within(field, name))]),
    ) as { [N in Name]?: string };

  /** The same of whole numbers. */
  const wholes = <Name extends string>(
    entries: Record<string, unknown>,
    field: string,
    names: readonly Name[],
  ): { [N in Name]?: string } => {
    const found = decimals(entries, field, names);
    for (const name of names) {
      const text = found[name];
      if (text !== undefined && parseDecimal(text).d !== 1n)
        refuse(`${field}.${name}`, `${text} is not a whole number.`);
    }
    return found;
  };

  /** A plain number, such as how many decimals: not an amount. */
  const whole = (input: unknown, field: string, { least = 0, most }: { least?: number; most: number }): number => {
    if (typeof input !== 'number' || !Number.isInteger(input) || input < least || input > most) {
      return refuse(field, `It has to be a whole number from ${least} to ${most}.`);
    }
    return input;
  };

  const flag = (input: unknown, field: string): boolean =>
    typeof input === 'boolean' ? input : refuse(field, 'It has to be true or false.');

  /** No two entries may have the same key. */
  const unique = (entries: readonly { key: string }[], field: string): void => {
    const seen = new Set<string>();
    for (const [index, entry] of entries.entries()) {
      if (seen.has(entry.key)) refuse(`${field}[${index}].key`, `"${entry.key}" is there twice.`);
      seen.add(entry.key);
    }
  };

  return { refuse, record, list, text, key, oneOf, decimal, decimals, wholes, whole, flag, unique };
}

/** For decimals that a parser has already checked. */
export function decimalOrZero(text: string | undefined): Exact {
  return text === undefined ? zero : parseDecimal(text);
}
