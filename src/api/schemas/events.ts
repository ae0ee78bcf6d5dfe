import { Type } from 'typebox';
import { closed, count, instantText, nullable, text } from './common.ts';

// These describe events for readers of /openapi.json. Events are not checked by them but one by one in
// src/billing/usage-event.ts, so that one bad event does not refuse its batch.

const properties = Type.Object(
  {},
  {
    additionalProperties: true,
    description:
      'What meters read: at most 50 keys, 5 levels and 8 KiB. Whole numbers above 9007199254740991 and decimals of ' +
      'more than 15 digits are sent as strings.',
    examples: [{ origin: 'JFK', miles: 2475, aircraft: 'N178JB', cancelled: false }],
  },
);

export const Event = Type.Object(
  {
    id: text('Unique within its source; sending it again is safe', '2013-01-31/B6/1503'),
    source: Type.Optional(text('Who numbers the ids; `api` unless said otherwise', 'departures')),
    customer: text("The customer's external id, or ours", 'B6'),
    type: text('What happened, as meters name it', 'departure'),
    occurredAt: instantText(
      'When it happened; from the year 2000 to one hour ahead of the real clock, or 62 days ahead of a test clock',
      '2013-01-31T23:59:00-05:00',
    ),
    properties: Type.Optional(properties),
  },
  { ...closed, description: 'One usage event' },
);

export const CloudEvent = Type.Object(
  {
    specversion: Type.Literal('1.0', { description: 'Version of CloudEvents', examples: ['1.0'] }),
    id: text('Unique within its source', '2013-01-31/B6/1503'),
    source: text('Who numbers the ids', '/departures'),
    type: text('What happened, as meters name it', 'departure'),
    subject: text("The customer's external id, or ours", 'B6'),
    time: instantText('When it happened; required, since a retry must carry the same', '2013-01-31T23:59:00-05:00'),
    datacontenttype: Type.Optional(text('Only JSON is taken', 'application/json')),
    data: Type.Optional(properties),
  },
  { additionalProperties: true, description: 'A CloudEvent 1.0; extension attributes are not stored' },
);

export const CloudEventBatch = Type.Array(CloudEvent, {
  minItems: 1,
  maxItems: 1_000,
  description: '1 to 1,000 events',
});

export const Batch = Type.Object(
  { events: Type.Array(Event, { minItems: 1, maxItems: 1_000, description: '1 to 1,000 events' }) },
  { ...closed, description: 'Events that are answered one by one' },
);

export const EventAnswer = Type.Object(
  {
    id: text('The id of the event', '2013-01-31/B6/1503'),
    status: Type.Enum(['accepted', 'duplicate'], {
      description: '`duplicate`: the same event is already stored; it counts once',
      examples: ['accepted'],
    }),
  },
  { description: 'The event is stored' },
);

const Fault = Type.Object(
  {
    code: Type.String({ description: 'For programs; never renamed', examples: ['event-customer-unknown'] }),
    field: nullable(Type.String({ description: 'Path of the field at fault', examples: ['events[3].customer'] })),
    reason: Type.String({ description: 'What was wrong', examples: ['There is no customer "B66".'] }),
    mend: Type.String({ description: 'The next step', examples: ['Create the customer first.'] }),
  },
  { description: 'Why the event is not stored' },
);

const Outcome = Type.Object(
  {
    index: count('Position of the event in the list, from 0', 3),
    id: nullable(text('The id of the event, as far as it could be read', '2013-01-31/B6/1503')),
    status: Type.Enum(['accepted', 'duplicate', 'conflict', 'rejected'], {
      description:
        '`accepted`: stored now; `duplicate`: already stored with the same content; `conflict`: stored with other ' +
        'content, which stays; `rejected`: not stored',
      examples: ['rejected'],
    }),
    error: Type.Optional(Fault),
  },
  { description: 'What became of one event' },
);

export const BatchAnswer = Type.Object(
  {
    outcomes: Type.Array(Outcome, { description: 'One for each event, in the order sent' }),
    counts: Type.Object(
      {
        accepted: count('Events stored now', 997),
        duplicate: count('Events already stored', 2),
        conflict: count('Events refused because of stored ones', 0),
        rejected: count('Events that cannot be stored', 1),
      },
      { description: 'Events by outcome' },
    ),
  },
  { description: 'What became of each event; read it, since a batch with refused events is answered by 200 too' },
);
