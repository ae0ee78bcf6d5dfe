import { Type } from 'typebox';
import { eventTypes } from '../../billing/webhooks/event-catalogue.ts';
import { addressText, closed, count, id, instant, instantText, nullable, page, pageQuery, text } from './common.ts';

const exampleId = '7d1f2a44-3b0e-4f0c-9a55-1c2d3e4f5a6b';
const url = text('Where events are sent: https, and an address of the internet', 'https://acme.example/hooks', 2_000);
const description = Type.String({
  maxLength: 200,
  description: 'What it is for, for people',
  examples: ['Bookkeeping'],
});
const chosenTypes = nullable(
  Type.Array(Type.String({ examples: ['invoice.issued'] }), {
    minItems: 1,
    maxItems: 100,
    description: 'What it is told of, by GET /v1/webhook-event-types; null for all, those that come later too',
    examples: [['invoice.issued', 'invoice.paid']],
  }),
);
const state = Type.Enum(['enabled', 'disabled'], {
  type: 'string',
  description:
    'While it is disabled nothing is sent to it. Once given up, what happens is kept for it as failed; disabled by a person, it is not',
  examples: ['enabled'],
});

const endpointFields = {
  id: id('Id of the endpoint'),
  customerId: nullable(id('Id of the customer whose it is; null for one of the business, which is told of everybody')),
  url,
  description,
  eventTypes: chosenTypes,
  state,
  disabledBecause: nullable(
    Type.Enum(['person', 'gone', 'failing'], {
      type: 'string',
      description: '`gone`: it answered 410. `failing`: nothing but failures came back for five days',
      examples: ['failing'],
    }),
  ),
  disabledAt: nullable(instant('Machine time since which it is disabled', '2026-11-22T21:00:00.000Z')),
  failingSince: nullable(
    instant(
      'Machine time since which nothing but failures came back; null after a success',
      '2026-11-22T21:00:00.000Z',
    ),
  ),
  mailState: nullable(
    Type.Enum(['pending', 'sending', 'sent', 'failed', 'unknown', 'skipped'], {
      type: 'string',
      description:
        'How far the last mail is that tells its owner (admins of the customer, or of the business) of these failures: one after a day, one when it is given up. Null when none is owed',
      examples: ['sent'],
    }),
  ),
  mailedAt: nullable(instant('Machine time at which the mail server took that mail', '2026-11-22T21:00:02.000Z')),
  previousSecretUntil: nullable(
    instant('Until then the secret before signs too; null when there is none', '2026-11-23T21:00:00.000Z'),
  ),
  createdAt: instant('Machine time at which it was added', '2026-11-22T21:00:00.000Z'),
  changedAt: instant('Machine time of its last change', '2026-11-22T21:00:00.000Z'),
};

export const WebhookEndpoint = Type.Object(endpointFields, { description: 'Where events are sent' });

export const WebhookEndpointWithSecret = Type.Object(
  {
    ...endpointFields,
    secret: text(
      'What deliveries are signed with, by Standard Webhooks; told this once',
      'whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oDqFEbBPLV9dA=',
    ),
  },
  { description: 'Where events are sent, with its new secret' },
);

export const NewWebhookEndpoint = Type.Object(
  {
    customer: Type.Optional(
      nullable(
        addressText(
          'Id or external id of the customer whose it is; left out, it is one of the business. A customer adds its own',
          'heron-air',
        ),
      ),
    ),
    url,
    description: Type.Optional(description),
    eventTypes: Type.Optional(chosenTypes),
  },
  { ...closed, description: 'An endpoint to add' },
);

export const WebhookEndpointChange = Type.Object(
  {
    url: Type.Optional(url),
    description: Type.Optional(description),
    eventTypes: Type.Optional(chosenTypes),
    state: Type.Optional(state),
  },
  { ...closed, minProperties: 1, description: 'What is to be different' },
);

const cursorExample = ['2026-11-22T21:00:00.000Z', exampleId];
export const WebhookEndpointPage = page(WebhookEndpoint, 'Endpoints, the latest first', cursorExample);
export const WebhookEndpointParams = Type.Object({ id: addressText('Id of the endpoint', exampleId) }, closed);
export const WebhookEndpointQuery = Type.Object(
  {
    ...pageQuery(cursorExample),
    customer: Type.Optional(addressText('Only those of the customer with this id or external id', 'heron-air')),
    owner: Type.Optional(
      Type.Enum(['business'], { type: 'string', description: 'Only those of the business', examples: ['business'] }),
    ),
  },
  closed,
);
export const DeletedWebhookEndpoint = Type.Object(
  { id: id('Id of the endpoint that was removed') },
  { description: 'It is gone, with the log of its deliveries' },
);

const deliveryState = Type.Enum(['pending', 'delivered', 'failed'], {
  type: 'string',
  description: '`pending`: it waits for its first or next attempt. `failed`: it is not attempted again by itself',
  examples: ['delivered'],
});
const reason = nullable(
  Type.String({
    description:
      'Why the last attempt failed: `status-…`, `redirected`, `gone`, `timeout`, `connection-refused`, `connection-lost`, `name-unknown`, `certificate-refused`, `address-refused`, `answer-unreadable` or `endpoint-disabled`',
    examples: ['status-503'],
  }),
);
const eventType = Type.String({ description: 'Type of the event', examples: ['invoice.paid'] });

const deliveryFields = {
  id: id('Id of the delivery'),
  endpointId: id('Id of the endpoint'),
  eventId: id('Id of the event: the header webhook-id, the same at every attempt'),
  type: eventType,
  state: deliveryState,
  attempts: count('How often it was attempted', 1),
  nextAt: nullable(
    instant('Machine time from which on it is attempted; null unless it is pending', '2026-11-22T21:05:00.000Z'),
  ),
  reason,
  createdAt: instant('Machine time since which it is to be told', '2026-11-22T21:00:00.000Z'),
  endedAt: nullable(instant('Machine time at which it was taken or given up', '2026-11-22T21:00:01.000Z')),
};

const attempt = Type.Object({
  attempt: Type.Integer({ minimum: 1, description: 'Which one it is', examples: [1] }),
  at: instant('Machine time at which it began', '2026-11-22T21:00:00.500Z'),
  durationMs: count('How long it took, in milliseconds', 84),
  status: nullable(Type.Integer({ description: 'What was answered; null where nothing was', examples: [200] })),
  reason,
  answer: nullable(Type.String({ description: 'The first 1,024 bytes of what was answered', examples: ['ok'] })),
});

export const WebhookDelivery = Type.Object(deliveryFields, { description: 'How far an event is on its way' });
export const WebhookDeliveryDetail = Type.Object(
  {
    ...deliveryFields,
    event: Type.Object(
      {
        type: eventType,
        timestamp: instant('Machine time at which it happened', '2026-11-22T21:00:00.000Z'),
        data: Type.Record(Type.String(), Type.Unknown(), {
          description: 'What it is about, by its type',
          examples: [{ id: exampleId, customerId: exampleId }],
        }),
      },
      { description: 'The body of every attempt' },
    ),
    log: Type.Array(attempt, { description: 'The attempts, the latest first' }),
  },
  { description: 'A delivery with what is sent and every attempt' },
);
export const WebhookDeliveryPage = page(WebhookDelivery, 'Deliveries, the latest first', cursorExample);
export const WebhookDeliveryQuery = Type.Object(
  {
    ...pageQuery(cursorExample),
    state: Type.Optional(deliveryState),
    type: Type.Optional(addressText('Only of this event type', 'invoice.paid', 60)),
  },
  closed,
);
export const WebhookDeliveryParams = Type.Object(
  { id: addressText('Id of the endpoint', exampleId), delivery: addressText('Id of the delivery', exampleId) },
  closed,
);

export const ResendOrder = Type.Object(
  { since: instantText('From when on what has failed is sent again', '2026-11-22T00:00:00Z') },
  { ...closed, description: 'What to send again' },
);
export const Resent = Type.Object({
  count: count('Deliveries that are on their way again; at most 10,000 a call', 3),
});

export const WebhookEventTypes = Type.Object(
  {
    data: Type.Array(
      Type.Object({
        type: Type.Enum(
          eventTypes.map(({ type }) => type),
          { type: 'string', description: 'Its name, which never changes its meaning', examples: ['invoice.paid'] },
        ),
        says: Type.String({ description: 'When it is told', examples: ['Nothing is left to pay'] }),
        isForCustomers: Type.Boolean({
          description: "Whether customers' own endpoints are told too",
          examples: [true],
        }),
      }),
    ),
  },
  { description: 'What endpoints may be told of' },
);
