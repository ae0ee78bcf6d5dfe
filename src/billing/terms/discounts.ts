import { applyDiscounts, type Discount } from '../../domain/discount/apply-discounts.ts';
import { whatIsLeft } from '../../domain/discount/coupon.ts';
import { lockOpenRedemptions, type Redemption, readOpenRedemptions, readUses } from '../../store/coupon-redemptions.ts';
import type { Sql } from '../../store/database.ts';
import type { BillToCompose } from './bill-to-compose.ts';
import { discountableLine } from './discountable-line.ts';
import { planKeysOf } from './plan-keys.ts';

/** What each redemption took of each bill that counts. */
type Uses = Map<string, Map<string, bigint>>;

/**
 * The discounts of each of these bills, in the order in which they were redeemed, with what they have left for it. Other
 * bills that count are looked at, drafts too: those of the same page one after the other in the order of their ids, each
 * as it comes out with what the ones before it have left. So a coupon for one bill is on one, whoever is billed at once.
 * Whoever calls it has locked the drafts; redemptions are locked here until the transaction ends, but for a preview.
 */
export async function readDiscountTerms(
  sql: Sql,
  bills: readonly BillToCompose[],
  { isPreview = false } = {},
): Promise<Map<string, Discount[]>> {
  const read = isPreview ? readOpenRedemptions : lockOpenRedemptions;
  const redemptions = await read(sql, [...new Set(bills.map(({ customerId }) => customerId))]);
  if (redemptions.length === 0) return new Map(bills.map(({ invoiceId }) => [invoiceId, []]));
  const uses = await usesOf(sql, redemptions);
  const planKeys = await planKeysOf(sql, bills);
  const inOrder = [...bills].sort((a, b) => (a.invoiceId < b.invoiceId ? -1 : 1));
  return new Map(
    inOrder.map((bill) => {
      const own = redemptions.filter(({ customerId }) => customerId === bill.customerId);
      return [bill.invoiceId, takeTurn(bill, own, uses, planKeys)];
    }),
  );
}

async function usesOf(sql: Sql, redemptions: readonly Redemption[]): Promise<Uses> {
  const ids = redemptions.map(({ id }) => id);
  const uses: Uses = new Map(ids.map((id) => [id, new Map()]));
  for (const { redemptionId, invoiceId, amountMinor } of await readUses(sql, ids)) {
    uses.get(redemptionId)?.set(invoiceId, amountMinor);
  }
  return uses;
}

/** What there is for this bill; what it takes is noted for the next one. */
function takeTurn(
  { invoiceId, currency, lines }: BillToCompose,
  redemptions: readonly Redemption[],
  uses: Uses,
  planKeys: ReadonlyMap<string, string>,
): Discount[] {
  const discounts = redemptions.flatMap((redemption): Discount[] => {
    const used = uses.get(redemption.id) as Map<string, bigint>;
    used.delete(invoiceId);
    const { coupon, id: redemptionId, subscriptionId } = redemption;
    const { key, name, plans, meters, value } = coupon;
    // Nothing is converted: a customer's bill in another currency than its coupon's is without it.
    if (value.kind === 'amount' && value.currency !== currency) return [];
    const left = whatIsLeft(
      coupon,
      [...used].map(([of, amountMinor]) => ({ invoiceId: of, amountMinor })),
    );
    if (left === null) return [];
    return [{ redemptionId, key, name, plans, meters, subscriptionId, ...left }];
  });
  const discounted = lines.map((line) => discountableLine(line, planKeys));
  for (const { redemptionId, amountMinor } of applyDiscounts(discounted, discounts, currency).applied) {
    if (redemptionId !== null) uses.get(redemptionId)?.set(invoiceId, amountMinor);
  }
  return discounts;
}
