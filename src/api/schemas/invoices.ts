import { Type } from 'typebox';
import { lifecycles, payments, standings, syncs } from '../../store/invoice-status.ts';
import {
  addressText,
  amountMinor,
  closed,
  count,
  decimal,
  id,
  instant,
  nullable,
  page,
  pageQuery,
  text,
} from './common.ts';
import { Parties } from './parties.ts';

const payment = Type.Enum([...payments], { type: 'string', description: 'How far it is paid', examples: ['unpaid'] });
const lifecycle = Type.Enum([...lifecycles], {
  type: 'string',
  description: '`draft` and `held` may still change, `issued` never; `skipped` had nothing to bill',
  examples: ['issued'],
});
const sync = Type.Enum([...syncs], {
  type: 'string',
  description: 'How far it is on its way to Stripe; `parked` waits for a person',
  examples: ['synced'],
});

const Copy = Type.Object(
  {
    target: text('Where it was sent', 'stripe'),
    remoteId: text('Its id there', 'in_1MtHbELkdIwHu7ixl4OzzPMv'),
    status: text('Its state there, in the words used there', 'open'),
    totalMinor: amountMinor('Its total there'),
    url: nullable(text('Its page there', 'https://invoice.example/in_1MtHb', 2_048)),
  },
  { description: 'A copy of the invoice at a target' },
);

const Parked = Type.Object(
  {
    parkingNumber: Type.Integer({
      minimum: 1,
      description: 'An answer names the number that it answers',
      examples: [1],
    }),
    parkedAt: nullable(instant('Since when; null for a draft that is held')),
    code: nullable(text('What is wrong, for programs', 'stripe-customer-missing')),
    reason: nullable(text('What is wrong, in a sentence', 'Stripe no longer knows the customer.', 2_000)),
  },
  { description: 'Why it waits for a person' },
);

const invoiceFields = {
  id: id('Our id'),
  number: nullable(text('Its number, from the moment that it is issued', 'INV-000042', 26)),
  revision: Type.Integer({ minimum: 1, description: '1, or more for a reissue', examples: [1] }),
  replaces: nullable(id('The voided invoice that it takes the place of')),
  customerId: id('Our id of the customer'),
  customerExternalId: text('Your name for the customer', 'B6'),
  clock: text("Name of the customer's clock", 'real', 80),
  currency: text('ISO 4217 code of all its amounts', 'USD', 3),
  billingGroup: Type.String({ description: "Group of subscriptions; '' for none", examples: [''] }),
  purpose: text('`period`, `start`, `final` or `one-off:<request>`', 'period'),
  periodStartAt: instant('First instant of the service period', '2013-01-01T05:00:00.000Z'),
  periodEndAt: instant('First instant after the service period', '2013-02-01T05:00:00.000Z'),
  zone: text('IANA time zone of the period', 'America/New_York', 64),
  generatedAt: instant('Business time at which it was computed', '2013-02-01T13:00:00.000Z'),
  dueAt: instant('Business time from which it is issued', '2013-02-02T13:00:00.000Z'),
  issuedAt: nullable(instant('Business time at which it became final', '2013-02-02T15:00:00.000Z')),
  usageCutAt: instant('Machine time at which its usage was read: what came in later is not on it'),
  paymentDueOn: nullable(
    Type.String({ format: 'date', description: 'Day by which it is to be paid', examples: ['2013-03-04'] }),
  ),
  subtotalMinor: amountMinor('Sum of the lines'),
  discountMinor: amountMinor('Taken off by coupons', 0),
  taxMinor: amountMinor('Taxes that are added to the lines', 0),
  inclusiveTaxMinor: amountMinor('Taxes that the lines contain', 0),
  carriedMinor: amountMinor("What would be below zero and is given to the customer's balance", 0),
  creditMinor: amountMinor('Paid by the balance and wallets', 0),
  totalMinor: amountMinor('What is to be paid: subtotal - discount + tax + carried - credit'),
  total: text('What is to be paid, for people', 'USD 1,234.50'),
  lineCount: count('Number of lines', 6),
  status: text('Where it stands, for its customer', 'Draft, becomes final on 2 Feb 2013'),
  standing: Type.Enum([...standings], {
    type: 'string',
    description: 'The same for programs, all its states taken together; GET /v1/words says what each means',
    examples: ['draft'],
  }),
  lifecycle,
  payment,
  sync,
  syncAttempts: count('Tries to bring it to Stripe', 1),
  nextRetryAt: nullable(instant('Machine time of the next try')),
  syncedAt: nullable(instant("Machine time at which Stripe's copy was found equal")),
  parked: nullable(Parked),
  notice: nullable(
    text('What its customer may read about a trouble on its way', 'Your invoice is being prepared.', 500),
  ),
  priority: Type.Enum(['normal', 'high'], {
    type: 'string',
    description: '`high` goes before all others',
    examples: ['normal'],
  }),
  wanted: Type.Enum(['final', 'void'], {
    type: 'string',
    description: 'What Stripe is to have; a void that is wanted is done once Stripe has confirmed it',
    examples: ['final'],
  }),
  amountPaidMinor: amountMinor('What was seen to be paid', 0),
  creditedMinor: amountMinor('Taken back by credit notes', 0),
  amountDueMinor: amountMinor('Still to be paid', 0),
  paidAt: nullable(instant('When it was paid in full')),
  collection: nullable(
    Type.Enum(['send_invoice', 'charge_automatically'], {
      type: 'string',
      description: 'How the money is to come in; null until it was first sent to Stripe',
      examples: ['send_invoice'],
    }),
  ),
  collectionFallback: nullable(
    Type.Enum(['no-payment-method'], {
      type: 'string',
      description: 'Why it is sent although its customer is to be charged',
      examples: ['no-payment-method'],
    }),
  ),
  refundedMinor: amountMinor('What went back to the customer; it stays paid', 0),
  disputedMinor: amountMinor('What the customer’s bank has taken back or asks back; it stays paid', 0),
  copies: Type.Array(Copy, { description: 'Its copies at targets' }),
};

export const Invoice = Type.Object(invoiceFields, { description: 'An invoice without its lines' });

const Line = Type.Object(
  {
    position: Type.Integer({ minimum: 1, description: 'Place on the invoice', examples: [1] }),
    subscriptionId: nullable(id('The subscription that it is for')),
    periodStartAt: nullable(
      instant("Begin of what it bills; the invoice's, or that of a part", '2013-01-01T05:00:00.000Z'),
    ),
    periodEndAt: nullable(instant('End of what it bills', '2013-02-01T05:00:00.000Z')),
    priceKey: text('Key of the price', 'departures'),
    description: text('What is billed', 'Departures', 2_000),
    meterKey: nullable(text('Key of the meter', 'departures')),
    quantity: nullable(decimal('Measured quantity', '4426')),
    billableQuantity: nullable(decimal('Quantity after what is included', '4326')),
    exactAmount: decimal('Amount in major units before rounding', '1234.5'),
    amountMinor: amountMinor('Amount'),
    amount: text('Amount, for people', 'USD 1,234.50'),
    discountMinor: amountMinor('What coupons take off it', 0),
    taxMinor: amountMinor('Taxes that are added to what is left', 0),
    inclusiveTaxMinor: amountMinor('Taxes that are in what is left', 0),
    eventCount: count('Events read for it', 4_426),
    skippedCount: count('Events that lacked what the meter measures', 0),
    usageState: nullable(
      Type.Enum(['usage', 'no-usage', 'no-data', 'unknown'], {
        type: 'string',
        description:
          '`no-usage`: nothing was used. `no-data`: a source of it has fallen silent (`dataGaps`), so that some or all may be ' +
          'missing. `unknown`: nothing came in, and whether a source is silent is not counted yet. null if it measures nothing',
        examples: ['usage'],
      }),
    ),
    working: Type.Unknown({ description: 'How the amount came about, step by step' }),
  },
  { description: 'A line with its working' },
);

export const Discount = Type.Object(
  {
    key: text('Key of the coupon', 'welcome-20'),
    name: text('Its name', '20 % in your first year'),
    amountMinor: amountMinor('What it takes off', 1_000),
  },
  { description: 'A discount' },
);

export const Tax = Type.Object(
  {
    key: text('Key of the rate', 'de-vat-19'),
    name: text('Its name', 'VAT'),
    percentage: decimal('Percentage', '19'),
    isInclusive: Type.Boolean({ description: 'Whether the lines contain it', examples: [false] }),
    country: nullable(text('ISO 3166-1 country', 'DE', 2)),
    taxableMinor: amountMinor('What it is on', 10_000),
    amountMinor: amountMinor('The tax', 1_900),
    reason: nullable(text('Why nothing is due', 'Reverse charge', 500)),
  },
  { description: 'A tax of the invoice' },
);

export const Credit = Type.Object(
  {
    source: Type.Enum(['balance', 'wallet', 'carried'], {
      type: 'string',
      description: 'Where it comes from; `carried` goes the other way, to the balance, and is below zero',
      examples: ['wallet'],
    }),
    name: text('Its name', 'Prepaid credit'),
    amountMinor: amountMinor('What it pays', 500),
  },
  { description: 'A payment from what the customer has with us' },
);

const DataGap = Type.Object(
  {
    source: text('Who has fallen silent', 'departures'),
    eventType: text('The type of its events', 'departure'),
    meterKeys: Type.Array(Type.String({ description: 'Key of a meter', examples: ['departures'] }), {
      description: 'Meters of the lines for which data may be missing',
      examples: [['departures']],
    }),
    lastOccurredAt: instant('When the latest of its events happened', '2013-01-20T04:12:00.000Z'),
    silentDays: count('Whole days from then to the end of the period', 12),
    longestPauseDays: count('Days from one day with events to the next, at the most, until then', 1),
  },
  { description: 'A source from which data may be missing' },
);

export const InvoiceWithLines = Type.Object(
  {
    ...invoiceFields,
    parties: Parties,
    lines: Type.Array(Line, { description: 'Its lines in order' }),
    dataGaps: nullable(
      Type.Array(DataGap, {
        description:
          'Sources that usually send for the customer and have been silent since before the end of the period; null while ' +
          'what came in is still being counted. A source is usual with events on 3 days at least of the 56 before the end, and ' +
          'silent after more whole days than its longest pause in them',
      }),
    ),
    discounts: Type.Array(Discount, { description: 'Discounts in the order in which they were taken' }),
    taxes: Type.Array(Tax, { description: 'Taxes in their order' }),
    credits: Type.Array(Credit, {
      description: 'What pays it from the balance and wallets, in the order in which they are taken',
    }),
  },
  { description: 'An invoice with its parties, its lines and their working' },
);

const cursorExample = ['2013-01-01T05:00:00.000Z', 'b0a2ffde-1c0e-5f3b-9a34-6b1a1f8f7c55'];

export const InvoicePage = page(Invoice, 'Invoices, those of the newest periods first', cursorExample);
export const InvoiceParams = Type.Object(
  { id: addressText('Our id of the invoice', 'b0a2ffde-1c0e-5f3b-9a34-6b1a1f8f7c55') },
  closed,
);
export const InvoiceQuery = Type.Object(
  {
    ...pageQuery(cursorExample),
    customer: Type.Optional(addressText('Only of this customer: external id, or ours', 'B6')),
    clock: Type.Optional(addressText('Only on the clock of this name', 'real', 80)),
    lifecycle: Type.Optional(lifecycle),
    payment: Type.Optional(payment),
    sync: Type.Optional(sync),
    number: Type.Optional(addressText('Only with this number', 'INV-000042', 26)),
  },
  closed,
);
