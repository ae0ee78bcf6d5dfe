import { readFileSync } from 'node:fs';
import { parse } from 'yaml';

/**
 * The numbers of a plan file as written, for the second computation. It reads the YAML itself: if it went through the
 * plan parser of src/domain, a fault there would be in both computations and show in neither.
 */
export type PlanNumbers = { currency: string; prices: PriceNumbers[] };

/** One price with its meter folded in. Decimals are the file's own texts. */
export type PriceNumbers = {
  position: number;
  key: string;
  model: 'flat' | 'per_unit' | 'graduated' | 'volume' | 'package';
  included: string;
  amount?: string;
  unitAmount?: string;
  packageSize?: string;
  packageAmount?: string;
  packageRounding: string;
  tiers: { above: string; upTo: string | null; unitAmount: string; flatAmount: string }[];
  usage: { aggregation: string; property: string | null; filters: Record<string, string[]>[] } | null;
};

type Written = {
  meters: { key: string; aggregation: string; property?: string; filter?: Record<string, string[]> }[];
  plans: { key: string; currency: string; prices: WrittenPrice[] }[];
};
type WrittenPrice = Omit<PriceNumbers, 'position' | 'included' | 'tiers' | 'usage' | 'packageRounding'> & {
  meter?: string;
  filter?: Record<string, string[]>;
  included?: string;
  rounding?: string;
  tiers?: { upTo: string | null; unitAmount?: string; flatAmount?: string }[];
};

export function readPlanNumbers(file: string | URL, planKey: string): PlanNumbers {
  const { meters, plans } = parse(readFileSync(file, 'utf8')) as Written;
  const plan = plans.find(({ key }) => key === planKey);
  if (plan === undefined) throw new Error(`${file} has no plan ${planKey}`);
  return { currency: plan.currency, prices: plan.prices.map((price, index) => numbersOf(price, index + 1, meters)) };
}

function numbersOf(price: WrittenPrice, position: number, meters: Written['meters']): PriceNumbers {
  const { meter: meterKey, filter, included, rounding, tiers, ...rest } = price;
  const meter = meters.find(({ key }) => key === meterKey);
  if (meterKey !== undefined && meter === undefined) throw new Error(`there is no meter ${meterKey}`);
  return {
    ...rest,
    position,
    included: included ?? '0',
    packageRounding: rounding ?? 'up',
    tiers: (tiers ?? []).map((tier, index) => ({
      above: tiers?.[index - 1]?.upTo ?? '0',
      upTo: tier.upTo,
      unitAmount: tier.unitAmount ?? '0',
      flatAmount: tier.flatAmount ?? '0',
    })),
    usage:
      meter === undefined
        ? null
        : {
            aggregation: meter.aggregation,
            property: meter.property ?? null,
            filters: [meter.filter ?? {}, filter ?? {}],
          },
  };
}
