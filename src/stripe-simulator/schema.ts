/**
 * The small language in which operations declare their parameters. A declaration is data: the checker
 * (parameters.ts) interprets it, and `Checked` gives handlers the matching TypeScript type.
 */
export type Shape =
  | { kind: 'text'; maximum: number }
  | { kind: 'integer'; minimum: number; maximum: number }
  | { kind: 'number'; minimum: number; maximum: number }
  | { kind: 'decimal'; places: number }
  | { kind: 'boolean' }
  | { kind: 'choice'; values: readonly string[] }
  | { kind: 'currency' }
  | { kind: 'metadata' }
  | { kind: 'range' }
  | { kind: 'object'; fields: Fields }
  | { kind: 'list'; element: Parameter; maximum: number }
  | { kind: 'beyond'; harmless: readonly string[] };

/**
 * `required`: its absence is `parameter_missing`. `emptyable`: an empty string means unset and reaches the handler as
 * null; otherwise it is `parameter_invalid_empty`. `type` exists for TypeScript only.
 */
export interface Parameter<T = unknown, R extends boolean = boolean> {
  readonly shape: Shape;
  readonly required: R;
  readonly emptyable: boolean;
  readonly type?: T;
}

export type Fields = Readonly<Record<string, Parameter>>;
type TypeOf<P> = P extends Parameter<infer T, boolean> ? T : never;
type RequiredNames<F extends Fields> = { [K in keyof F]: F[K] extends Parameter<unknown, true> ? K : never }[keyof F];

/** What a handler receives for declared fields: absent = undefined, unset by an empty string = null. */
export type Checked<F extends Fields> = { [K in RequiredNames<F>]: TypeOf<F[K]> } & {
  [K in Exclude<keyof F, RequiredNames<F>>]?: TypeOf<F[K]>;
};

/** Metadata as sent: an empty value removes its key, null removes all keys. */
export type MetadataChange = Record<string, string> | null;
export interface Range {
  gt?: number;
  gte?: number;
  lt?: number;
  lte?: number;
}

function parameter<T>(shape: Shape, emptyable = false): Parameter<T, false> {
  return { shape, required: false, emptyable };
}

export function required<T>(optional: Parameter<T, false>): Parameter<NonNullable<T>, true> {
  return { shape: optional.shape, required: true, emptyable: false };
}

export function emptyable<T>(optional: Parameter<T, false>): Parameter<T | null, false> {
  return { shape: optional.shape, required: false, emptyable: true };
}

/** Free text; Stripe lets an empty string unset it. */
export const text = (maximum = 5000) => parameter<string | null>({ kind: 'text', maximum }, true);
/** The id of another object; never empty. */
export const id = () => parameter<string>({ kind: 'text', maximum: 5000 });
export const integer = (minimum: number, maximum: number) => parameter<number>({ kind: 'integer', minimum, maximum });
/** Unix seconds. */
export const timestamp = () => integer(0, 253_402_300_799);
/** Minor units, with sign. Twelve digits are Stripe's bound for amounts of invoice lines. */
export const amount = () => integer(-999_999_999_999, 999_999_999_999);
export const number = (minimum: number, maximum: number) => parameter<number>({ kind: 'number', minimum, maximum });
/** A non-negative decimal, kept as its text. */
export const decimal = (places = 12) => parameter<string>({ kind: 'decimal', places });
export const boolean = () => parameter<boolean>({ kind: 'boolean' });
export const choice = <const V extends string>(...values: readonly V[]) => parameter<V>({ kind: 'choice', values });
export const currency = () => parameter<string>({ kind: 'currency' });
export const metadata = () => parameter<MetadataChange>({ kind: 'metadata' }, true);
/** Metadata where Stripe takes no empty string for all of it. */
export const firstMetadata = () => parameter<Record<string, string>>({ kind: 'metadata' });
export const range = () => parameter<Range | number>({ kind: 'range' });
export const object = <const F extends Fields>(fields: F) => parameter<Checked<F>>({ kind: 'object', fields });
export const list = <T>(element: Parameter<T>, maximum = 10_000) => parameter<T[]>({ kind: 'list', element, maximum });
export const expand = () => list(id(), 100);
/** Known to Stripe, not carried here: refused, except for values that change nothing. */
export const beyond = (...harmless: string[]) => parameter<undefined>({ kind: 'beyond', harmless });
