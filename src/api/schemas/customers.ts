import { Type } from 'typebox';
import { addressText, closed, id, instant, instantText, nullable, page, pageQuery, text } from './common.ts';

export const NewCustomer = Type.Object(
  {
    externalId: text('Your own name for the customer, unique for ever', 'B6'),
    name: text('The name that bills carry', 'JetBlue Airways'),
    email: Type.Optional(text('Where bills are sent', 'billing@jetblue.example', 320)),
    currency: text('ISO 4217 code of the currency that it pays in', 'USD', 3),
    zone: text('IANA time zone; its months are calendar months there', 'America/New_York', 64),
    clock: Type.Optional(text('Name of its clock; `real` unless said otherwise', 'real', 80)),
    priority: Type.Optional(
      Type.Enum(['normal', 'high'], {
        type: 'string',
        description: 'Whose invoices go first; `normal` unless said otherwise',
        examples: ['normal'],
      }),
    ),
    subscription: Type.Optional(
      Type.Object(
        {
          plan: text('Key of a plan; its latest version is taken', 'airports'),
          startsAt: Type.Optional(
            instantText(
              "When it begins to pay; now on the customer's clock unless said otherwise",
              '2013-01-01T05:00:00Z',
            ),
          ),
          billingGroup: Type.Optional(
            text('Subscriptions of one group share an invoice; none unless said otherwise', 'cargo', 100),
          ),
        },
        { ...closed, description: 'The first subscription' },
      ),
    ),
  },
  { ...closed, description: 'A customer to create' },
);

const Subscription = Type.Object(
  {
    id: id('Id of the subscription'),
    plan: text('Key of the plan', 'airports'),
    planVersion: Type.Integer({ minimum: 1, description: 'Version of the plan', examples: [1] }),
    billingGroup: Type.String({ description: "Group that shares an invoice; '' for none", examples: [''] }),
    startsAt: instant('Begin', '2013-01-01T05:00:00.000Z'),
    endsAt: nullable(instant('End, or null while it is open', '2014-01-01T05:00:00.000Z')),
  },
  { description: 'What the customer pays for' },
);

export const Customer = Type.Object(
  {
    id: id('Our id'),
    externalId: text('Your own name for the customer', 'B6'),
    name: text('The name that bills carry', 'JetBlue Airways'),
    email: nullable(text('Where bills are sent', 'billing@jetblue.example', 320)),
    currency: text('ISO 4217 code', 'USD', 3),
    zone: text('IANA time zone', 'America/New_York', 64),
    clock: text('Name of its clock', 'real', 80),
    priority: Type.Enum(['normal', 'high'], { description: 'Whose invoices go first', examples: ['normal'] }),
    createdAt: instant('When it was created'),
    subscriptions: Type.Array(Subscription, { description: 'Its subscriptions, the earliest first' }),
  },
  { description: 'A customer' },
);

export const CustomerPage = page(Customer, 'Customers in the order of their external ids', ['B6']);
export const CustomerQuery = Type.Object(
  {
    ...pageQuery(['B6']),
    search: Type.Optional(
      addressText(
        'Only those in whose external id, name or address it stands, or whose invoice has this number',
        'jet',
      ),
    ),
  },
  closed,
);
export const CustomerParams = Type.Object({ id: addressText('Our id, or the external id', 'B6') }, closed);
