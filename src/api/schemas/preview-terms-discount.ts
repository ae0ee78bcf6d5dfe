import { Type } from 'typebox';
import { closed, decimal, text } from './common.ts';
import { keyText, scopeKeys } from './coupons.ts';

/** The discounts of a preview, in the order in which they are taken; read by src/domain/discount/read-discounts.ts. */
export const PreviewDiscounts = Type.Array(
  Type.Object(
    {
      key: Type.Optional(keyText('Name for programs; `discount-1` and so on unless said otherwise', 'spring-2013')),
      name: Type.Optional(
        text('Name for people; the percentage or the amount unless said otherwise', 'Spring offer', 200),
      ),
      percentage: Type.Optional(decimal('Above 0 and at most 100; either this or an amount', '12.5')),
      amount: Type.Optional(decimal("In major units of the request's currency, above 0", '50.00')),
      plans: Type.Optional(scopeKeys('Keys of the plans whose lines it is for; all unless said otherwise', 'airports')),
      meters: Type.Optional(
        scopeKeys(
          'Keys of the meters whose lines it is for; all, and lines without a meter, unless said otherwise',
          'departures',
        ),
      ),
      prices: Type.Optional(scopeKeys('Keys of the prices whose lines it is for; all unless said otherwise', 'base')),
    },
    { ...closed, description: 'A discount; a line has to be of everything that it names' },
  ),
  {
    maxItems: 20,
    description:
      'What is taken off the charges before taxes, one after the other, each of what the one before has left; lines below ' +
      'zero are left alone',
    examples: [[{ percentage: '12.5' }]],
  },
);
