import { Type } from 'typebox';
import {
  addressText,
  amountMinor,
  closed,
  id,
  instant,
  instantText,
  nullable,
  page,
  pageQuery,
  text,
} from './common.ts';
import { paymentTermsDays } from './parties.ts';

const description = text('What is charged', 'Set-up of the gate', 2_000);
const requestId = text('Your own id of the request: sent again, it makes nothing new', 'order-4711', 100);
const decimalText = (what: string, example: string) =>
  Type.String({ minLength: 1, maxLength: 52, description: `${what}, as a decimal`, examples: [example] });
const taxRates = Type.Array(addressText('Key of a tax rate', 'de-vat-19'), {
  maxItems: 10,
  uniqueItems: true,
  description: "Taxes on it; the customer's unless said otherwise, none for an empty list",
});
const billingGroup = text('Group of subscriptions that it goes with; none unless said otherwise', 'cargo', 100);
const currency = text("ISO 4217 code; has to be the customer's", 'USD', 3);
const reason = text('Why, for the history', 'Agreed on the phone', 500);

const Charge = Type.Object(
  {
    description,
    amount: Type.Optional(decimalText('What it costs in major units; or a quantity and a unit amount', '250.00')),
    quantity: Type.Optional(decimalText('How many', '3')),
    unitAmount: Type.Optional(decimalText('What one costs in major units', '83.335')),
    taxRates: Type.Optional(taxRates),
  },
  { ...closed, description: 'A line: an amount, or so many at so much, which is rounded once' },
);

export const NewOneOff = Type.Object(
  {
    customer: addressText('External id, or our id, of the customer', 'B6'),
    requestId,
    currency: Type.Optional(currency),
    lines: Type.Array(Charge, {
      minItems: 1,
      maxItems: 250,
      description: 'Its lines, which add up to more than nothing',
    }),
    billingGroup: Type.Optional(billingGroup),
    memo: Type.Optional(nullable(text('What else it says', 'For the airfield in March', 2_000))),
    purchaseOrder: Type.Optional(nullable(text('Number of the order at the customer', 'PO-4711', 140))),
    paymentTermsDays: Type.Optional(nullable(paymentTermsDays)),
    servicePeriod: Type.Optional(
      Type.Object(
        {
          startAt: instantText('First instant of what it is for', '2013-03-01T05:00:00Z'),
          endAt: instantText('First instant after it', '2013-04-01T04:00:00Z'),
        },
        { ...closed, description: "What it is for; the customer's day of the order unless said otherwise" },
      ),
    ),
    dueAt: Type.Optional(
      instantText('Business time from which it is issued; at once unless said otherwise', '2013-03-05T00:00:00Z'),
    ),
    reason,
  },
  { ...closed, description: 'An invoice beside the runs' },
);

export const NewPendingItem = Type.Object(
  {
    requestId,
    currency: Type.Optional(currency),
    description,
    amount: decimalText('What it costs in major units; below zero it gives back', '25.00'),
    billingGroup: Type.Optional(billingGroup),
    taxRates: Type.Optional(taxRates),
  },
  { ...closed, description: 'Something for the next bill' },
);

export const PendingItem = Type.Object(
  {
    id: id('Our id'),
    customerId: id('Our id of the customer'),
    currency: text('ISO 4217 code', 'USD', 3),
    billingGroup: Type.String({ description: "Group of subscriptions; '' for none", examples: [''] }),
    description,
    amountMinor: amountMinor('What it costs; below zero it gives back', 2_500),
    taxRates: nullable(Type.Array(text('Key of a tax rate', 'de-vat-19'), { description: 'Taxes on it' })),
    sourceKind: Type.Enum(['one-off', 'correction', 'late-usage'], {
      type: 'string',
      description: 'Whether somebody has ordered it, or it comes from a correction of usage',
      examples: ['one-off'],
    }),
    sourceId: nullable(id('The correction that it comes from')),
    periodStartAt: nullable(instant('First instant of what it is for')),
    periodEndAt: nullable(instant('First instant after it')),
    createdAt: instant('When it was put down'),
    isWaiting: Type.Boolean({ description: 'Whether it waits for a bill', examples: [true] }),
    invoiceId: nullable(id('The invoice on which it stands, or stood while that was not void')),
    lineId: nullable(id('Its line there')),
  },
  { description: 'Something for the next bill' },
);

const cursorExample = ['2013-01-01T05:00:00.000Z', 'b0a2ffde-1c0e-5f3b-9a34-6b1a1f8f7c55'];
export const PendingItemPage = page(PendingItem, 'Items, the earliest first', cursorExample);
export const PendingItemQuery = Type.Object(
  {
    ...pageQuery(cursorExample),
    state: Type.Optional(
      Type.Enum(['waiting', 'all'], {
        type: 'string',
        description: 'Only those that wait for a bill, or all, as unless said otherwise',
        examples: ['waiting'],
      }),
    ),
  },
  closed,
);
export const PendingItemParams = Type.Object(
  {
    id: addressText('Our id of the customer, or the external id', 'B6'),
    itemId: addressText('Our id of the item', 'b0a2ffde-1c0e-5f3b-9a34-6b1a1f8f7c55'),
  },
  closed,
);
export const RemovalQuery = Type.Object({ reason: addressText('Why, for the history', 'Ordered twice', 500) }, closed);
