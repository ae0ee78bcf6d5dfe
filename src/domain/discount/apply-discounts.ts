import type { Currency } from '../money/currency.ts';
import { decimalText, type Exact, exactOf, ratio } from '../money/exact.ts';
import { allocate, exactMajor, round } from '../money/money.ts';

/** What of a bill a discount is for; null is everything, and where several are said, all of them hold. */
export type DiscountScope = {
  plans: readonly string[] | null;
  meters: readonly string[] | null;
  prices?: readonly string[] | null;
  subscriptionId?: string | null;
};

/** A coupon as it stands for one bill. `redemptionId` is null for one that is only previewed. */
export type Discount = DiscountScope & { redemptionId: string | null; key: string; name: string } & DiscountValue;

export type DiscountValue =
  | { kind: 'percentage'; percentage: Exact }
  /** What is left of the amount, in the currency of the bill. */
  | { kind: 'amount'; amountMinor: bigint };

/** How its amount came about: what it was taken of, and what was asked for. Minor units are digits, to be kept as JSON. */
export type DiscountWorking = { baseMinor: string } & (
  | { kind: 'percentage'; percentage: string; exactAmount: string }
  | { kind: 'amount'; availableMinor: string }
);

export type AppliedDiscount = {
  redemptionId: string | null;
  key: string;
  name: string;
  /** Above zero. */
  amountMinor: bigint;
  working: DiscountWorking;
};

export type DiscountableLine = {
  id: string;
  amountMinor: bigint;
  priceKey?: string;
  planKey: string | null;
  meterKey: string | null;
  subscriptionId?: string | null;
  /** Whether a discount may be for it; so unless it is said otherwise. */
  isDiscountable?: boolean;
};

export type AppliedDiscounts = {
  /** Those that took anything, in the order in which they were given. */
  applied: AppliedDiscount[];
  /** What all of them took of each line, by the line's id; zero for lines that none is for. */
  byLine: Map<string, bigint>;
};

/**
 * Takes discounts off the lines of one bill, one after the other, each on what those before it have left. A percentage
 * is rounded once over the lines that it is for, and spread over them by `allocate`, so that every line has its own net
 * amount. No line is taken below zero, and one that is there already (it gives something back) is left alone.
 */
export function applyDiscounts(
  lines: readonly DiscountableLine[],
  discounts: readonly Discount[],
  currency: Currency,
): AppliedDiscounts {
  const applied: AppliedDiscount[] = [];
  const left = new Map(lines.map(({ id, amountMinor }) => [id, amountMinor]));
  for (const discount of discounts) {
    const open = lines.filter((line) => isFor(discount, line) && leftOf(left, line) > 0n);
    const weights = open.map((line) => leftOf(left, line));
    const baseMinor = weights.reduce((sum, weight) => sum + weight, 0n);
    const { amountMinor, working } = amountOf(discount, baseMinor, currency);
    if (amountMinor <= 0n) continue;
    const parts = allocate(amountMinor, weights.map(exactOf));
    for (const [index, line] of open.entries()) left.set(line.id, leftOf(left, line) - (parts[index] ?? 0n));
    const { redemptionId, key, name } = discount;
    applied.push({ redemptionId, key, name, amountMinor, working });
  }
  return {
    applied,
    byLine: new Map(lines.map((line) => [line.id, line.amountMinor - leftOf(left, line)])),
  };
}

function leftOf(left: ReadonlyMap<string, bigint>, { id }: { id: string }): bigint {
  return left.get(id) ?? 0n;
}

/** What belongs to no plan or reads no meter is only under discounts that are not limited to some of them. */
function isFor(
  { plans, meters, prices = null, subscriptionId = null }: DiscountScope,
  line: DiscountableLine,
): boolean {
  const isOfSubscription = subscriptionId === null || line.subscriptionId === subscriptionId;
  const { planKey, meterKey, priceKey = null, isDiscountable = true } = line;
  return (
    isDiscountable && isOfSubscription && holds(plans, planKey) && holds(meters, meterKey) && holds(prices, priceKey)
  );
}

function holds(keys: readonly string[] | null, key: string | null): boolean {
  return keys === null || (key !== null && keys.includes(key));
}

function amountOf(
  discount: Discount,
  baseMinor: bigint,
  currency: Currency,
): { amountMinor: bigint; working: DiscountWorking } {
  if (discount.kind === 'amount') {
    const { amountMinor: available } = discount;
    const amountMinor = available < baseMinor ? available : baseMinor;
    return {
      amountMinor,
      working: { kind: 'amount', availableMinor: String(available), baseMinor: String(baseMinor) },
    };
  }
  const { percentage } = discount;
  const exact = exactMajor({ amountMinor: baseMinor, currency }).mul(percentage).mul(ratio(1n, 100n));
  const rounded = round(exact, currency);
  return {
    amountMinor: rounded < baseMinor ? rounded : baseMinor,
    working: {
      kind: 'percentage',
      percentage: decimalText(percentage),
      exactAmount: decimalText(exact),
      baseMinor: String(baseMinor),
    },
  };
}
