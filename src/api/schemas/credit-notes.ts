import { Type } from 'typebox';
import { giveBackWays, reasonsToCredit } from '../../billing/plan-credit-note.ts';
import { addressText, amountMinor, closed, decimal, id, instant, nullable, page, pageQuery, text } from './common.ts';

const minor = (description: string, example: number) =>
  Type.Integer({
    minimum: 1,
    maximum: Number.MAX_SAFE_INTEGER,
    description: `${description}, in minor units of the currency (cents for USD)`,
    examples: [example],
  });

const giveBack = Type.Enum([...giveBackWays], {
  type: 'string',
  description:
    'What becomes of money that was paid: `refund` by the way that it came, `credit` to the customer’s balance, or ' +
    '`out_of_band`, by a way of your own. What is still to be paid is lowered first, whichever is said; what credits of ' +
    'the customer have paid goes to the balance in any case',
  examples: ['refund'],
});

const position = Type.Integer({
  minimum: 1,
  maximum: 2_147_483_647,
  description: 'Position of the line on the invoice',
  examples: [1],
});

const what = {
  amountMinor: Type.Optional(
    minor('So much of the invoice, discount and taxes included; spread over the lines in proportion', 5_000),
  ),
  lines: Type.Optional(
    Type.Array(
      Type.Object(
        {
          position,
          amountMinor: Type.Optional(minor('So much of the charge of the line, before discount and taxes', 2_500)),
          quantity: Type.Optional(decimal('So much of its quantity', '100')),
        },
        { ...closed, description: 'A line: all that is left of it unless an amount or a quantity is said' },
      ),
      { minItems: 1, maxItems: 1_000, description: 'The lines that are credited', examples: [[{ position: 1 }]] },
    ),
  ),
  giveBack,
};

export const NewCreditNote = Type.Object(
  {
    requestId: text('Your own id of the request: a repetition is answered with the note that is there', 'refund-4711'),
    ...what,
    reason: Type.Enum([...reasonsToCredit], { type: 'string', description: 'Why', examples: ['order_change'] }),
    memo: Type.Optional(text('A sentence for the customer, on the note', 'Two seats were not used.', 2_000)),
  },
  { ...closed, description: 'A credit note; over all that is left where neither an amount nor lines are said' },
);

export const CreditNoteToPreview = Type.Object(what, {
  ...closed,
  description: 'What a credit note would be over',
});

const sums = {
  subtotalMinor: amountMinor('Of the charges', 5_000),
  discountMinor: amountMinor('Of the discounts on them, which is kept', 1_000),
  taxMinor: amountMinor('Taxes on that, which were added', 760),
  inclusiveTaxMinor: amountMinor('Taxes that the charges contain', 0),
  totalMinor: amountMinor('What the note is over: charges without discounts and with taxes', 4_760),
  dueMinor: amountMinor('Of that, what lowers what is to be paid', 0),
  refundMinor: amountMinor('What is refunded', 4_760),
  outOfBandMinor: amountMinor('What you give back by a way of your own', 0),
  balanceMinor: amountMinor('What goes to the customer’s balance', 0),
};

const Line = Type.Object(
  {
    position,
    description: text('As on the invoice', 'Departures', 2_000),
    quantity: nullable(decimal('What of the quantity it is, where that is known', '100')),
    amountMinor: amountMinor('Part of the charge', 5_000),
    discountMinor: amountMinor('Part of the discount', 1_000),
    taxes: Type.Array(
      Type.Object(
        {
          key: text('Key of the tax', 'vat'),
          isInclusive: Type.Boolean({ description: 'Whether the charge contains it', examples: [false] }),
          taxableMinor: amountMinor('What it is on', 4_000),
          amountMinor: amountMinor('Part of the tax', 760),
        },
        { description: 'A tax' },
      ),
      { description: 'Parts of its taxes' },
    ),
  },
  { description: 'A part of a line of the invoice, or all of it' },
);

export const PreviewedCreditNote = Type.Object(
  {
    currency: text('ISO 4217 code', 'USD', 3),
    total: text('The total for people', 'USD 47.60'),
    ...sums,
    lines: Type.Array(Line, { description: 'What is credited' }),
  },
  { description: 'A credit note as it would be now' },
);

export const CreditNote = Type.Object(
  {
    id: id('Id of the note'),
    number: text('Its number, from a series of its own', 'SAMPLE-CN-000001', 32),
    invoiceId: id('Id of the invoice'),
    invoiceNumber: text('Number of the invoice', 'SAMPLE-000001', 32),
    customerId: id('Id of the customer'),
    customerExternalId: text('Your own name for the customer', 'B6'),
    currency: text('ISO 4217 code', 'USD', 3),
    total: text('The total for people', 'USD 47.60'),
    issuedAt: instant("When it was issued, by the customer's clock", '2013-02-15T10:00:00.000Z'),
    reason: text('Why', 'order_change'),
    memo: nullable(text('A sentence for the customer', 'Two seats were not used.', 2_000)),
    giveBack,
    ...sums,
    lines: Type.Array(Line, { description: 'What is credited' }),
    copies: Type.Array(
      Type.Object(
        {
          target: text('Where it was sent', 'stripe'),
          remoteId: text('Its id there', 'cn_1MxvRkLkdIwHu7ixABNtI99m'),
          overpaidMinor: amountMinor(
            'What was paid meanwhile of what it was to lower; it went to the customer’s balance',
            0,
          ),
        },
        { description: 'A copy' },
      ),
      {
        description:
          'Its copies; none until the sync of the invoice has brought it there, or where credits had paid all',
      },
    ),
  },
  { description: 'A credit note' },
);

export const CreditNotes = Type.Object(
  { data: Type.Array(CreditNote, { description: 'In the order of their issue' }) },
  { description: 'The credit notes of an invoice' },
);

const cursorParts = ['2013-02-15T10:00:00.000Z', 'b0a2ffde-1c0e-5f3b-9a34-6b1a1f8f7c55'];
export const CreditNotePage = page(CreditNote, 'Credit notes, the newest first', cursorParts);
export const CreditNoteQuery = Type.Object(
  { ...pageQuery(cursorParts), customer: Type.Optional(addressText('External id or id of a customer', 'B6')) },
  closed,
);
export const CreditNoteParams = Type.Object(
  { id: addressText('Id of the note', 'b0a2ffde-1c0e-5f3b-9a34-6b1a1f8f7c55') },
  closed,
);
