import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { archiveCoupon, unknownCoupon } from '../../billing/archive-coupon.ts';
import { couponText } from '../../billing/coupon-text.ts';
import { createCoupon } from '../../billing/create-coupon.ts';
import { endRedemption } from '../../billing/end-redemption.ts';
import { redeemCoupon } from '../../billing/redeem-coupon.ts';
import { type RedemptionView, showRedemptions } from '../../billing/show-redemptions.ts';
import { DurabillError } from '../../errors/error.ts';
import { type CouponView, findCoupon, listCoupons } from '../../store/coupons.ts';
import { findCustomer } from '../../store/customers.ts';
import { safeNumber } from '../../store/invoice-views.ts';
import type { ApiDeps } from '../deps.ts';
import { actorOf } from '../guard.ts';
import { type CursorForm, defaultLimit, pageOf, readCursor } from '../paging.ts';
import { problems } from '../schemas/common.ts';
import {
  Coupon,
  CouponPage,
  CouponParams,
  CouponQuery,
  NewCoupon,
  RedeemOrder,
  Redemption,
  RedemptionParams,
  Redemptions,
} from '../schemas/coupons.ts';
import { CustomerParams } from '../schemas/customers.ts';

export const couponRoutes: FastifyPluginAsyncTypebox<ApiDeps> = async (app, { database }) => {
  const tags = ['coupons'];
  const read = { scope: 'plans:read' } as const;
  const write = { scope: 'plans:write' } as const;

  app.post(
    '/v1/coupons',
    {
      config: write,
      schema: {
        tags,
        summary: 'Make a coupon',
        description: 'The same content again is answered by 200 with the coupon that is there, other content by 409.',
        body: NewCoupon,
        response: { 201: Coupon, 200: Coupon, ...problems },
      },
    },
    async (request, reply) => {
      const { coupon, created } = await createCoupon(database, request.body, actorOf(request));
      reply.header('location', `/v1/coupons/${coupon.key}`);
      return reply.code(created ? 201 : 200).send(shownCoupon(coupon));
    },
  );

  app.get(
    '/v1/coupons',
    {
      config: read,
      schema: { tags, summary: 'List coupons', querystring: CouponQuery, response: { 200: CouponPage, ...problems } },
    },
    async ({ query: { limit = defaultLimit, cursor } }) => {
      const after = readCursor(cursor, cursorForm)?.key;
      const { data, nextCursor } = pageOf(await listCoupons(database, { after, limit: limit + 1 }), limit, cursorForm);
      return { data: data.map(shownCoupon), nextCursor };
    },
  );

  app.get(
    '/v1/coupons/:key',
    {
      config: read,
      schema: { tags, summary: 'Read a coupon', params: CouponParams, response: { 200: Coupon, ...problems } },
    },
    async ({ params: { key } }) => {
      const coupon = await findCoupon(database, key);
      if (coupon === undefined) throw unknownCoupon(key, 'key');
      return shownCoupon(coupon);
    },
  );

  app.post(
    '/v1/coupons/:key/archive',
    {
      config: write,
      schema: {
        tags,
        summary: 'Archive a coupon',
        description: 'Nobody redeems it from then on; who has redeemed it keeps it.',
        params: CouponParams,
        response: { 200: Coupon, ...problems },
      },
    },
    async (request) => shownCoupon(await archiveCoupon(database, request.params.key, actorOf(request))),
  );

  app.post(
    '/v1/customers/:id/coupons',
    {
      config: { scope: 'customers:write' },
      schema: {
        tags,
        summary: 'Redeem a coupon for a customer',
        description:
          'It is taken off the bills that are made or issued from now on, drafts among them. As long as it has something ' +
          'left, the same request is answered by 200 with the redemption that is there.',
        params: CustomerParams,
        body: RedeemOrder,
        response: { 201: Redemption, 200: Redemption, ...problems },
      },
    },
    async (request, reply) => {
      const order = { customer: request.params.id, ...request.body };
      const { redemption, created } = await redeemCoupon(database, order, actorOf(request));
      return reply.code(created ? 201 : 200).send(shownRedemption(redemption));
    },
  );

  app.get(
    '/v1/customers/:id/coupons',
    {
      config: { scope: 'customers:read', customers: 'path' },
      schema: {
        tags,
        summary: "List a customer's coupons, with what they took and what is left",
        params: CustomerParams,
        response: { 200: Redemptions, ...problems },
      },
    },
    async ({ params: { id } }) => {
      const customer = await findCustomer(database, id);
      if (customer === undefined) {
        throw new DurabillError('not-found', { field: 'id', reason: `There is no customer "${id}".` });
      }
      return { data: (await showRedemptions(database, customer.id)).map(shownRedemption) };
    },
  );

  app.delete(
    '/v1/customers/:id/coupons/:redemption',
    {
      config: { scope: 'customers:write' },
      schema: {
        tags,
        summary: 'Take a coupon away from a customer',
        description: 'Bills that are made or issued from now on are without it; what it took of issued ones stays.',
        params: RedemptionParams,
        response: { 200: Redemption, ...problems },
      },
    },
    async (request) => {
      const { id: customer, redemption } = request.params;
      return shownRedemption(await endRedemption(database, { customer, redemption }, actorOf(request)));
    },
  );
};

const numberOrNull = (amount: bigint | null): number | null => (amount === null ? null : safeNumber(amount));
const listOrNull = (keys: readonly string[] | null): string[] | null => keys && [...keys];

function shownText(coupon: Parameters<typeof couponText>[0]) {
  const { amountMinor, plans, meters, ...text } = couponText(coupon);
  return { ...text, amountMinor: numberOrNull(amountMinor), plans: listOrNull(plans), meters: listOrNull(meters) };
}

function shownCoupon(view: CouponView) {
  const { id, maxRedemptions, maxPerCustomer, redeemBy, redemptionCount, archivedAt, createdAt } = view;
  const limits = { maxRedemptions, maxPerCustomer, redeemBy, redemptionCount };
  return { id, ...shownText(view), ...limits, archivedAt, createdAt };
}

function shownRedemption({ coupon, customerId: _customerId, leftMinor, uses, ...rest }: RedemptionView) {
  return {
    ...rest,
    coupon: shownText(coupon),
    leftMinor: numberOrNull(leftMinor),
    uses: uses.map(({ invoiceId, amountMinor }) => ({ invoiceId, amountMinor: safeNumber(amountMinor) })),
  };
}

const cursorForm: CursorForm<{ key: string }> = {
  write: ({ key }) => [key],
  read: ([key]) => (key === undefined ? undefined : { key }),
};
