import { Type } from 'typebox';
import { maxPreviewCredits } from '../../domain/credit/read-credits.ts';
import { amountMinor, closed, decimal, text } from './common.ts';
import { number } from './price-words.ts';

/** What a previewed bill is to be paid with. */
export const PreviewCredits = Type.Array(
  Type.Object(
    {
      name: Type.Optional(text('What the bill calls it', 'Prepaid', 100)),
      amount: number('What is there, in major units', '25.00'),
      source: Type.Optional(
        Type.Enum(['balance', 'wallet'], {
          type: 'string',
          description: '`wallet` unless said otherwise; both pay alike, in the order of the list',
          examples: ['wallet'],
        }),
      ),
      limit: Type.Optional(
        number(
          'For a grant that ends within the period: what the bill would be at its end, in major units. It pays no more than ' +
            'that, together with all that ends no later',
          '10.00',
        ),
      ),
    },
    { ...closed, description: 'Credit of the customer' },
  ),
  {
    maxItems: maxPreviewCredits,
    description: 'Credits, taken after the taxes in the order of the list until nothing is due',
  },
);

/** What it has paid of the bill. */
export const AppliedCredit = Type.Object(
  {
    name: text('What the bill calls it', 'Prepaid', 100),
    source: Type.Enum(['balance', 'wallet'], { description: 'Where it comes from', examples: ['wallet'] }),
    amountMinor: amountMinor('What it pays', 2_500),
    amount: decimal('The same in major units', '25.00'),
  },
  { description: 'A credit that pays a part of the bill' },
);
