import { Type } from 'typebox';
import { closed, text } from './common.ts';
import { choice, key, number } from './price-words.ts';

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
