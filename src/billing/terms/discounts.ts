import type { Discount } from '../../domain/discount/apply-discounts.ts';
import type { Sql } from '../../store/database.ts';
import type { BillToCompose } from './bill-to-compose.ts';

/** The discounts that are open for each bill, in the order in which their coupons were redeemed. */
export async function readDiscountTerms(
  _sql: Sql,
  _bills: readonly BillToCompose[],
): Promise<Map<string, readonly Discount[]>> {
  return new Map();
}
