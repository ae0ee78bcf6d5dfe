import { Type } from 'typebox';
import { closed, decimal, text } from './common.ts';
import { choice } from './price-words.ts';

/** What a preview's bill can be paid with; read by src/domain/credit/read-credits.ts. */
export const PreviewCredits = Type.Array(
  Type.Object(
    {
      amount: decimal("What there is, in major units of the request's currency, above 0", '50.00'),
      name: Type.Optional(text('Name for people', 'Welcome credit', 200)),
      source: Type.Optional(
        choice(['balance', 'wallet'], 'Where it comes from; `wallet` unless said otherwise', 'wallet'),
      ),
      limit: Type.Optional(
        decimal('The most that it pays of this bill, such as what the bill was when the credit ended', '20.00'),
      ),
    },
    { ...closed, description: 'A credit' },
  ),
  {
    maxItems: 20,
    description: 'What pays the bill, one after the other, when its taxes are on it: credits change no tax',
    examples: [[{ amount: '50.00' }]],
  },
);
