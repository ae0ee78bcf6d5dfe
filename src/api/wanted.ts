/** The words of JSON Schema that requests are checked by here. */
export type Schema = {
  type?: string;
  enum?: readonly unknown[];
  const?: unknown;
  anyOf?: readonly Schema[];
  minLength?: number;
  maxLength?: number;
  pattern?: string;
  format?: string;
  minimum?: number;
  maximum?: number;
  minItems?: number;
  maxItems?: number;
  minProperties?: number;
  maxProperties?: number;
  properties?: Record<string, Schema>;
  examples?: readonly unknown[];
};

/** Of a long list, such as all currencies, so many are named. */
const mostNamed = 20;

/** What a schema takes, as the end of a sentence: "text of 1 to 255 characters". */
export function wantedBy(schema: Schema): string {
  if (schema.anyOf !== undefined) return [...new Set(schema.anyOf.map(wantedBy))].join(', or ');
  if (schema.const !== undefined) return String(schema.const);
  if (schema.enum !== undefined) return `one of ${named(schema.enum.map(String))}`;
  switch (schema.type) {
    case 'string':
      return textBy(schema);
    case 'integer':
    case 'number':
      return `${schema.type === 'integer' ? 'a whole number' : 'a number'}${within(schema.minimum, schema.maximum)}`;
    case 'array':
      return `a list${of(schema.minItems, schema.maxItems, 'entry', 'entries')}`;
    case 'object':
      return `an object${of(schema.minProperties, schema.maxProperties, 'field', 'fields')}`;
    case 'boolean':
      return 'true or false';
    case 'null':
      return 'null';
    default:
      return 'what the description of this address says';
  }
}

/** What a value is, for the same sentence. */
export function kindFor(value: unknown): string {
  if (typeof value === 'string') return 'text';
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' && value !== null ? 'an object' : String(value);
}

export function named(names: readonly string[]): string {
  const more = names.length - mostNamed;
  return more > 0 ? `${names.slice(0, mostNamed).join(', ')} and ${more} more` : names.join(', ');
}

/** How it is to be written is shown by an example: a pattern says it to nobody. */
function textBy({ minLength, maxLength, pattern, format, examples = [] }: Schema): string {
  const isEmptyRefused = minLength === 1 && maxLength === undefined;
  const length = isEmptyRefused ? ' that is not empty' : of(minLength, maxLength, 'character', 'characters');
  const isShown = (format !== undefined || (pattern !== undefined && pattern !== storable)) && examples.length > 0;
  return `text${length}${isShown ? ` written like ${JSON.stringify(examples[0])}` : ''}`;
}

/** PostgreSQL stores all text but this. */
export const storable = '^[^\\0]*$';

function of(least: number | undefined, most: number | undefined, one: string, many: string): string {
  if (least === undefined && most === undefined) return '';
  const unit = (most ?? least) === 1 ? one : many;
  if (least === most) return ` of ${most} ${unit}`;
  if (most === undefined) return ` of at least ${least} ${unit}`;
  return least === undefined ? ` of at most ${most} ${unit}` : ` of ${least} to ${most} ${unit}`;
}

function within(least: number | undefined, most: number | undefined): string {
  if (least !== undefined && most !== undefined) return ` from ${least} to ${most}`;
  if (least !== undefined) return ` of at least ${least}`;
  return most === undefined ? '' : ` of at most ${most}`;
}
