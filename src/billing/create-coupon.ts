import type { Coupon } from '../domain/discount/coupon.ts';
import { readCoupon } from '../domain/discount/read-coupon.ts';
import { readerFor } from '../domain/rating/reader.ts';
import { DurabillError } from '../errors/error.ts';
import { appendAudit } from '../store/audit.ts';
import { type CouponView, findCoupon, insertCoupon, unknownKeys } from '../store/coupons.ts';
import type { Database, Sql } from '../store/database.ts';
import { couponText } from './coupon-text.ts';
import { couponIdOf } from './ids.ts';
import { readInstant } from './instant.ts';

export { maxBills, maxScopeKeys } from '../domain/discount/read-coupon.ts';

export type NewCouponInput = {
  key: string;
  name: string;
  /** Above 0 and at most 100; either this or an amount. */
  percentage?: string;
  /** In major units of the currency. */
  amount?: string;
  currency?: string;
  duration: 'once' | 'bills' | 'forever';
  bills?: number;
  plans?: string[];
  meters?: string[];
  /** By all customers together, and by each. */
  maxRedemptions?: number;
  maxPerCustomer?: number;
  /** RFC 3339: from then on, by the customer's clock, nobody redeems it. */
  redeemBy?: string;
};

type Limits = Pick<CouponView, 'maxRedemptions' | 'maxPerCustomer' | 'redeemBy'>;

/**
 * Makes a coupon. Asked again with the same content it answers the one that is there.
 * @throws DurabillError coupon-invalid, decimal-invalid, currency-unknown, request-invalid, conflict
 */
export async function createCoupon(
  database: Database,
  input: NewCouponInput,
  actor: string,
): Promise<{ coupon: CouponView; created: boolean }> {
  const { coupon, limits } = readInput(input);
  const id = couponIdOf(coupon.key);
  return await database.transaction(async (sql) => {
    await requireKnown(sql, coupon);
    const created = await insertCoupon(sql, { ...coupon, ...limits, id });
    const stored = await findCoupon(sql, coupon.key);
    if (stored === undefined) throw new Error(`coupon ${coupon.key} was stored and then not found`);
    const asked = contentOf({ ...coupon, ...limits });
    if (created)
      await appendAudit(sql, [{ subjectKind: 'coupon', subjectId: id, actor, action: 'created', detail: asked }]);
    else requireSame(contentOf(stored), asked, coupon.key);
    return { coupon: stored, created };
  });
}

function readInput({ redeemBy, maxRedemptions, maxPerCustomer, ...input }: NewCouponInput): {
  coupon: Coupon;
  limits: Limits;
} {
  const read = readerFor('coupon-invalid');
  const limitOf = (value: number | undefined, field: string) =>
    value === undefined ? null : read.whole(value, field, { least: 1, most: 1_000_000_000 });
  return {
    coupon: readCoupon(input as Parameters<typeof readCoupon>[0]),
    limits: {
      maxRedemptions: limitOf(maxRedemptions, 'maxRedemptions'),
      maxPerCustomer: limitOf(maxPerCustomer, 'maxPerCustomer'),
      redeemBy: redeemBy === undefined ? null : readInstant(redeemBy, 'redeemBy', 'coupon-invalid'),
    },
  };
}

/** One that names what is not there would never take anything off, and nobody would see why. */
async function requireKnown(sql: Sql, { plans, meters }: Coupon): Promise<void> {
  const unknown = await unknownKeys(sql, { plans: plans ?? [], meters: meters ?? [] });
  for (const field of ['plans', 'meters'] as const) {
    const [key] = unknown[field];
    if (key === undefined) continue;
    const place = ({ plans, meters }[field] ?? []).indexOf(key);
    const reason = `There is no ${field === 'plans' ? 'plan' : 'meter'} with the key "${key}".`;
    throw new DurabillError('coupon-invalid', { field: `${field}[${place}]`, reason });
  }
}

/** In plain JSON, to be compared and kept. */
function contentOf({ maxRedemptions, maxPerCustomer, redeemBy, ...coupon }: Coupon & Limits): Record<string, unknown> {
  const text = couponText(coupon);
  const amountMinor = text.amountMinor === null ? null : String(text.amountMinor);
  return { ...text, amountMinor, maxRedemptions, maxPerCustomer, redeemBy: redeemBy?.toISOString() ?? null };
}

function requireSame(stored: Record<string, unknown>, asked: Record<string, unknown>, key: string): void {
  for (const [field, value] of Object.entries(asked)) {
    if (JSON.stringify(stored[field]) === JSON.stringify(value)) continue;
    throw new DurabillError('conflict', {
      field: field === 'amountMinor' ? 'amount' : field,
      reason: `The coupon "${key}" is already stored with another value of ${field}.`,
    });
  }
}
