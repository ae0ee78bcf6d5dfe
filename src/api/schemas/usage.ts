import type { Readable } from 'node:stream';
import { Type } from 'typebox';
import { mostGroups } from '../../billing/usage/show-usage.ts';
import { bucketSizes } from '../../billing/usage/usage-request.ts';
import {
  addressText,
  closed,
  count,
  decimal,
  id,
  instant,
  instantText,
  nullable,
  page,
  pageQuery,
  text,
} from './common.ts';
import { Meter } from './meters.ts';

const filter = Type.Optional(
  addressText(
    'Only events whose properties have one of the values listed, as JSON; texts are compared with the text of the property',
    '{"origin":["JFK","LGA"]}',
    4_000,
  ),
);
const span = {
  from: instantText('First instant of the time', '2013-10-01T04:00:00Z'),
  to: instantText('First instant after it, at most 800 days later', '2013-11-01T04:00:00Z'),
};

export const UsageQuery = Type.Object(
  {
    meter: addressText('Key of the meter', 'departures', 100),
    ...span,
    bucket: Type.Optional(
      Type.Enum([...bucketSizes], {
        type: 'string',
        description:
          "Local hours, days or months of the customer's zone; `day` unless said otherwise. At most 800 of them, and 100 of a " +
          'meter whose quantity is no single aggregate of events',
        examples: ['day'],
      }),
    ),
    groupBy: Type.Optional(addressText('Property by whose values it is split', 'origin', 100)),
    groups: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: mostGroups,
        description: 'Values that are shown by themselves, those with most events first; 8 unless said otherwise',
        examples: [8],
      }),
    ),
    filter,
    compareFrom: Type.Optional(instantText('First instant of a time to compare with', '2013-09-01T04:00:00Z')),
    compareTo: Type.Optional(instantText('First instant after that', '2013-10-01T04:00:00Z')),
  },
  closed,
);

const figure = {
  quantity: decimal('What the meter measures', '142'),
  eventCount: count('Events read', 142),
  skippedCount: count('Of them, those that lacked what it measures', 0),
};
const Figure = Type.Object(figure, { description: 'What the meter makes of a time' });
const starts = Type.Array(instant('First instant of a bucket', '2013-10-01T04:00:00.000Z'), {
  description: 'Where the buckets begin, the earliest first; each ends where the next one begins',
});

export const UsageAnswer = Type.Object(
  {
    meter: Meter,
    zone: text('IANA time zone of the customer, by which it is cut', 'America/New_York', 64),
    from: instant('First instant of the time', '2013-10-01T04:00:00.000Z'),
    to: instant('First instant after it', '2013-11-01T04:00:00.000Z'),
    starts,
    total: Figure,
    series: Type.Array(
      Type.Object(
        {
          value: nullable(
            Type.String({
              description: "Value of the property, '' where it is missing; null for all others, or without groups",
              examples: ['JFK'],
            }),
          ),
          figures: Type.Array(Figure, { description: 'One for each bucket' }),
        },
        { description: 'The usage of a group' },
      ),
      { description: 'One for each group that is shown, and one for all others' },
    ),
    groups: Type.Array(
      Type.Object(
        {
          value: Type.String({ description: "Value of the property, '' where it is missing", examples: ['JFK'] }),
          quantity: figure.quantity,
          eventCount: figure.eventCount,
        },
        { description: 'A group over the whole time' },
      ),
      { description: 'Those with most events first' },
    ),
    groupCount: count('Values that the property has in all', 3),
    compared: nullable(
      Type.Object(
        {
          from: instant('First instant of the other time', '2013-09-01T04:00:00.000Z'),
          to: instant('First instant after it', '2013-10-01T04:00:00.000Z'),
          starts,
          total: Figure,
          figures: Type.Array(Figure, { description: 'One for each bucket' }),
        },
        { description: 'The time to compare with, without groups' },
      ),
    ),
    removedBefore: nullable(
      instant(
        'Single events from before this instant are not kept any more, so that the figures of the time before lack them; null where all that was asked is there',
        '2013-05-01T00:00:00.000Z',
      ),
    ),
  },
  { description: 'Usage of a meter over time' },
);

const eventCursor = ['2013-10-19T23:12:00.000Z', 'departures', 'B6-1234', '1'];
const eventFilter = {
  meter: Type.Optional(addressText('Only events that this meter reads', 'departures', 100)),
  ...span,
  filter,
  source: Type.Optional(addressText('Only of this source', 'departures')),
  event: Type.Optional(addressText('Only of this id', 'B6-1234')),
  versions: Type.Optional(
    Type.Enum(['current', 'all'], {
      type: 'string',
      description: '`all`: with versions that corrections have taken away; only what counts unless said otherwise',
      examples: ['current'],
    }),
  ),
};
export const UsageEventQuery = Type.Object({ ...pageQuery(eventCursor), ...eventFilter }, closed);
export const UsageEventCsvQuery = Type.Object(eventFilter, closed);

const UsageEvent = Type.Object(
  {
    source: text('Who sent it', 'departures'),
    id: text('Its id there', 'B6-1234'),
    version: Type.Integer({ minimum: 1, description: '1, or more for what a correction wrote', examples: [1] }),
    type: text('Its type', 'flight.departure'),
    occurredAt: instant('When it happened', '2013-10-19T23:12:00.000Z'),
    receivedAt: instant('Machine time at which it came in'),
    properties: Type.Object(
      {},
      {
        additionalProperties: true,
        description: 'Its properties',
        examples: [{ origin: 'JFK', distance_miles: 2475 }],
      },
    ),
    measured: nullable(
      Type.String({
        description: 'What the meter reads of it; null without a meter, or where it is merely counted',
        examples: ['2475'],
      }),
    ),
    isSkipped: Type.Boolean({ description: 'Whether it lacks what the meter measures', examples: [false] }),
    supersededAt: nullable(instant('When a correction took it away; null while it counts')),
    correctionId: nullable(id('The correction that wrote this version')),
  },
  { description: 'A usage event' },
);
export const UsageEventPage = page(UsageEvent, 'Events, the latest first', eventCursor);

export const CustomerMeters = Type.Object(
  {
    data: Type.Array(
      Type.Object(
        {
          meter: Meter,
          prices: Type.Array(Type.String({ description: 'Name of a price', examples: ['Departures'] }), {
            description: 'Prices that read it',
          }),
          dimensions: Type.Array(Type.String({ description: 'Name of a property', examples: ['aircraft_type'] }), {
            description: 'Properties that its prices look at',
          }),
          properties: Type.Array(Type.String({ description: 'Name of a property', examples: ['origin'] }), {
            description: 'Properties that its latest events have',
          }),
        },
        { description: 'A meter' },
      ),
      { description: 'By name' },
    ),
  },
  { description: "The meters that a customer's plans read" },
);

const csvDescription =
  'CSV by RFC 4180 in UTF-8, with a header. A text that a spreadsheet would take for a formula has an apostrophe before it.';
/** A file of CSV by its name. */
export const csvNamed = (name: string) => ({
  'content-type': 'text/csv; charset=utf-8; header=present',
  'content-disposition': `attachment; filename="${name}.csv"`,
});

export const Csv = {
  description: csvDescription,
  content: {
    'text/csv': {
      schema: Type.Unsafe<string | Readable>({
        type: 'string',
        description: csvDescription,
        examples: ['source,id\r\napi,1\r\n'],
      }),
    },
  },
};
