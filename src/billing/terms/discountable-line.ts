import type { DiscountableLine } from '../../domain/discount/apply-discounts.ts';
import type { RatedInvoiceLine } from '../../store/invoice-facts.ts';

/** What corrections bring to a bill is net already of the discounts of the invoice that they correct. */
const netKinds: ReadonlySet<string> = new Set(['correction', 'late-usage']);

/** A charge as discounts look at it. @param planKeys of the periods that it may bill */
export function discountableLine(
  { id, amountMinor, priceKey, priceId, meterKey, subscriptionId, periodId }: RatedInvoiceLine,
  planKeys: ReadonlyMap<string, string>,
): DiscountableLine & { priceKey: string } {
  const planKey = periodId === null ? null : (planKeys.get(periodId) ?? null);
  // A plan may have a price of such a key; what waited for the bill has no price and no period.
  const isDiscountable = priceId !== null || periodId !== null || !netKinds.has(priceKey);
  return { id, amountMinor, priceKey, planKey, meterKey, subscriptionId, isDiscountable };
}
