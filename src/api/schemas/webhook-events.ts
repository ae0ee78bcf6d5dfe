import { type TSchema, Type } from 'typebox';
import type { EventShape } from '../../billing/webhooks/event-catalogue.ts';
import { amountMinor, count, id, instant, nullable, text } from './common.ts';

const customerId = id('Id of the customer');
const invoiceId = id('Id of the invoice');
const currency = text('Currency by ISO 4217', 'USD', 3);

const invoice = {
  id: id('Id of the invoice, as at GET /v1/invoices/{id}'),
  customerId,
  number: nullable(text('Its number; null until it is issued', 'SMPL-0000001', 26)),
  currency,
  totalMinor: amountMinor('What it is over'),
  amountPaidMinor: amountMinor('What of it is paid', 0),
  lifecycle: text('Where it is in its life', 'issued'),
  payment: text('How it is paid', 'unpaid'),
  paymentDueOn: nullable(
    Type.String({ format: 'date', description: 'By when it is to be paid', examples: ['2013-02-17'] }),
  ),
};

const shapes: Record<EventShape, Record<string, TSchema>> = {
  invoice,
  'credit-note': {
    id: id('Id of the credit note, as at GET /v1/credit-notes/{id}'),
    invoiceId,
    customerId,
    number: text('Its number', 'SMPL-CN-000001', 32),
    currency,
    totalMinor: amountMinor('What it takes back', 3_000),
  },
  'payment-attempt': {
    id: invoiceId,
    invoiceId,
    customerId,
    attempt: Type.Integer({ minimum: 1, description: 'Which attempt it was', examples: [1] }),
    currency,
    totalMinor: amountMinor('What the invoice is over'),
  },
  'payment-record': {
    id: text('Its id at Stripe, as at GET /v1/invoices/{id}/payments', 're_3MmlLrLkdIwHu7ix0uke3Ezy'),
    invoiceId,
    customerId,
    currency,
    amountMinor: amountMinor('How much it is about', 4_000),
    status: text("Stripe's word for how far it is", 'succeeded'),
  },
  wallet: {
    id: id('Id of the wallet, as at GET /v1/wallets/{id}'),
    customerId,
    currency,
    balanceMinor: amountMinor('What it has', 500),
    thresholdMinor: nullable(amountMinor('At or below which more is asked for', 1_000)),
  },
  'wallet-grant': {
    id: id('Id of the wallet, as at GET /v1/wallets/{id}'),
    customerId,
    grantId: id('Id of what was added, as at GET /v1/wallets/{id}/grants'),
    currency,
    amountMinor: amountMinor('What was added', 5_000),
    isPaid: Type.Boolean({ description: 'Whether the customer has paid for it', examples: [true] }),
  },
  source: {
    customerId,
    source: text('Who has fallen silent, as at GET /v1/usage/sources', 'departures'),
    eventType: text('The type of its events', 'departure'),
    lastOccurredAt: instant('When the latest of its events happened', '2013-01-20T04:12:00.000Z'),
    silentDays: count("Whole days from then to now on the customer's clock", 2),
    longestPauseDays: count('Days from one day with events to the next, at the most, in the 56 days before', 1),
  },
  test: { id: id('Id of the endpoint'), customerId: nullable(id('Id of the customer whose endpoint it is')) },
};

const bodyOf = (shape: EventShape) => (type: string) =>
  Type.Object(
    {
      type: Type.Unsafe<string>({ type: 'string', const: type, description: 'What has happened', examples: [type] }),
      timestamp: instant('Machine time at which it happened', '2026-11-22T21:00:00.000Z'),
      data: Type.Object(shapes[shape], { description: 'What it is about: read the rest at the API' }),
    },
    { description: 'The body, by Standard Webhooks; fields may be added' },
  );

/** The bodies of webhooks, by what they tell of. */
export const eventBodies = Object.fromEntries(
  Object.keys(shapes).map((shape) => [shape, bodyOf(shape as EventShape)]),
) as Record<EventShape, ReturnType<typeof bodyOf>>;
