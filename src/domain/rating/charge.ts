import { type Big, countWhole, decimalOf, decimalText, least, parseDecimal, zero } from '../money/decimal.ts';
import type { Flat, Graduated, Model, Package, PerUnit, Price, Tier, Volume } from './price.ts';
import { decimalOrZero } from './reader.ts';
import type { Step } from './step.ts';

/** A price of usage: every model but flat, which has no quantity. */
export type UsagePrice = Exclude<Price, Flat>;

/** A step of the working whose amount is still a number. */
export type ExactStep = Omit<Step, 'amount'> & { amount: Big };

type Charge<M extends Model> = (price: M, quantity: Big) => ExactStep[];

/** How each model charges a quantity above zero. */
const charges: { [M in Exclude<Model, Flat> as M['model']]: Charge<M> } = {
  per_unit: chargePerUnit,
  graduated: chargeGraduated,
  volume: chargeVolume,
  package: chargePackages,
};

/** The exact steps that charge a billable quantity. Nothing used pays nothing, tiers' flat amounts included. */
export function charge(price: UsagePrice, quantity: Big): ExactStep[] {
  if (quantity.eq(zero)) return [];
  const chargeOf = charges[price.model] as Charge<UsagePrice>;
  return chargeOf(price, quantity);
}

function chargePerUnit({ unitAmount }: PerUnit, quantity: Big): ExactStep[] {
  const amount = quantity.times(parseDecimal(unitAmount));
  return [{ kind: 'units', quantity: decimalText(quantity), unitAmount, amount }];
}

function chargeGraduated({ tiers }: Graduated, quantity: Big): ExactStep[] {
  return tiersWithStart(tiers)
    .filter(({ from }) => quantity.gt(from))
    .map(({ tier, from }) => tierStep(tier, from, leastOf(quantity, tier.upTo).minus(from)));
}

function chargeVolume({ tiers }: Volume, quantity: Big): ExactStep[] {
  return tiersWithStart(tiers)
    .filter(({ tier, from }) => quantity.gt(from) && leastOf(quantity, tier.upTo).eq(quantity))
    .map(({ tier, from }) => tierStep(tier, from, quantity));
}

function chargePackages({ packageSize, packageAmount, rounding }: Package, quantity: Big): ExactStep[] {
  const packages = countWhole(quantity, parseDecimal(packageSize), rounding ?? 'up');
  return [
    {
      kind: 'package',
      quantity: decimalText(quantity),
      packages: String(packages),
      packageSize,
      packageAmount,
      amount: decimalOf(packages).times(parseDecimal(packageAmount)),
    },
  ];
}

/** Each tier with the bound of the one before: it holds what is above `from` and up to `upTo`, which it includes. */
function tiersWithStart(tiers: readonly Tier[]): { tier: Tier; from: Big }[] {
  return tiers.map((tier, index) => ({ tier, from: decimalOrZero(tiers[index - 1]?.upTo ?? undefined) }));
}

function tierStep({ upTo, unitAmount, flatAmount }: Tier, from: Big, quantity: Big): ExactStep {
  return {
    kind: 'tier',
    from: decimalText(from),
    upTo,
    quantity: decimalText(quantity),
    ...(unitAmount !== undefined && { unitAmount }),
    ...(flatAmount !== undefined && { flatAmount }),
    amount: quantity.times(decimalOrZero(unitAmount)).plus(decimalOrZero(flatAmount)),
  };
}

function leastOf(quantity: Big, upTo: string | null): Big {
  return upTo === null ? quantity : least(quantity, parseDecimal(upTo));
}
