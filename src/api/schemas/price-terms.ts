import { type TSchema, Type } from 'typebox';
import { closed, text } from './common.ts';
import { RateTier, StepTier, tiersOf, UnitTier } from './price-tiers.ts';
import { aboveZero, amount, choice, number, optionalAmount } from './price-words.ts';

/** The terms of each model: what it has beside the fields of every price. */
export const terms = {
  flat: {
    amount: amount('What a whole cycle costs', '29.00'),
    units: Type.Optional(number('How many of it; 1 unless said otherwise', '3')),
    timing: Type.Optional(
      choice(
        ['arrears', 'advance'],
        'Billed when its cycle is over (unless said otherwise) or when it begins. Without effect on a preview of what is ' +
          'sent: what is billed at several moments is several prices there, each with its `period`',
        'arrears',
      ),
    ),
  },
  per_unit: { unitAmount: amount('Price of each unit', '0.002') },
  graduated: { tiers: tiersOf(UnitTier, "Each tier's own units at that tier's price") },
  volume: { tiers: tiersOf(UnitTier, 'All units at the price of the tier that the whole quantity falls into') },
  stairstep: { tiers: tiersOf(StepTier, 'The whole quantity costs the amount of the tier it falls into') },
  package: {
    packageSize: aboveZero('Units in a package', '1000'),
    packageAmount: amount('Price of one package', '5.00'),
    rounding: Type.Optional(
      choice(['up', 'down'], 'A started package counts whole (`up`, unless said otherwise) or not at all', 'up'),
    ),
  },
  percentage: {
    rate: number('Percent of each transaction: "2.9" is 2.9 %', '2.9'),
    fixedAmount: optionalAmount('Charged for each transaction that is not free, beside the percentage', '0.30'),
    freeTransactions: Type.Optional(number('So many first transactions of a period are free, whole ones', '10')),
    freeAmount: optionalAmount(
      'The first so much of the transactions is free; with freeTransactions as well the allowance ends with whichever ' +
        'is used up first. The transaction in which the amount runs out pays for its rest and its whole fixedAmount',
      '1000.00',
    ),
    transactionMinimum: optionalAmount('The least that one transaction pays, its fixedAmount included', '0.50'),
    transactionMaximum: optionalAmount('The most that one transaction pays, its fixedAmount included', '25.00'),
  },
  graduated_percentage: { tiers: tiersOf(RateTier, "Each tier's own part of the amount at that tier's rate") },
  dynamic: {
    amountProperty: text(
      'The event property that holds what the event costs, in major units; not read where the usage is given',
      'cost',
      200,
    ),
    multiplier: Type.Optional(number('What the events carry is multiplied by this, such as a markup', '1.2')),
  },
  seats: {
    unitAmount: optionalAmount('Price of a seat for a whole cycle; either this or tiers', '12.00'),
    tiers: Type.Optional(tiersOf(UnitTier, 'Prices by the number of seats')),
    tiering: Type.Optional(
      choice(['graduated', 'volume'], 'How the tiers are read; graduated unless said otherwise', 'graduated'),
    ),
    onDecrease: Type.Optional(
      choice(
        ['prorated', 'kept'],
        'A seat that is given back costs nothing from then on (`prorated`, unless said otherwise), or is paid to the end ' +
          'of the period (`kept`)',
        'prorated',
      ),
    ),
  },
  capacity: {
    amount: amount('What the capacity costs for a whole cycle, used or not', '100.00'),
    capacity: number('Units that it holds', '1000'),
    overageUnitAmount: amount('Price of each unit above it', '0.15'),
  },
  matrix: {
    properties: Type.Array(Type.String({ minLength: 1, maxLength: 200 }), {
      minItems: 1,
      maxItems: 4,
      description: 'Event properties whose values choose the cell; names for the cells where the usage is given',
      examples: [['region', 'class']],
    }),
    cells: Type.Array(
      Type.Object(
        {
          values: Type.Array(Type.String({ minLength: 1, maxLength: 200 }), {
            description: 'One value for each property, in their order',
            examples: [['eu', 'gold']],
          }),
          unitAmount: amount('Price of each unit of this cell', '0.04'),
        },
        { ...closed, description: 'One combination of values' },
      ),
      { minItems: 1, maxItems: 1_000, description: 'Prices of the combinations' },
    ),
    otherwise: amount('Price of each unit of every other combination', '0.05'),
  },
} as const satisfies Record<string, Record<string, TSchema>>;

export type ModelName = keyof typeof terms;
