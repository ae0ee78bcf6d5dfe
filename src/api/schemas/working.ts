import { Type } from 'typebox';
import { nullable } from './common.ts';

const Share = Type.Object(
  {
    numerator: Type.String({ description: 'Above the line', examples: ['15'] }),
    denominator: Type.String({ description: 'Below the line', examples: ['31'] }),
  },
  { description: 'A part of the cycle' },
);
const workingText = (description: string, example: string) =>
  Type.Optional(Type.String({ description, examples: [example] }));

export const Step = Type.Object(
  {
    kind: Type.String({
      description:
        'What was charged: `flat`, `units`, `tier`, `step`, `package`, `percentage`, `fixed` and `bounded` (of single ' +
        'transactions), `carried`, `cell`, `overage`; what was not: `converted`, `included`, `free`; what brings the sum ' +
        'to its bounds: `floor`, `cap`',
      examples: ['tier'],
    }),
    quantity: workingText('Units, or the amount of money, that the step is about', '200'),
    from: workingText('The tier begins above this', '0'),
    upTo: Type.Optional(
      nullable(Type.String({ description: 'The tier ends with this; null: it is open', examples: ['250'] })),
    ),
    unitAmount: workingText('Price of a unit, or of a transaction', '18.75'),
    flatAmount: workingText('A flat amount, or the sum that the events carried', '5'),
    packages: workingText('How many packages', '3'),
    packageSize: workingText('Units in a package', '1000'),
    packageAmount: workingText('Price of a package', '5'),
    rate: workingText('Percent', '2.5'),
    multiplier: workingText('A factor, that of a conversion too', '1.5'),
    transactions: workingText('How many transactions', '12'),
    divideBy: workingText('The conversion, where it divides', '1000'),
    values: Type.Optional(
      Type.Object(
        {},
        { additionalProperties: Type.String(), description: 'The cell of the matrix', examples: [{ region: 'eu' }] },
      ),
    ),
    startAt: workingText('Seats: from when', '2026-01-01T00:00:00.000Z'),
    endAt: workingText('Seats: until when', '2026-01-16T00:00:00.000Z'),
    bound: workingText('A bound before its share', '100'),
    share: Type.Optional(Share),
    amount: Type.String({
      description:
        'What the step adds to the line, exact, in major units; what does not end, such as a third, is cut to 20 decimals',
      examples: ['3750'],
    }),
  },
  {
    description:
      'One step of the working; the amounts of all steps add up to the exact amount of the line, where some were cut to 20 ' +
      'decimals but for the last digit',
  },
);
