import { Type } from 'typebox';
import { changeKinds, comparisons, lineKinds } from '../../billing/expected/kinds.ts';
import { amountMinor, closed, count, decimal, id, instant, nullable, text } from './common.ts';
import { Credit, Discount, Tax } from './invoices.ts';
import { Step } from './working.ts';

export const ExpectedBillQuery = Type.Object(
  {
    compare: Type.Optional(
      Type.Enum([...comparisons], {
        type: 'string',
        description:
          '`last-bill`: with the last bill of the same subscriptions, total with total; so unless said otherwise. ' +
          '`same-point`: with what its charges had come to when as much of its period had passed. `none`: with nothing',
        examples: ['last-bill'],
      }),
    ),
  },
  closed,
);

const kind = Type.Enum([...lineKinds], {
  type: 'string',
  description:
    'What it is for: `usage`; `fixed`, whatever is used; `ahead`, of the next cycle; `given-back`, paid and not used; `bound`, ' +
    'what brings the sum to the minimum or maximum of the plan; what stands on one bill only',
  examples: ['usage'],
});

const Line = Type.Object(
  {
    kind,
    position: Type.Integer({ minimum: 1, description: 'Place on the bill', examples: [1] }),
    subscriptionId: nullable(id('The subscription that it is for')),
    periodStartAt: nullable(instant('Begin of what it bills', '2013-10-01T04:00:00.000Z')),
    periodEndAt: nullable(instant('End of what it bills', '2013-11-01T04:00:00.000Z')),
    priceId: nullable(id('The price in its plan version')),
    priceKey: text('Key of the price', 'landing'),
    description: text('What is billed', 'Departures', 2_000),
    meterKey: nullable(text('Key of the meter', 'departures')),
    group: nullable(
      Type.Array(Type.String({ description: 'Value of a property', examples: ['JFK'] }), {
        description: "Values of the price's groups, if it has any",
      }),
    ),
    filter: Type.Record(Type.String(), Type.Array(Type.String()), {
      description: "What of the meter's usage it is of, by properties and their values; all of it if there are none",
      examples: [{ origin: ['JFK'] }],
    }),
    quantity: nullable(decimal('Measured quantity so far', '4426')),
    billableQuantity: nullable(decimal('Quantity after what is included', '4376')),
    exactAmount: decimal('Amount in major units before rounding', '1234.5'),
    amountMinor: amountMinor('Amount'),
    amount: text('Amount, for people', 'USD 1,234.50'),
    discountMinor: amountMinor('What coupons take off it', 0),
    taxMinor: amountMinor('Taxes that are added to what is left', 0),
    inclusiveTaxMinor: amountMinor('Taxes that are in what is left', 0),
    eventCount: count('Events read for it', 4_426),
    skippedCount: count('Events that lacked what the meter measures', 0),
    working: Type.Array(Step, { description: 'How the amount comes about, step by step' }),
  },
  { description: 'A line with its working' },
);

const changeKind = Type.Enum([...changeKinds], {
  type: 'string',
  description:
    'Why: `quantity`, more or less was used; `price`, a new version of the plan; `plan`, another plan; `length`, a longer or ' +
    'shorter period; the kinds of lines; `discount`, `tax`, `carried` and `credit`, which stand between lines and total',
  examples: ['quantity'],
});
const Effect = Type.Object(
  { kind: changeKind, amountMinor: amountMinor('What it adds; below zero where it takes off') },
  { description: 'A part of a difference' },
);
const Reason = Type.Object(
  {
    kind: changeKind,
    amountMinor: amountMinor('What it adds; below zero where it takes off'),
    sentence: text('The same for people', 'USD 19.68 more, since more was used.', 500),
  },
  { description: 'A part of the whole difference' },
);

const Change = Type.Object(
  {
    compared: Type.Enum(['last-bill', 'same-point'], {
      type: 'string',
      description: 'With what it is compared',
      examples: ['last-bill'],
    }),
    invoiceId: id('The bill before'),
    number: nullable(text('Its number', 'INV-000042', 26)),
    periodStartAt: instant('Begin of its period', '2013-09-01T04:00:00.000Z'),
    periodEndAt: instant('End of its period', '2013-10-01T04:00:00.000Z'),
    until: instant('Until when its usage is counted', '2013-10-01T04:00:00.000Z'),
    beforeMinor: amountMinor('What it is over; of `same-point` its charges until then'),
    before: text('The same, for people', 'USD 1,234.50'),
    afterMinor: amountMinor('What the expected bill is over; of `same-point` its charges'),
    differenceMinor: amountMinor('How much more; the effects add up to it'),
    difference: text('The same, for people', 'USD 12.50'),
    lines: Type.Array(
      Type.Object(
        {
          kind,
          description: text('What is billed', 'Departures', 2_000),
          beforeMinor: amountMinor('What it was'),
          afterMinor: amountMinor('What it is'),
          differenceMinor: amountMinor('How much more'),
          quantityBefore: nullable(decimal('What was measured then', '4100')),
          quantityAfter: nullable(decimal('What was measured so far', '4426')),
          effects: Type.Array(Effect, { description: 'Why; they add up to the difference of the line' }),
        },
        { description: 'A charge on either bill' },
      ),
      { description: 'What is charged on either of the two' },
    ),
    effects: Type.Array(Effect, { description: 'What discounts, taxes, credits and what is carried add' }),
    byKind: Type.Array(Reason, { description: 'All effects by kind; they add up to the difference' }),
  },
  { description: 'Why it is over more or less than the bill before' },
);

export const expectedSums = {
  subtotalMinor: amountMinor('Sum of the lines'),
  discountMinor: amountMinor('Taken off by coupons', 0),
  taxMinor: amountMinor('Taxes that are added to the lines', 0),
  inclusiveTaxMinor: amountMinor('Taxes that the lines contain', 0),
  carriedMinor: amountMinor("What would be below zero and is given to the customer's balance", 0),
  creditMinor: amountMinor('Paid by the balance and wallets', 0),
  totalMinor: amountMinor('What would be to be paid: subtotal - discount + tax + carried - credit'),
  total: text('The same, for people', 'USD 1,234.50'),
};

const Bill = Type.Object(
  {
    id: id('Id that the invoice will have, if nothing changes before it is made'),
    joins: nullable(id('The draft that it will be added to; null where it becomes an invoice of its own')),
    currency: text('ISO 4217 code of its amounts', 'USD', 3),
    billingGroup: Type.String({ description: "Group of subscriptions; '' for none", examples: [''] }),
    purpose: text('`period`, `start`, `final` or `one-off:pending <instant>`', 'period'),
    periodStartAt: instant('First instant of its period', '2013-10-01T04:00:00.000Z'),
    periodEndAt: instant('First instant after it', '2013-11-01T04:00:00.000Z'),
    generatedAt: instant('Business time at which it will be drawn up', '2013-11-01T13:00:00.000Z'),
    issuedAt: instant('Business time at which it will become final', '2013-11-02T15:00:00.000Z'),
    dueOn: Type.String({
      format: 'date',
      description: "The customer's day by which it will be to be paid",
      examples: ['2013-11-16'],
    }),
    ...expectedSums,
    parts: Type.Object(
      {
        usedMinor: amountMinor('What was used so far'),
        fixedMinor: amountMinor('What is to be paid for the period whatever is used'),
        aheadMinor: amountMinor('What is to be paid ahead of the next cycle, less what is given back', 0),
        boundMinor: amountMinor('What brings the sum to the minimum or maximum as it stands', 0),
        onceMinor: amountMinor('What stands on this bill only', 0),
      },
      { description: 'What is used apart from what is committed; adds up to the subtotal' },
    ),
    lines: Type.Array(Line, { description: 'Its lines in order' }),
    discounts: Type.Array(Discount, { description: 'Discounts in the order in which they are taken' }),
    taxes: Type.Array(Tax, { description: 'Taxes in their order' }),
    credits: Type.Array(Credit, { description: 'What pays it, in the order in which it is taken' }),
    change: nullable(Change),
    failure: nullable(
      Type.Object(
        {
          code: text('What is wrong, for programs', 'quantity-negative'),
          reason: text('What is wrong, in a sentence', 'The quantity is below zero.', 2_000),
        },
        { description: 'Why it cannot be said what it will be; its amounts are 0 then' },
      ),
    ),
  },
  { description: 'A bill as it would be if it were made now' },
);

const Draft = Type.Object(
  {
    invoiceId: id('The draft'),
    billingGroup: Type.String({ description: "Group of subscriptions; '' for none", examples: [''] }),
    currency: text('ISO 4217 code of its amounts', 'USD', 3),
    purpose: text('`period`, `start`, `final` or `one-off:<request>`', 'period'),
    lifecycle: Type.Enum(['draft', 'held'], {
      type: 'string',
      description: '`held`: somebody looks at it first',
      examples: ['draft'],
    }),
    periodStartAt: instant('First instant of its period', '2013-09-01T04:00:00.000Z'),
    periodEndAt: instant('First instant after it', '2013-10-01T04:00:00.000Z'),
    issuedAt: instant('Business time at which it will become final', '2013-10-02T15:00:00.000Z'),
    dueOn: Type.String({
      format: 'date',
      description: "The customer's day by which it will be to be paid",
      examples: ['2013-10-16'],
    }),
    totalMinor: amountMinor('What it is over as it was drawn up'),
    expectedMinor: nullable(amountMinor('What it would be over now; null where it cannot be computed')),
    total: text('The same, for people', 'USD 1,234.50'),
    sentence: text('Where it stands', 'USD 1,234.50 will be issued on 2013-10-02.', 500),
  },
  { description: 'A draft in review' },
);

export const ExpectedBillAnswer = Type.Object(
  {
    customerId: id('Our id of the customer'),
    currency: text('ISO 4217 code of the currency in which the customer pays', 'USD', 3),
    zone: text('IANA time zone of the customer', 'America/New_York', 64),
    asOf: instant("Business time on the customer's clock; usage before it is counted", '2013-10-20T00:00:00.000Z'),
    readAt: instant('Machine time at which it was read: all that had come in by then is in it'),
    bills: Type.Array(Bill, { description: 'One for each open period, group and currency; the earliest first' }),
    inReview: Type.Array(Draft, { description: 'Drafts that will be issued; they are in none of the bills' }),
    freshness: Type.Object(
      {
        readAt: instant('Machine time until which all that came in is counted'),
        types: Type.Array(
          Type.Object(
            {
              eventType: text('Type of events', 'flight.departure'),
              lastOccurredAt: nullable(instant('When the latest one happened', '2013-10-19T23:12:00.000Z')),
              lastReceivedAt: nullable(instant('Machine time at which it came in')),
              lastSource: nullable(text('Who sent it', 'departures')),
            },
            { description: 'The latest event of a type' },
          ),
          { description: 'Of each type that the prices read' },
        ),
      },
      { description: 'How fresh the usage is' },
    ),
  },
  { description: 'What a customer will be billed, as it stands now' },
);
