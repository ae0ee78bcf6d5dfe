import { type AppliedCredit, applyCredits, type CreditSource } from '../credit/apply-credits.ts';
import { type AppliedDiscount, applyDiscounts, type Discount } from '../discount/apply-discounts.ts';
import type { Currency } from '../money/currency.ts';
import { money } from '../money/money.ts';
import { type AppliedTax, computeTaxes, type LineTax, type TaxRate, type TaxTerms } from '../tax/compute-taxes.ts';

/** A charge as it was rated, in minor units; below zero where it gives something back. */
export type BillLine = {
  readonly id: string;
  readonly amountMinor: bigint;
  readonly priceKey: string;
  readonly planKey: string | null;
  readonly meterKey: string | null;
  readonly subscriptionId?: string | null;
  /** Whether a coupon may take something off it; so unless it is said otherwise. */
  readonly isDiscountable?: boolean;
  /** The taxes on it, in their order. */
  readonly taxRates: readonly TaxRate[];
};

/** What stands between the charges of a bill and its total. */
export type BillTerms = {
  readonly currency: Currency;
  readonly discounts: readonly Discount[];
  readonly tax: TaxTerms;
  readonly credits: readonly CreditSource[];
};

/** Minor units. `totalMinor` = subtotal − discount + tax + carried − credit, and never below zero. */
export type BillSums = {
  /** The sum of the charges. */
  readonly subtotalMinor: bigint;
  readonly discountMinor: bigint;
  /** Of exclusive taxes, which are added. */
  readonly taxMinor: bigint;
  /** Of inclusive taxes, which the charges contain. */
  readonly inclusiveTaxMinor: bigint;
  /** What would be below zero, and is given to the customer's balance instead. */
  readonly carriedMinor: bigint;
  /** What the balance and wallets pay. */
  readonly creditMinor: bigint;
  readonly totalMinor: bigint;
};

/** What discounts and taxes come to on one line. */
export type BilledLine = {
  readonly id: string;
  readonly discountMinor: bigint;
  readonly taxMinor: bigint;
  readonly inclusiveTaxMinor: bigint;
  readonly taxes: readonly LineTax[];
};

export type Bill = BillSums & {
  readonly discounts: readonly AppliedDiscount[];
  readonly taxes: readonly AppliedTax[];
  readonly credits: readonly AppliedCredit[];
  /** In the order of the charges. */
  readonly lines: readonly BilledLine[];
};

/**
 * The one way from charges to a total: discounts, taxes on what they leave, and credits on what is then to be paid. What
 * is below zero after the taxes is carried to the customer's balance, since a bill never pays out.
 * @throws DurabillError amount-out-of-range
 */
export function composeBill(lines: readonly BillLine[], { currency, discounts, tax, credits }: BillTerms): Bill {
  const subtotalMinor = lines.reduce((sum, { amountMinor }) => sum + amountMinor, 0n);
  const { applied, byLine: discountOf } = applyDiscounts(lines, discounts, currency);
  const discountMinor = applied.reduce((sum, { amountMinor }) => sum + amountMinor, 0n);
  const discounted = lines.map(({ id, amountMinor, taxRates }) => ({
    id,
    netMinor: amountMinor - (discountOf.get(id) ?? 0n),
    taxRates,
  }));
  const { taxes, byLine: taxOf } = computeTaxes(discounted, tax, currency);
  const billed = lines.map(({ id }): BilledLine => {
    const { taxMinor = 0n, inclusiveTaxMinor = 0n, taxes = [] } = taxOf.get(id) ?? {};
    return { id, discountMinor: discountOf.get(id) ?? 0n, taxMinor, inclusiveTaxMinor, taxes };
  });
  const taxMinor = billed.reduce((sum, line) => sum + line.taxMinor, 0n);
  const inclusiveTaxMinor = billed.reduce((sum, line) => sum + line.inclusiveTaxMinor, 0n);
  const { amountMinor: grossMinor } = money(subtotalMinor - discountMinor + taxMinor, currency);
  const carriedMinor = grossMinor < 0n ? -grossMinor : 0n;
  const appliedCredits = applyCredits(grossMinor + carriedMinor, credits);
  const creditMinor = appliedCredits.reduce((sum, { amountMinor }) => sum + amountMinor, 0n);
  return {
    subtotalMinor: money(subtotalMinor, currency).amountMinor,
    discountMinor,
    taxMinor,
    inclusiveTaxMinor,
    carriedMinor,
    creditMinor,
    totalMinor: grossMinor + carriedMinor - creditMinor,
    discounts: applied,
    taxes,
    credits: appliedCredits,
    lines: billed,
  };
}

/** Whether it is over nothing at all, so that nobody has to see it. */
export function isOverNothing(sums: BillSums): boolean {
  const { subtotalMinor, discountMinor, taxMinor, carriedMinor, creditMinor } = sums;
  return [subtotalMinor, discountMinor, taxMinor, carriedMinor, creditMinor].every((amount) => amount === 0n);
}
