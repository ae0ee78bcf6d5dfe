import { type TSchema, Type } from 'typebox';
import { closed, nullable, text } from './common.ts';

// These describe prices and meters for readers of /openapi.json and for editors of plan files. They are not checked by
// them but by src/domain/rating, whose refusals name the field and the reason.

const number = (description: string, example: string) =>
  Type.String({ pattern: '^\\d{1,30}(\\.\\d{1,20})?$', description, examples: [example] });
const aboveZero = (description: string, example: string) =>
  Type.String({ pattern: '^(?=.*[1-9])\\d{1,30}(\\.\\d{1,20})?$', description, examples: [example] });
/** Amounts may have more digits than the currency: rounding is done once, at the end of the line. */
const amount = (description: string, example: string, more = '') =>
  number(
    `${description}, in major units (dollars, not cents) as a decimal in quotes; any number of digits${more}`,
    example,
  );
const optionalAmount = (...[description, example, more]: Parameters<typeof amount>) =>
  Type.Optional(amount(description, example, more));
const key = (description: string, example: string) =>
  Type.String({ pattern: '^[a-z][a-z0-9_-]{0,62}$', description, examples: [example] });
const choice = <const Values extends readonly string[]>(values: Values, description: string, example: string) =>
  Type.Enum([...values] as string[], { type: 'string', description, examples: [example] });

export const Filter = Type.Object(
  {},
  {
    minProperties: 1,
    maxProperties: 20,
    additionalProperties: Type.Array(Type.String({ minLength: 1, maxLength: 200 }), { minItems: 1, maxItems: 500 }),
    description:
      'Which events count: each property named here has to have one of the values listed. Values are compared as text: ' +
      'true is "true", 3 is "3"',
    examples: [{ region: ['eu', 'us'] }],
  },
);

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

const UnitTier = Type.Object(
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
const RateTier = Type.Object(
  {
    upTo: upToWith('the rate "0"'),
    rate: Type.Optional(number('Percent of the amount that falls into the tier: "2.5" is 2.5 %', '2.5')),
    flatAmount: flatAmountOfTier(),
  },
  { ...closed, description: 'One tier of an amount of money' },
);
const StepTier = Type.Object(
  {
    upTo: upToWith('the flatAmount "0"'),
    flatAmount: amount('What the whole quantity costs if it falls into this tier', '49.00'),
  },
  { ...closed, description: 'One step' },
);
const tiersOf = (tier: TSchema, description: string) =>
  Type.Array(tier, { minItems: 1, maxItems: 100, description: `${description}; bounds rise, the last is null` });

const Conversion = Type.Object(
  {
    divideBy: Type.Optional(
      aboveZero('The measured quantity is divided by this; 1 only rounds. Either this or multiplyBy', '1000000000'),
    ),
    multiplyBy: Type.Optional(
      aboveZero('The measured quantity is multiplied by this, in the place of divideBy', '1.5'),
    ),
    rounding: choice(
      ['none', 'up', 'down', 'half_up'],
      'How the result is rounded: not at all, away from zero, towards zero, or half away from zero',
      'up',
    ),
    decimals: Type.Optional(
      Type.Integer({
        minimum: -12,
        maximum: 12,
        description: 'Decimals that are left by the rounding, 0 unless said otherwise; -2 rounds to hundreds',
        examples: [0],
      }),
    ),
  },
  { ...closed, description: 'From the measured unit to the billed one, before included units and tiers' },
);

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

const ofEvery = {
  key: key('Name of the price for programs, unique in its plan', 'api-calls'),
  name: text('Name of the price for people; it becomes the description of the line', 'API calls', 200),
  ...boundFieldsOf('the line'),
  prorate: Type.Optional(
    Type.Boolean({
      description:
        'Whether what recurs (a flat amount, a capacity, seats, the bounds of the line) is multiplied by the share of the ' +
        'cycle that the period covers; true unless said otherwise. Seats that are not prorated pay for their part of the ' +
        'period in the place of the cycle. Usage, tiers and included units never are',
      examples: [true],
    }),
  ),
};

const ofUsage = {
  meter: Type.Optional(key('The meter whose quantity is priced; not needed where the usage is given', 'api-calls')),
  filter: Type.Optional(Filter),
  groupBy: Type.Optional(
    Type.Array(Type.String({ minLength: 1, maxLength: 200 }), {
      minItems: 1,
      maxItems: 4,
      description:
        'Event properties; each combination of their values is a line of its own, with tiers, packages, included units ' +
        'and bounds of its own. Only what events say makes groups: for hours that are priced alone, each with its own ' +
        'tiers or commitment, the hour has to be a property of each event, such as "hour": "2026-01-12T08". Events ' +
        "without the property form one group with the value ''",
      examples: [['region']],
    }),
  ),
  belowZero: Type.Optional(
    choice(
      ['refused', 'zero'],
      'What becomes of a quantity below zero: it is refused (unless said otherwise), or counts as none, so that nobody is paid',
      'refused',
    ),
  ),
  zeroUsage: Type.Optional(
    choice(
      ['free', 'charged'],
      'What a period without billable use pays of the model: nothing (`free`, unless said otherwise), or the flat amount ' +
        'of the first tier (`charged`). Use that is wholly within `included` counts as none',
      'free',
    ),
  ),
};
/** What is due with and without use does not say what no use costs. */
const { zeroUsage: _saidAlready, ...ofUseOrNot } = ofUsage;
const convert = { convert: Type.Optional(Conversion) };
const included = {
  included: Type.Optional(
    number(
      'Units that are free in each period; they come off after the conversion and before packages and tiers are counted. ' +
        'Where everything is charged once there is more than that, it is a first volume tier with unitAmount "0" instead',
      '100',
    ),
  ),
};

/** The terms of each model: what it has beside the fields of every price. */
const terms = {
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

type ModelName = keyof typeof terms;

/** What each model is, and which of the further fields it takes. */
const models: Record<ModelName, { what: string; takes: Record<string, TSchema> }> = {
  flat: { what: 'A fixed amount a cycle: amount × units × the share of the cycle', takes: {} },
  per_unit: { what: 'quantity × unitAmount', takes: { ...ofUsage, ...convert, ...included } },
  graduated: {
    what: 'Tiers, each with its own part of the quantity (also called slab)',
    takes: { ...ofUsage, ...convert, ...included },
  },
  volume: { what: 'Tiers, of which one prices the whole quantity', takes: { ...ofUsage, ...convert, ...included } },
  stairstep: {
    what: 'One amount for the whole quantity, by the tier it falls into',
    takes: { ...ofUsage, ...convert, ...included },
  },
  package: { what: 'Packages × packageAmount', takes: { ...ofUsage, ...convert, ...included } },
  percentage: { what: 'A percentage of each transaction and a fixed amount for each', takes: { ...ofUsage } },
  graduated_percentage: { what: 'A percentage of an amount, tier by tier', takes: { ...ofUsage, ...included } },
  dynamic: { what: 'What the events say that they cost, × multiplier', takes: { ...ofUsage } },
  seats: {
    what:
      'Seats, each paid for as long as it is there: price × seats × share of the cycle. Whatever else is charged by the ' +
      'time that it stood (storage, prorated tiers) is seats too',
    takes: { ...ofUsage, ...convert, ...included },
  },
  capacity: { what: 'A capacity that is paid in any case, and a price above it', takes: { ...ofUseOrNot, ...convert } },
  matrix: { what: 'A unit price by the values of event properties', takes: { ...ofUsage, ...convert } },
};

/** A price of each model with these fields beside those of every price; `called` says whether key and name may be left out. */
export function priceSchemas(beside: Record<string, TSchema>, called: 'named' | 'unnamed' = 'named') {
  const { key: keyOf, name, ...others } = ofEvery;
  const naming = called === 'named' ? { key: keyOf, name } : { key: Type.Optional(keyOf), name: Type.Optional(name) };
  return (Object.keys(terms) as ModelName[]).map((model) =>
    Type.Object(
      {
        model: Type.Literal(model, { description: models[model].what, examples: [model] }),
        ...naming,
        ...terms[model],
        ...models[model].takes,
        ...others,
        currencies: Type.Optional(currenciesOf(model)),
        ...beside,
      },
      { ...closed, description: models[model].what },
    ),
  );
}

const currenciesOf = (model: ModelName) =>
  Type.Object(
    {},
    {
      additionalProperties: Type.Object({ ...terms[model], ...boundFieldsOf('the line') }, closed),
      description: 'The same terms in other billing currencies, by ISO 4217 code; nothing is converted',
      examples: [{}],
    },
  );

export const Meter = Type.Object(
  {
    key: key('Name of the meter for programs', 'api-calls'),
    name: text('Name of the meter for people', 'API calls', 200),
    eventType: text('Type of the events that are read', 'api.call', 200),
    aggregation: choice(
      ['count', 'sum', 'max', 'min', 'average', 'latest', 'unique_count', 'weighted_sum', 'percentile'],
      'How the events of a period become a quantity. `count` counts events. `unique_count` counts different values of the ' +
        'property. `latest` is the last value by time. `weighted_sum` adds up changes and weighs each value by how long it ' +
        'stood, over the whole cycle. `percentile` is by nearest rank',
      'sum',
    ),
    property: Type.Optional(
      text('The event property that is read; every aggregation but count has one', 'tokens', 200),
    ),
    filter: Type.Optional(Filter),
    window: Type.Optional(
      choice(['hour', 'day'], "Aggregate each hour or day (of the request's zone) by itself first", 'hour'),
    ),
    over: Type.Optional(
      choice(['sum', 'max', 'average'], 'What becomes of the values of the windows; belongs to window', 'max'),
    ),
    percentile: Type.Optional(number('For percentile: above 0, at most 100', '95')),
    operationProperty: Type.Optional(
      text('For unique_count: the property that says `add` or `remove`; `add` where it is missing', 'operation', 200),
    ),
    carries: Type.Optional(
      Type.Boolean({
        description:
          'Whether the period begins with what stood at its start, from all earlier events, instead of nothing; for sum, ' +
          'latest, unique_count with an operation, and weighted_sum',
        examples: [false],
      }),
    ),
    negatives: Type.Optional(
      choice(['taken', 'skipped'], 'Whether values below zero count (unless said otherwise) or are skipped', 'taken'),
    ),
  },
  {
    ...closed,
    description: 'How events become a quantity. An event that lacks the property, or has no number, is skipped',
  },
);

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
