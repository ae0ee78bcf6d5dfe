import { type TSchema, Type } from 'typebox';
import { closed, text } from './common.ts';
import { Filter } from './meters.ts';
import { boundFieldsOf } from './price-bounds.ts';
import { type ModelName, terms } from './price-terms.ts';
import { aboveZero, choice, key, number } from './price-words.ts';
import { TaxRateKeys } from './tax-rate-keys.ts';

// These describe prices and meters for readers of /openapi.json and for editors of plan files. They are not checked by
// them but by src/domain/rating, whose refusals name the field and the reason.

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
  taxRates: Type.Optional(TaxRateKeys),
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
