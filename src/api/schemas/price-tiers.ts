import { type TSchema, Type } from 'typebox';
import { closed } from './common.ts';
import { aboveZero, amount, number, optionalAmount } from './price-words.ts';

const upToWith = (free: string) =>
  Type.Union([aboveZero('', '100'), Type.Null()], {
    description:
      'Upper bound of the tier, which the tier includes: with "100" the 100th unit is in this tier and what is above 100 ' +
      'in the next. May have decimals. null in the last tier, and only there. A tier begins where the one before ends, ' +
      'the first one at 0. For bounds written as from 0 to 100 and from 101 to 200 give "100" and "200". For tiers of so ' +
      `many blocks each add them up. Where nothing is charged above the last bound, a last tier with null has ${free}`,
    examples: ['100'],
  });
const flatAmountOfTier = (more = '') =>
  optionalAmount('Charged once as soon as anything falls into the tier', '5.00', more);
const sharedWithSeats =
  '. For seats it is shared by time like the rest; where it is not to be shared, it goes in a second price, graduated, ' +
  'whose tiers have only flat amounts and whose quantity is the most seats that there were';

export const UnitTier = Type.Object(
  {
    upTo: upToWith('the unitAmount "0"'),
    unitAmount: optionalAmount('Price of each unit in the tier', '0.05'),
    flatAmount: flatAmountOfTier(sharedWithSeats),
    packageSize: Type.Optional(
      aboveZero('Sold in packages of so many units instead of single units: a started one counts whole', '100'),
    ),
    packageAmount: optionalAmount('Price of one package of the tier', '3.00'),
    maximumAmount: optionalAmount('The most that the tier costs, its flat amount included', '50.00'),
  },
  { ...closed, description: 'One tier; it has a unitAmount, a flatAmount, both, or packages' },
);
export const RateTier = Type.Object(
  {
    upTo: upToWith('the rate "0"'),
    rate: Type.Optional(number('Percent of the amount that falls into the tier: "2.5" is 2.5 %', '2.5')),
    flatAmount: flatAmountOfTier(),
  },
  { ...closed, description: 'One tier of an amount of money' },
);
export const StepTier = Type.Object(
  {
    upTo: upToWith('the flatAmount "0"'),
    flatAmount: amount('What the whole quantity costs if it falls into this tier', '49.00'),
  },
  { ...closed, description: 'One step' },
);
export const tiersOf = (tier: TSchema, description: string) =>
  Type.Array(tier, { minItems: 1, maxItems: 100, description: `${description}; bounds rise, the last is null` });
