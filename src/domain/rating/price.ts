import { parseDecimal } from '../money/decimal.ts';
import { type Filter, parseFilter } from './filter.ts';
import { readerFor } from './reader.ts';

/** A fixed amount a cycle, in major units; prorated for a part of the cycle. */
export type Flat = { model: 'flat'; amount: string };
/** Every unit at one price. */
export type PerUnit = { model: 'per_unit'; unitAmount: string };
/** `upTo` is inclusive, null in the last tier: no bound. `flatAmount` is charged once when the tier is reached. */
export type Tier = { upTo: string | null; unitAmount?: string; flatAmount?: string };
/** Each tier's own units at that tier's price. */
export type Graduated = { model: 'graduated'; tiers: Tier[] };
/** All units at the price of the tier that the whole quantity falls in. */
export type Volume = { model: 'volume'; tiers: Tier[] };
/** Units sold in packages; a started one counts whole with 'up' (the default), not at all with 'down'. */
export type Package = { model: 'package'; packageSize: string; packageAmount: string; rounding?: 'up' | 'down' };

/** What each model asks for. A new model is added here, in `models` below and in the table of charge.ts. */
export type Model = Flat | PerUnit | Graduated | Volume | Package;

/**
 * A price as parsed from a plan's file or from JSON. All numbers are decimals in quotes and amounts are in major units
 * (dollars). `included` units are free each period, whole or not. Only a flat price has no meter.
 */
export type Price = { key: string; name: string; meter?: string; filter?: Filter; included?: string } & Model;

export const maxTiers = 100;

const read = readerFor('price-invalid');

const models: { [M in Model['model']]: (entries: Record<string, unknown>, field: string) => Model & { model: M } } = {
  flat: (entries, field) => ({ model: 'flat', amount: read.decimal(entries['amount'], `${field}.amount`) }),
  per_unit: (entries, field) => ({
    model: 'per_unit',
    unitAmount: read.decimal(entries['unitAmount'], `${field}.unitAmount`),
  }),
  graduated: (entries, field) => ({ model: 'graduated', tiers: parseTiers(entries['tiers'], `${field}.tiers`) }),
  volume: (entries, field) => ({ model: 'volume', tiers: parseTiers(entries['tiers'], `${field}.tiers`) }),
  package: (entries, field) => ({
    model: 'package',
    packageSize: read.decimal(entries['packageSize'], `${field}.packageSize`, { above: true }),
    packageAmount: read.decimal(entries['packageAmount'], `${field}.packageAmount`),
    ...(entries['rounding'] !== undefined && {
      rounding: read.oneOf(entries['rounding'], `${field}.rounding`, ['up', 'down']),
    }),
  }),
};

const common = ['key', 'name', 'model'];
const ofUsage = [...common, 'meter', 'filter', 'included'];
const keysOf: { [M in Model['model']]: readonly string[] } = {
  flat: [...common, 'amount'],
  per_unit: [...ofUsage, 'unitAmount'],
  graduated: [...ofUsage, 'tiers'],
  volume: [...ofUsage, 'tiers'],
  package: [...ofUsage, 'packageSize', 'packageAmount', 'rounding'],
};
const modelNames = Object.keys(models) as Model['model'][];

/**
 * @param field path of the price as the caller wrote it, such as `plans[0].prices[2]`; errors name the field below it
 * @throws DurabillError price-invalid, decimal-invalid
 */
export function parsePrice(input: unknown, field: string): Price {
  const written = typeof input === 'object' && input !== null ? (input as { model?: unknown }).model : undefined;
  const model = read.oneOf(written, `${field}.model`, modelNames);
  const entries = read.record(input, field, keysOf[model]);
  return {
    key: read.key(entries['key'], `${field}.key`),
    name: read.text(entries['name'], `${field}.name`),
    ...(entries['meter'] !== undefined && { meter: read.key(entries['meter'], `${field}.meter`) }),
    ...(entries['filter'] !== undefined && { filter: parseFilter(read, entries['filter'], `${field}.filter`) }),
    ...(entries['included'] !== undefined && { included: read.decimal(entries['included'], `${field}.included`) }),
    ...models[model](entries, field),
  };
}

function parseTiers(input: unknown, field: string): Tier[] {
  const tiers = read
    .list(input, field, { least: 1, most: maxTiers })
    .map((tier, index) => parseTier(tier, `${field}[${index}]`));
  tiers.forEach((tier, index) => {
    checkBound(tiers, tier, index, `${field}[${index}].upTo`);
  });
  return tiers;
}

function parseTier(input: unknown, field: string): Tier {
  const entries = read.record(input, field, ['upTo', 'unitAmount', 'flatAmount']);
  if (entries['unitAmount'] === undefined && entries['flatAmount'] === undefined) {
    read.refuse(field, 'It needs a unitAmount, a flatAmount or both; a free tier says "0".');
  }
  return {
    upTo: entries['upTo'] === null ? null : read.decimal(entries['upTo'], `${field}.upTo`, { above: true }),
    ...(entries['unitAmount'] !== undefined && {
      unitAmount: read.decimal(entries['unitAmount'], `${field}.unitAmount`),
    }),
    ...(entries['flatAmount'] !== undefined && {
      flatAmount: read.decimal(entries['flatAmount'], `${field}.flatAmount`),
    }),
  };
}

/** Tiers begin where the one before ends, so they cannot have gaps; their ends have to rise and the last to be open. */
function checkBound(tiers: readonly Tier[], { upTo }: Tier, index: number, field: string): void {
  const isLast = index === tiers.length - 1;
  if (isLast && upTo !== null) read.refuse(field, 'The last tier has to be open: upTo is null.');
  if (!isLast && upTo === null) read.refuse(field, 'Only the last tier is open; this one needs a bound.');

  const before = tiers[index - 1]?.upTo;
  if (typeof before === 'string' && typeof upTo === 'string' && parseDecimal(upTo).lte(parseDecimal(before))) {
    read.refuse(field, `${upTo} is not above ${before}, the bound of the tier before.`);
  }
}
