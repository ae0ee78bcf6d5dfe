import { Type } from 'typebox';
import { closed, instantText } from './common.ts';
import { number } from './price-words.ts';

const usageFields = {
  quantity: Type.Optional(
    number(
      'The quantity of the period, zero or more, before conversion and included units; for percentage the sum of the ' +
        'transactions, if these are not listed. What is below zero is refused; what is given back is a credit',
      '1250',
    ),
  ),
  transactions: Type.Optional(
    Type.Array(Type.String(), {
      maxItems: 10_000,
      description: 'For percentage: the amount of each transaction in major units, in the order in which they happened',
      examples: [['10.00', '80.00', '10000']],
    }),
  ),
  transactionCount: Type.Optional(
    number(
      'For percentage with quantity in the place of transactions: how many there were. Needed where the price has a ' +
        'fixedAmount',
      '4',
    ),
  ),
  carriedAmount: Type.Optional(number('For dynamic: the sum of what the events cost, in major units', '12.345')),
  cells: Type.Optional(
    Type.Array(
      Type.Object(
        {
          values: Type.Array(Type.String(), {
            description: 'One value for each property of the matrix',
            examples: [['eu', 'gold']],
          }),
          quantity: number('Units used with these values', '40'),
        },
        closed,
      ),
      { description: 'For matrix: what was used in each cell' },
    ),
  ),
  seats: Type.Optional(
    Type.Array(
      Type.Object(
        {
          from: instantText('From when', '2026-01-16T00:00:00Z'),
          quantity: number('How many seats from then on', '8'),
        },
        closed,
      ),
      {
        description:
          'For seats: how many there were, change by change in their order, within the period (the first may be before it). ' +
          'With `quantity` in its place there are so many all the time',
      },
    ),
  ),
};

export const Usage = Type.Object(
  {
    ...usageFields,
    groups: Type.Optional(
      Type.Array(
        Type.Object(
          {
            group: Type.Array(Type.String(), {
              description: 'One value for each property of groupBy',
              examples: [['eu']],
            }),
            ...usageFields,
          },
          closed,
        ),
        {
          description:
            'For a price with groupBy, always and in the place of all the others: the usage of each group. An empty list: ' +
            'nothing was used',
        },
      ),
    ),
  },
  {
    ...closed,
    description:
      'What was used, in the place of events and a meter: `quantity` for per_unit, graduated, volume, stairstep, package, ' +
      'graduated_percentage and capacity; `transactions` for percentage; `quantity` and `carriedAmount` for dynamic; ' +
      '`seats` or `quantity` for seats; `cells` for matrix; nothing for flat',
  },
);
