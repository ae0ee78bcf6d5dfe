import { Type } from 'typebox';
import { maxBills, maxScopeKeys } from '../../billing/create-coupon.ts';
import {
  addressText,
  amountMinor,
  closed,
  count,
  decimal,
  id,
  instant,
  instantText,
  nullable,
  page,
  pageQuery,
  text,
} from './common.ts';

export const keyText = (description: string, example: string) =>
  Type.String({ pattern: '^[a-z][a-z0-9_-]{0,62}$', description, examples: [example] });

/** Keys that a discount is limited to. */
export const scopeKeys = (description: string, example: string) =>
  Type.Array(keyText('A key', example), {
    minItems: 1,
    maxItems: maxScopeKeys,
    uniqueItems: true,
    description,
    examples: [[example]],
  });

const limit = (description: string, example: number) =>
  Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000_000_000, description, examples: [example] }));

const duration = Type.Enum(['once', 'bills', 'forever'], {
  type: 'string',
  description:
    'For one bill, for so many `bills`, or for ever. An amount that is given `once` is given in full: what one bill cannot ' +
    'use up is for the next ones; otherwise each bill is given up to the whole amount',
  examples: ['bills'],
});

export const NewCoupon = Type.Object(
  {
    key: keyText('Name of the coupon for programs, unique for ever', 'spring-2013'),
    name: text('Name of the coupon for people; it is on the invoices', 'Spring offer', 200),
    percentage: Type.Optional(decimal('Above 0 and at most 100; either this or an amount', '12.5')),
    amount: Type.Optional(decimal('In major units of the currency, above 0', '50.00')),
    currency: Type.Optional(
      text('ISO 4217 code of the amount; only customers who pay in it redeem the coupon', 'USD', 3),
    ),
    duration,
    bills: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: maxBills,
        description: 'For the duration `bills`: of so many bills it takes something',
        examples: [3],
      }),
    ),
    plans: Type.Optional(scopeKeys('Keys of the plans whose lines it is for; all unless said otherwise', 'airports')),
    meters: Type.Optional(
      scopeKeys(
        'Keys of the meters whose lines it is for; all, and lines without a meter, unless said otherwise',
        'departures',
      ),
    ),
    maxRedemptions: limit(
      'So often it can be redeemed by all customers together; any number unless said otherwise',
      100,
    ),
    maxPerCustomer: limit('So often one customer can redeem it; any number unless said otherwise', 1),
    redeemBy: Type.Optional(
      instantText("From then on, by the customer's clock, nobody redeems it", '2013-06-01T00:00:00Z'),
    ),
  },
  { ...closed, description: 'A coupon; where plans and meters are named, a line has to be of both' },
);

const couponFields = {
  key: text('Name of the coupon for programs', 'spring-2013'),
  name: text('Name of the coupon for people', 'Spring offer'),
  percentage: nullable(decimal('Percentage, or null for an amount', '12.5')),
  amountMinor: nullable(amountMinor('Amount, or null for a percentage', 5_000)),
  currency: nullable(text('ISO 4217 code of the amount', 'USD', 3)),
  duration,
  bills: nullable(Type.Integer({ description: 'Of so many bills it takes something', examples: [3] })),
  plans: nullable(
    Type.Array(Type.String(), { description: 'Keys of its plans; null for all', examples: [['airports']] }),
  ),
  meters: nullable(
    Type.Array(Type.String(), { description: 'Keys of its meters; null for all', examples: [['departures']] }),
  ),
};

export const Coupon = Type.Object(
  {
    id: id('Our id'),
    ...couponFields,
    maxRedemptions: nullable(count('So often it can be redeemed in all; null for any number', 100)),
    maxPerCustomer: nullable(count('So often one customer can redeem it; null for any number', 1)),
    redeemBy: nullable(instant('From then on nobody redeems it', '2013-06-01T00:00:00.000Z')),
    redemptionCount: count('So often it was redeemed', 7),
    archivedAt: nullable(instant('When it was archived', '2013-07-01T00:00:00.000Z')),
    createdAt: instant('When it was made'),
  },
  { description: 'A coupon' },
);

export const CouponPage = page(Coupon, 'Coupons in the order of their keys', ['spring-2013']);
export const CouponQuery = Type.Object(pageQuery(['spring-2013']), closed);
export const CouponParams = Type.Object({ key: addressText('Key of the coupon', 'spring-2013') }, closed);

export const RedeemOrder = Type.Object(
  {
    coupon: keyText('Key of the coupon', 'spring-2013'),
    subscription: Type.Optional(
      addressText(
        "Id of the one subscription that it is for; all of the customer's unless said otherwise",
        'b0a2ffde-1c0e-5f3b-9a34-6b1a1f8f7c55',
      ),
    ),
  },
  { ...closed, description: 'What a customer redeems' },
);

export const Redemption = Type.Object(
  {
    id: id('Id of the redemption'),
    coupon: Type.Object(couponFields, { description: 'The coupon' }),
    subscriptionId: nullable(id("The subscription that it is for; null for all of the customer's")),
    redeemedAt: instant("When it was redeemed, by the customer's clock", '2013-01-15T10:00:00.000Z'),
    endedAt: nullable(instant('When it was taken away', '2013-03-01T00:00:00.000Z')),
    isOpen: Type.Boolean({ description: 'Whether it takes something off the next bill', examples: [true] }),
    leftMinor: nullable(amountMinor('What is left of an amount for the next bill; null for a percentage', 1_250)),
    billsLeft: nullable(count('Of so many bills more it takes something; null where there is no such number', 2)),
    uses: Type.Array(
      Type.Object(
        { invoiceId: id('The invoice'), amountMinor: amountMinor('What it took of it', 3_750) },
        { description: 'A use' },
      ),
      {
        description:
          'What it took so far: of drafts, as they stand now, and of what is issued; what was voided is not there',
      },
    ),
  },
  { description: 'A coupon that a customer has redeemed' },
);

export const Redemptions = Type.Object(
  {
    data: Type.Array(Redemption, {
      description: 'In the order in which they were redeemed, which is that of their discounts',
    }),
  },
  { description: 'The coupons of a customer' },
);

export const RedemptionParams = Type.Object(
  {
    id: addressText('Our id of the customer, or the external id', 'B6'),
    redemption: addressText('Id of the redemption', 'b0a2ffde-1c0e-5f3b-9a34-6b1a1f8f7c55'),
  },
  closed,
);
