import { Type } from 'typebox';
import { lineKinds } from '../../billing/expected/kinds.ts';
import { amountMinor, closed, decimal, id, instant, nullable, text } from './common.ts';
import { expectedSums } from './expected-bill.ts';

export const WhatIfOrder = Type.Object(
  {
    addUsage: Type.Optional(
      Type.Array(
        Type.Object(
          {
            price: Type.Optional(text('Key of the price that would measure more', 'landing', 100)),
            meter: Type.Optional(
              text(
                'Or of a meter, for all prices that read it without a filter of their own; with a price only where none has its key',
                'departures',
                100,
              ),
            ),
            quantity: decimal('How much more, or less below zero', '1000'),
            group: Type.Optional(
              Type.Array(text('Value of a property', 'JFK'), {
                maxItems: 4,
                description: 'Which line of a price that has one for each of its groups',
              }),
            ),
          },
          { ...closed, description: 'Usage that would come to what there is' },
        ),
        { maxItems: 100, description: 'What more would be used in the period that goes on' },
      ),
    ),
    plans: Type.Optional(
      Type.Array(
        Type.Object(
          { subscription: id('The subscription'), plan: text('Key of the plan that it would have', 'pro', 100) },
          { ...closed, description: 'Another plan for the whole of the open period' },
        ),
        { maxItems: 20, description: 'Plans as of the begin of the open period, in their latest versions' },
      ),
    ),
  },
  { ...closed, description: 'What is supposed' },
);

const Sums = Type.Object(expectedSums, { description: 'From the charges to the total' });

export const WhatIfAnswer = Type.Object(
  {
    customerId: id('Our id of the customer'),
    currency: text('ISO 4217 code of the currency in which the customer pays', 'USD', 3),
    asOf: instant("Business time on the customer's clock", '2013-10-20T00:00:00.000Z'),
    bills: Type.Array(
      Type.Object(
        {
          id: id('Id that the invoice will have, if nothing changes before it is made'),
          currency: text('ISO 4217 code of its amounts', 'USD', 3),
          billingGroup: Type.String({ description: "Group of subscriptions; '' for none", examples: [''] }),
          purpose: text('`period`, `start`, `final` or `one-off:pending <instant>`', 'period'),
          periodStartAt: instant('First instant of its period', '2013-10-01T04:00:00.000Z'),
          periodEndAt: instant('First instant after it', '2013-11-01T04:00:00.000Z'),
          before: Sums,
          after: Sums,
          differenceMinor: amountMinor('How much more would be to be paid'),
          difference: text('The same, for people', 'USD 12.50'),
          lines: Type.Array(
            Type.Object(
              {
                kind: Type.Enum([...lineKinds], {
                  type: 'string',
                  description: 'What it is for, as in the expected bill',
                  examples: ['usage'],
                }),
                description: text('What is billed', 'Departures', 2_000),
                quantityBefore: nullable(decimal('What is measured', '4100')),
                quantityAfter: nullable(decimal('What would be measured', '5100')),
                beforeMinor: amountMinor('What it is'),
                afterMinor: amountMinor('What it would be'),
                differenceMinor: amountMinor('How much more'),
              },
              { description: 'A charge, as it is and as it would be' },
            ),
            { description: 'What is charged on either' },
          ),
          failure: nullable(
            Type.Object(
              {
                code: text('What is wrong, for programs', 'quantity-negative'),
                reason: text('What is wrong, in a sentence', 'The quantity is below zero.', 2_000),
              },
              { description: 'Why it cannot be said' },
            ),
          ),
        },
        { description: 'A bill beside what it would be' },
      ),
      { description: 'The open bills, the earliest first' },
    ),
  },
  { description: 'What would be billed' },
);
