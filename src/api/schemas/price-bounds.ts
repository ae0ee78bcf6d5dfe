import { Type } from 'typebox';
import { closed } from './common.ts';
import { amount, number, optionalAmount } from './price-words.ts';

const Commitment = Type.Object(
  {
    amount: amount('What was promised for a whole cycle', '100.00'),
    overageFactor: Type.Optional(
      number('What is charged above the commitment is multiplied by this; 1 unless said otherwise', '1.5'),
    ),
    trueUp: Type.Optional(
      Type.Boolean({
        description: 'Whether what is missing to the commitment is charged too; true unless said otherwise',
        examples: [true],
      }),
    ),
  },
  {
    ...closed,
    description:
      'A promised amount with a true-up below it and a factor above it. It is a minimum already: not beside minimumAmount',
  },
);

/** The bounds of a line or of a whole period. */
export const boundFieldsOf = (what: string) => ({
  minimumAmount: optionalAmount(
    `The least that ${what} costs for a whole cycle, use or not`,
    '10.00',
    '. Not beside a commitment',
  ),
  maximumAmount: optionalAmount(`The most that ${what} costs for a whole cycle`, '500.00'),
  commitment: Type.Optional(Commitment),
});
