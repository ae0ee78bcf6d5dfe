import { Type } from 'typebox';
import { amountMinor, closed, id, instant, instantText, nullable, text } from './common.ts';

const reason = (description: string) => text(description, 'The customer paid by bank transfer.', 500);
const someMinor = (description: string, example: number) =>
  Type.Integer({
    minimum: 1,
    maximum: Number.MAX_SAFE_INTEGER,
    description: `${description}, in minor units of the invoice's currency`,
    examples: [example],
  });

const collectionMethod = Type.Enum(['send_invoice', 'charge_automatically'], {
  type: 'string',
  description:
    '`send_invoice`: a link to a page on which it is paid. `charge_automatically`: the payment method that the customer has ' +
    'saved; an invoice of a customer without one is sent instead',
  examples: ['charge_automatically'],
});

const SavedMethod = Type.Object(
  {
    kind: text('What it is, in the words of Stripe', 'card', 40),
    brand: nullable(text('Brand of a card', 'visa', 40)),
    last4: nullable(text('What the customer knows it by', '4242', 4)),
    expMonth: nullable(
      Type.Integer({ minimum: 1, maximum: 12, description: 'Month in which it ends', examples: [12] }),
    ),
    expYear: nullable(Type.Integer({ description: 'Year in which it ends', examples: [2030] })),
    savedAt: instant('When it was saved'),
  },
  { description: 'What a customer pays by; its number is at Stripe only' },
);

export const CollectionOrder = Type.Object({ method: collectionMethod }, { ...closed });
export const CustomerCollection = Type.Object(
  { method: collectionMethod, paymentMethod: nullable(SavedMethod) },
  { description: 'How the invoices of a customer are collected' },
);

export const NewMethodPage = Type.Object(
  { returnUrl: text('Where the customer goes afterwards: http or https', 'https://jetblue.example/billing', 2_048) },
  { ...closed },
);
export const MethodPage = Type.Object(
  {
    id: id('Our id'),
    url: text("Stripe's page; send the customer there", 'https://checkout.stripe.com/c/pay/cs_test_a1', 2_048),
    expiresAt: instant('Until when it can be used'),
  },
  { description: 'A page on which a customer saves a payment method' },
);

export const NewPayment = Type.Object(
  {
    kind: Type.Enum(['out_of_band'], {
      type: 'string',
      description: 'Money that came in elsewhere: a transfer, a cheque, cash',
      examples: ['out_of_band'],
    }),
    id: Type.Optional(id('Made by you; sent again it is the same payment. Without it the server makes one')),
    amountMinor: Type.Optional(someMinor('What came in; all that is open unless said otherwise', 50_000)),
    paidAt: instantText('When it came in, by the clock of the customer', '2013-02-10T09:00:00Z'),
    reference: text('Of the statement, the cheque, the receipt', 'Statement 2013-02-10, line 4'),
    reason: reason('Why it is recorded, for the history'),
  },
  { ...closed, description: 'A payment that came in elsewhere' },
);
export const Payment = Type.Object(
  {
    id: id('Our id'),
    invoiceId: id('The invoice'),
    amountMinor: amountMinor('What came in', 50_000),
    paidAt: instant('When it came in'),
    reference: text('Of the statement, the cheque, the receipt', 'Statement 2013-02-10, line 4'),
  },
  { description: 'A payment that came in elsewhere' },
);

export const CollectOrder = Type.Object({ reason: Type.Optional(reason('Why now, for the history')) }, { ...closed });
export const UncollectibleOrder = Type.Object({ reason: reason('Why it is given up, for the history') }, { ...closed });

const refundKind = Type.Enum(['target', 'out_of_band'], {
  type: 'string',
  description:
    '`target`: by the way that it came, through Stripe. `out_of_band`: it was given back elsewhere, of what came in elsewhere',
  examples: ['target'],
});
export const NewRefund = Type.Object(
  {
    kind: Type.Optional(refundKind),
    id: Type.Optional(id('Made by you; sent again it is the same refund. Without it the server makes one')),
    amountMinor: Type.Optional(someMinor('What goes back; all that can unless said otherwise', 10_000)),
    reason: reason('Why, for the history'),
  },
  { ...closed, description: 'Money that goes back' },
);
export const Refund = Type.Object(
  {
    id: id('Our id'),
    invoiceId: id('The invoice'),
    kind: refundKind,
    amountMinor: amountMinor('What goes back', 10_000),
  },
  { description: 'A refund; GET /v1/invoices/{id}/payments tells how far it is' },
);

const Movement = Type.Object(
  {
    kind: Type.Enum(['attempt', 'payment', 'refund', 'dispute', 'credit_note', 'uncollectible'], {
      type: 'string',
      description: '`attempt`: the saved payment method was or is to be charged',
      examples: ['payment'],
    }),
    id: text("Our id, Stripe's id, or the number of an attempt", 'pi_3MtwBwLkdIwHu7ix28a3tqPa'),
    source: Type.Enum(['stripe', 'out_of_band'], {
      type: 'string',
      description: 'Which way the money goes',
      examples: ['stripe'],
    }),
    amountMinor: nullable(amountMinor('Of what; null for an attempt at all that is open')),
    status: text('How far it is: in the words of Stripe, or `wanted`', 'succeeded', 100),
    code: nullable(text('Why it failed or is disputed, for programs', 'insufficient_funds', 100)),
    reference: nullable(text('Of a payment that came in elsewhere', 'Statement 2013-02-10, line 4')),
    reason: nullable(text('Why somebody has asked for it', 'The customer called.', 500)),
    actor: nullable(text('Who has asked for it', 'api-key:ops')),
    at: instant('When it was last heard of'),
  },
  { description: 'One movement of money, or an attempt at one' },
);
export const InvoicePayments = Type.Object(
  {
    currency: text('ISO 4217 code of all amounts', 'USD', 3),
    totalMinor: amountMinor('What is to be paid'),
    amountPaidMinor: amountMinor('What has come in', 50_000),
    openMinor: amountMinor('What is still to come in', 73_450),
    overpaidMinor: amountMinor('What has come in beyond what was to be paid', 0),
    refundedMinor: amountMinor('What went back', 0),
    disputedMinor: amountMinor("What the customer's bank has taken back or asks back", 0),
    movements: Type.Array(Movement, {
      description: 'What happened, the latest first; of the same instant what came of a payment stands before it',
    }),
  },
  { description: 'The money of an invoice' },
);
