import { decimalText, type Exact, exactOf, least, parseDecimal, zero } from '../money/exact.ts';
import { packagesOf } from './packages.ts';
import type { Reader } from './reader.ts';
import { decimalOrZero } from './reader.ts';
import type { ExactStep } from './step.ts';

/** A tier holds what is above the bound of the one before and up to `upTo`, which it includes; null: no bound. */
export type Tier = { upTo: string | null };
/** `flatAmount` is charged once when the tier is reached; packages are counted in each tier anew; `maximumAmount` caps all of it. */
export type UnitTier = Tier & {
  unitAmount?: string;
  flatAmount?: string;
  packageSize?: string;
  packageAmount?: string;
  maximumAmount?: string;
};
/** `rate` is in percent of the amount that falls into the tier. */
export type RateTier = Tier & { rate?: string; flatAmount?: string };
/** One price for the whole quantity. */
export type StepTier = Tier & { flatAmount: string };

export const maxTiers = 100;

/**
 * @param free what a tier says in which nothing is charged
 * @throws DurabillError of the reader: bounds have to rise and the last tier has to be open
 */
export function readTiers<T extends Tier>(
  read: Reader,
  input: unknown,
  field: string,
  readTier: (tier: unknown, field: string) => T,
  free = 'unitAmount "0"',
): T[] {
  const tiers = read
    .list(input, field, { least: 1, most: maxTiers })
    .map((tier, index) => readTier(tier, `${field}[${index}]`));
  const last = tiers.length - 1;
  if (tiers[last]?.upTo !== null) {
    read.refuse(
      `${field}[${last}].upTo`,
      `The last tier has to be open: add a tier with upTo null; ${free} if nothing is charged above.`,
    );
  }
  for (const [index, tier] of tiers.entries()) checkBound(read, tiers, tier, index, `${field}[${index}].upTo`);
  return tiers;
}

/** Tiers begin where the one before ends, so they cannot have gaps; their ends have to rise and the last to be open. */
function checkBound(read: Reader, tiers: readonly Tier[], { upTo }: Tier, index: number, field: string): void {
  const isLast = index === tiers.length - 1;
  if (!isLast && upTo === null) read.refuse(field, 'Only the last tier is open; this one needs a bound.');

  const before = tiers[index - 1]?.upTo;
  if (typeof before === 'string' && typeof upTo === 'string' && parseDecimal(upTo).lte(parseDecimal(before))) {
    read.refuse(field, `It has to be above the ${before} of the tier before.`);
  }
}

const boundOf = (read: Reader, input: unknown, field: string) =>
  input === null ? null : read.decimal(input, `${field}.upTo`, { above: true });

export function readUnitTier(read: Reader, input: unknown, field: string): UnitTier {
  const names = ['unitAmount', 'flatAmount', 'packageSize', 'packageAmount', 'maximumAmount'] as const;
  const entries = read.record(input, field, ['upTo', ...names]);
  const hasPackages = entries['packageSize'] !== undefined || entries['packageAmount'] !== undefined;
  if (entries['unitAmount'] === undefined && entries['flatAmount'] === undefined && !hasPackages) {
    read.refuse(field, 'It needs a unitAmount, a flatAmount or both, or packages; a free tier says unitAmount "0".');
  }
  if (hasPackages && entries['unitAmount'] !== undefined) {
    read.refuse(`${field}.unitAmount`, 'A tier is sold by the unit or in packages, not both.');
  }
  return {
    upTo: boundOf(read, entries['upTo'], field),
    ...read.decimals(entries, field, ['unitAmount', 'flatAmount', 'maximumAmount']),
    ...(hasPackages && {
      packageSize: read.decimal(entries['packageSize'], `${field}.packageSize`, { above: true }),
      packageAmount: read.decimal(entries['packageAmount'], `${field}.packageAmount`),
    }),
  };
}

export function readRateTier(read: Reader, input: unknown, field: string): RateTier {
  const entries = read.record(input, field, ['upTo', 'rate', 'flatAmount']);
  if (entries['rate'] === undefined && entries['flatAmount'] === undefined) {
    read.refuse(field, 'It needs a rate, a flatAmount or both; a free tier says rate "0".');
  }
  return { upTo: boundOf(read, entries['upTo'], field), ...read.decimals(entries, field, ['rate', 'flatAmount']) };
}

export function readStepTier(read: Reader, input: unknown, field: string): StepTier {
  const entries = read.record(input, field, ['upTo', 'flatAmount']);
  const flatAmount = read.decimal(entries['flatAmount'], `${field}.flatAmount`);
  return { upTo: boundOf(read, entries['upTo'], field), flatAmount };
}

/** What falls into each tier that is reached: of a quantity of zero nothing, or with `chargesZero` zero into the first. */
export function shared<T extends Tier>(
  tiers: readonly T[],
  quantity: Exact,
  chargesZero: boolean,
): { tier: T; from: Exact; quantity: Exact }[] {
  return withStart(tiers)
    .filter(({ from }, index) => quantity.gt(from) || (index === 0 && chargesZero))
    .map(({ tier, from }) => ({ tier, from, quantity: leastOf(quantity, tier.upTo).sub(from) }));
}

/** The tier that the whole quantity falls into; none for zero, unless `chargesZero`. */
export function falling<T extends Tier>(
  tiers: readonly T[],
  quantity: Exact,
  chargesZero: boolean,
): { tier: T; from: Exact; quantity: Exact }[] {
  if (quantity.equals(zero) && !chargesZero) return [];
  const found = withStart(tiers).find(({ tier }) => leastOf(quantity, tier.upTo).equals(quantity));
  return found === undefined ? [] : [{ ...found, quantity }];
}

function withStart<T extends Tier>(tiers: readonly T[]): { tier: T; from: Exact }[] {
  return tiers.map((tier, index) => ({ tier, from: decimalOrZero(tiers[index - 1]?.upTo ?? undefined) }));
}

function leastOf(quantity: Exact, upTo: string | null): Exact {
  return upTo === null ? quantity : least(quantity, parseDecimal(upTo));
}

export function unitTierStep({ tier, from, quantity }: { tier: UnitTier; from: Exact; quantity: Exact }): ExactStep {
  const { upTo, unitAmount, flatAmount, packageSize, packageAmount, maximumAmount } = tier;
  const packages = packageSize === undefined ? undefined : packagesOf(quantity, packageSize, 'up');
  const inPackages = packages === undefined ? zero : exactOf(packages).mul(decimalOrZero(packageAmount));
  const uncapped = quantity.mul(decimalOrZero(unitAmount)).add(inPackages).add(decimalOrZero(flatAmount));
  const isCapped = maximumAmount !== undefined && uncapped.gt(parseDecimal(maximumAmount));
  return {
    kind: 'tier',
    from: decimalText(from),
    upTo,
    quantity: decimalText(quantity),
    ...(unitAmount !== undefined && { unitAmount }),
    ...(flatAmount !== undefined && { flatAmount }),
    ...(packages !== undefined && { packages: String(packages), packageSize, packageAmount }),
    ...(isCapped && { bound: maximumAmount }),
    amount: isCapped ? parseDecimal(maximumAmount) : uncapped,
  } as ExactStep;
}
