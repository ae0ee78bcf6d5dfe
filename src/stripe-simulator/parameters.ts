import { currencies } from './currencies.ts';
import { beyondSimulator, emptyParameter, invalid, missingParameter, Refusal, unknownParameters } from './errors.ts';
import type { Raw, RawMap } from './form.ts';
import type { Checked, Fields, Parameter, Range, Shape } from './schema.ts';

/**
 * Checks decoded parameters against an operation's declaration and converts them. Unknown names are refused at any
 * depth; `param` is the bracketed path of the first offender, as Stripe writes it. Throws a Refusal (400).
 */
export function checkParameters<F extends Fields>(fields: F, raw: RawMap): Checked<F> {
  return checkFields(fields, raw, '') as Checked<F>;
}

function checkFields(fields: Fields, raw: RawMap, path: string): Record<string, unknown> {
  const unknown = Object.keys(raw).filter((name) => !Object.hasOwn(fields, name));
  if (unknown.length > 0) throw unknownParameters(unknown.map((name) => join(path, name)));
  const checked: Record<string, unknown> = {};
  for (const name in fields) {
    const parameter = fields[name] as Parameter;
    const value = raw[name];
    if (value === undefined) {
      if (parameter.required) throw missingParameter(join(path, name));
      continue;
    }
    const result = checkParameter(parameter, value, join(path, name));
    if (result !== undefined) checked[name] = result;
  }
  return checked;
}

function checkParameter(parameter: Parameter, raw: Raw, path: string): unknown {
  if (raw === '' && parameter.emptyable) return null;
  if (raw === '' && parameter.shape.kind !== 'beyond') throw emptyParameter(path);
  return checkShape(parameter.shape, raw, path);
}

function checkShape(shape: Shape, raw: Raw, path: string): unknown {
  switch (shape.kind) {
    case 'object':
      return checkFields(shape.fields, asMap(raw, path), path);
    case 'list':
      return checkList(shape, asMap(raw, path, 'array'), path);
    case 'metadata':
      return checkMetadata(asMap(raw, path), path);
    case 'range':
      return typeof raw === 'string' ? wholeNumber(raw, path) : checkRange(raw, path);
    case 'beyond':
      if (typeof raw === 'string' && (raw === '' || shape.harmless.includes(raw))) return undefined;
      throw beyondSimulator(path);
    default:
      if (typeof raw !== 'string') throw invalid(`Invalid ${shape.kind === 'text' ? 'string' : shape.kind}`, path);
      return checkScalar(shape, raw, path);
  }
}

type Scalar = Exclude<Shape, { kind: 'object' | 'list' | 'metadata' | 'range' | 'beyond' }>;

function checkScalar(shape: Scalar, raw: string, path: string): unknown {
  switch (shape.kind) {
    case 'text':
      if ([...raw].length <= shape.maximum) return raw;
      throw invalid(`Invalid string: ${shorten(raw)}; must be at most ${shape.maximum} characters`, path);
    case 'integer':
      return boundedInteger(shape, wholeNumber(raw, path), path);
    case 'number':
      return boundedNumber(shape, raw, path);
    case 'decimal':
      if (new RegExp(`^\\d{1,15}(\\.\\d{1,${shape.places}})?$`).test(raw)) return raw;
      throw invalid(`Invalid decimal: ${shorten(raw)}; at most ${shape.places} decimal places`, path);
    case 'boolean':
      if (raw === 'true' || raw === 'false') return raw === 'true';
      throw invalid(`Invalid boolean: ${shorten(raw)}`, path);
    case 'choice':
      if (shape.values.includes(raw)) return raw;
      throw invalid(`Invalid ${path}: must be ${oneOf(shape.values)}`, path);
    case 'currency':
      if (currencies.has(raw.toLowerCase())) return raw.toLowerCase();
      throw invalid(`Invalid currency: ${shorten(raw)}.`, path);
  }
}

function wholeNumber(raw: string, path: string): number {
  const value = Number(raw);
  if (/^-?\d{1,16}$/.test(raw) && Number.isSafeInteger(value)) return value;
  throw new Refusal(`Invalid integer: ${shorten(raw)}`, { code: 'parameter_invalid_integer', param: path });
}

function boundedInteger(shape: { minimum: number; maximum: number }, value: number, path: string): number {
  if (value >= shape.minimum && value <= shape.maximum) return value;
  const bound =
    value < shape.minimum ? `greater than or equal to ${shape.minimum}` : `less than or equal to ${shape.maximum}`;
  throw new Refusal(`This value must be ${bound}.`, { code: 'parameter_invalid_integer', param: path });
}

function boundedNumber(shape: { minimum: number; maximum: number }, raw: string, path: string): number {
  const value = Number(raw);
  if (/^\d+(\.\d+)?$/.test(raw) && value >= shape.minimum && value <= shape.maximum) return value;
  throw invalid(`Invalid number: ${shorten(raw)}; from ${shape.minimum} to ${shape.maximum}`, path);
}

function checkList(shape: { element: Parameter; maximum: number }, raw: RawMap, path: string): unknown[] {
  const indexes = Object.keys(raw);
  if (!indexes.every((index) => /^\d{1,6}$/.test(index))) throw invalid('Invalid array', path);
  if (indexes.length > shape.maximum) throw tooManyElements(path, shape.maximum);
  return indexes
    .sort((left, right) => Number(left) - Number(right))
    .map((index) => checkParameter(shape.element, raw[index] as Raw, join(path, index)));
}

export function tooManyElements(path: string, maximum: number): Refusal {
  return invalid(`Array ${path} exceeded maximum ${maximum} allowed elements.`, path);
}

function checkRange(raw: RawMap, path: string): Range {
  const bounds: readonly string[] = ['gt', 'gte', 'lt', 'lte'];
  const unknown = Object.keys(raw).filter((name) => !bounds.includes(name));
  if (unknown.length > 0) throw unknownParameters(unknown.map((name) => join(path, name)));
  const entries = Object.entries(raw).map(([name, value]) => {
    if (typeof value !== 'string') throw invalid('Invalid integer', join(path, name));
    return [name, wholeNumber(value, join(path, name))] as const;
  });
  return Object.fromEntries(entries);
}

/** Stripe's limits for metadata; the count of keys is checked after merging, by the handler. */
export const metadataLimits = { keys: 50, keyLength: 40, valueLength: 500 };

function checkMetadata(raw: RawMap, path: string): Record<string, string> {
  const entries = Object.entries(raw).map(([key, value]) => {
    const param = join(path, key);
    if (typeof value !== 'string') throw invalid('Metadata values must be strings.', param);
    if ([...key].length > metadataLimits.keyLength) {
      throw invalid(`Metadata keys can have up to 40 characters. Invalid key: ${shorten(key)}`, param);
    }
    if ([...value].length > metadataLimits.valueLength) {
      throw invalid(`Metadata values can have up to 500 characters. Invalid value: ${shorten(value)}`, param);
    }
    return [key, value] as const;
  });
  return Object.fromEntries(entries);
}

function asMap(raw: Raw, path: string, noun = 'object'): RawMap {
  if (typeof raw !== 'string') return raw;
  throw invalid(`Invalid ${noun}`, path);
}

function join(path: string, name: string): string {
  return path === '' ? name : `${path}[${name}]`;
}

function oneOf(values: readonly string[]): string {
  if (values.length === 1) return `${values[0]}`;
  return `one of ${values.slice(0, -1).join(', ')}, or ${values.at(-1)}`;
}

function shorten(text: string): string {
  return text.length <= 40 ? text : `${text.slice(0, 20)}...${text.slice(-10)}`;
}
