import { Type } from 'typebox';
import { calendarKinds } from '../../billing/show-calendar.ts';
import { closed, id, instant, instantText, nullable, text } from './common.ts';

export const CalendarQuery = Type.Object(
  {
    from: Type.Optional(instantText("Begin of the time; now on the customer's clock unless said otherwise")),
    to: Type.Optional(
      instantText('End of the time, at most 400 days later; 92 unless said otherwise', '2013-05-01T00:00:00Z'),
    ),
  },
  closed,
);

const Entry = Type.Object(
  {
    kind: Type.Enum([...calendarKinds], {
      type: 'string',
      description: 'What it is, for programs',
      examples: ['issued'],
    }),
    at: instant("Business time; of a day its first instant in the customer's zone", '2013-02-02T15:00:00.000Z'),
    isDone: Type.Boolean({
      description: 'Whether it has happened; what has not may still come otherwise',
      examples: [false],
    }),
    sentence: text(
      'What it is, for people',
      'The invoice for 1 Jan 2013 to 31 Jan 2013 becomes final and gets its number.',
      1_000,
    ),
    subscriptionId: nullable(id('The subscription that it is about')),
    invoiceId: nullable(id('The invoice that it is about')),
    billingGroup: nullable(
      Type.String({ description: "Group of subscriptions; '' for none, null where it is of all", examples: [''] }),
    ),
    links: Type.Object(
      {
        subscription: nullable(
          text('Address of the subscription', '/v1/subscriptions/b0a2ffde-1c0e-5f3b-9a34-6b1a1f8f7c55'),
        ),
        invoice: nullable(text('Address of the invoice', '/v1/invoices/b0a2ffde-1c0e-5f3b-9a34-6b1a1f8f7c55')),
      },
      { description: 'Where more is said' },
    ),
  },
  { description: 'One thing on one day' },
);

export const CalendarAnswer = Type.Object(
  {
    customerId: id('Our id of the customer'),
    now: instant("Business time on the customer's clock"),
    from: instant('Begin of the time'),
    to: instant('End of the time', '2013-05-01T00:00:00.000Z'),
    entries: Type.Array(Entry, { description: 'The earliest first' }),
  },
  { description: "What happens to a customer's bills" },
);
