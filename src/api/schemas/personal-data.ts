import { Type } from 'typebox';
import { writeCursor } from '../paging.ts';
import { addressText, closed, count, id, instant, nullable, page, pageQuery, text } from './common.ts';
import { Customer } from './customers.ts';
import { BillingProfile, Parties } from './parties.ts';

const day = '2026-11-30T16:00:00.000Z';

export const NewErasure = Type.Object(
  {
    reason: text('Why; it stays with the erasure, so it names nobody', 'Asked for by the customer on 2026-11-30', 500),
    requestId: text('Your own id of the request', 'erasure-2026-117', 100),
  },
  { ...closed, description: 'An erasure that is asked for' },
);

const ErasedCounts = Type.Object(
  {
    contact: count('Contacts: name and e-mail', 1),
    externalId: count('External ids, which became pseudonyms', 1),
    billingProfile: count('Billing profiles: legal name, address, language, purchase order, memo', 1),
    billingContacts: count('People to whom bills were sent', 2),
    taxIds: count('Tax ids', 1),
    contactCorrections: count('Corrections of the contact', 0),
    paymentMethods: count('Payment methods: brand, last digits, expiry', 1),
    paymentMethodPages: count('Pages on which payment methods were saved', 1),
    storedRequests: count('Stored requests to Stripe about the customer', 3),
    failureSentences: count('What Stripe said of failures of its invoices, which may quote a name or an address', 0),
    usageCorrections: count('Corrections of usage that named it by its external id', 0),
    mailsNotSent: count('Mails that waited and are not sent any more', 0),
    users: count('People who saw its pages', 2),
    sessions: count('Where they were signed in', 3),
    signInLinks: count('Links by which they came in, used or not', 3),
    apiKeys: count('Keys that were bound to it: revoked, and without their names', 0),
  },
  { description: 'What was erased, each as how many there were' },
);

const Kept = Type.Object(
  {
    invoices: Type.Array(
      Type.Object(
        {
          invoiceId: id('Id of the invoice'),
          number: text('Its number', 'SMPL-0000001', 26),
          issuedAt: instant('When it was issued'),
          keptUntil: Type.String({
            format: 'date',
            description: 'First day on which the law does not ask for it any more',
            examples: ['2024-01-01'],
          }),
          documents: count('PDFs of it', 1),
          creditNotes: count('Credit notes of it', 0),
        },
        { description: 'An issued invoice, with the parties that it names' },
      ),
      { description: 'Issued invoices: the law asks to keep them as they are' },
    ),
    others: Type.Array(
      Type.Object(
        {
          what: text('What', 'usage events'),
          why: text('Why it is kept', 'They prove the quantities of issued invoices.', 500),
          until: text('For how long', 'As long as the invoices.', 500),
        },
        { description: 'Something else that is kept' },
      ),
      { description: 'What else is kept' },
    ),
  },
  { description: 'What an erasure leaves, why, and until when' },
);

const erasureFields = {
  customerId: id('Our id of the customer'),
  requestId: text('Id of the request by which it was erased', 'erasure-2026-117', 100),
  reason: text('Why', 'Asked for by the customer on 2026-11-30', 500),
  actor: text('Who did it', 'api-key:operator', 300),
  erasedAt: instant('When', day),
  counts: ErasedCounts,
  copiesErasedAt: nullable(
    instant(
      'When its copy at Stripe had no personal data any more; null while it waits: it is asked for every minute',
      day,
    ),
  ),
};

const ErasureRecord = Type.Object(erasureFields, { description: 'That and when it was erased' });
export const Erasure = Type.Object({ ...erasureFields, kept: Kept }, { description: 'An erasure' });

const retentionFields = {
  invoiceYears: Type.Integer({
    minimum: 1,
    maximum: 100,
    description: 'Full calendar years after the one in which an invoice was issued, for which it is kept',
    examples: [10],
  }),
  usageMonths: nullable(
    Type.Integer({
      minimum: 3,
      maximum: 1_200,
      description:
        'Months for which raw usage events are kept after the invoice that bills them was issued, on the clock of the customer; null for ever. Older ones are removed every night, month by month, once their proofs were recorded',
      examples: [24],
    }),
  ),
};

export const Retention = Type.Object(retentionFields, { description: 'How long things are kept' });
export const ChosenRetention = Type.Partial(Type.Object(retentionFields), {
  ...closed,
  description: 'How long things are to be kept; what is left out stays as it is',
});

const memo = nullable(text('What else it says', 'Thank you for flying with us.', 2_000));
const purchaseOrder = nullable(text('Number of the order at the customer', 'PO-4711', 140));
const month = (description: string) => nullable(Type.Integer({ description, examples: [12] }));

export const PersonalData = Type.Object(
  {
    exportedAt: instant('As of when', day),
    customer: Customer,
    billing: Type.Omit(BillingProfile, ['customerId'], { description: 'The billing profile' }),
    taxIds: Parties.properties.buyer.properties.taxIds,
    taxReason: nullable(text('Why it pays no tax', 'Intra-community supply', 500)),
    contactCorrections: Type.Array(
      Type.Object(
        {
          id: id('Id of the correction'),
          changes: Type.Object(
            {
              name: Type.Optional(text('The name that it gave', 'JetBlue Airways')),
              email: Type.Optional(nullable(text('The address that it gave', 'billing@jetblue.example', 320))),
            },
            { description: 'What it changed; empty once it is erased' },
          ),
          reason: text('Why', 'The address bounced.', 500),
          storedAt: instant('When', day),
        },
        { description: 'A correction of the contact' },
      ),
      { description: 'Corrections of the contact' },
    ),
    paymentMethods: Type.Array(
      Type.Object(
        {
          kind: text('What it is', 'card'),
          brand: nullable(text('Brand', 'visa')),
          last4: nullable(text('Last digits', '4242', 4)),
          expMonth: month('Month in which it ends'),
          expYear: month('Year in which it ends'),
          savedAt: instant('When it was saved', day),
          goneAt: nullable(instant('Since when it is not used any more', day)),
        },
        { description: 'A payment method' },
      ),
      { description: 'What it has paid by, as far as it is known here' },
    ),
    mails: Type.Array(
      Type.Object(
        {
          kind: text('What it says', 'invoice-sent'),
          invoiceNumber: nullable(text('Number of the invoice', 'SMPL-0000001', 26)),
          state: text('What became of it', 'sent'),
          createdAt: instant('Since when it is owed', day),
          sentAt: nullable(instant('When it was sent', day)),
        },
        { description: 'A mail. Neither its text nor its address is kept: both are made when it is sent' },
      ),
      { description: 'Mails to the customer' },
    ),
    users: Type.Array(
      Type.Object(
        {
          id: id('Id of the user'),
          email: text('By which the person signs in', 'kim@jetblue.example', 320),
          name: text('What the person is called', 'Kim Moreau'),
          role: text('What the person may do', 'billing'),
          receivesInvoices: Type.Boolean({ description: 'Whether mails about invoices go there', examples: [true] }),
          state: text('How far it is', 'active'),
          createdAt: instant('When the user was added', day),
          signedInAt: nullable(instant('When the user signed in last', day)),
        },
        { description: 'A person who sees the pages' },
      ),
      { description: 'People who see the pages of the customer' },
    ),
    sessions: Type.Array(
      Type.Object(
        {
          userId: nullable(id('Of the user; null for somebody without a name')),
          signedInBy: text('By what', 'mail'),
          userAgent: nullable(text('What the browser said it was', 'Mozilla/5.0 (X11; Linux x86_64)', 200)),
          createdAt: instant('When it was opened', day),
          seenAt: instant('When it was used last', day),
          endedAt: nullable(instant('When it was over', day)),
        },
        { description: 'A session' },
      ),
      { description: 'Where they were signed in, as far as it is still known' },
    ),
    invoices: Type.Array(
      Type.Object(
        {
          id: id('Id of the invoice; its lines are at /v1/invoices/{id}'),
          number: nullable(text('Its number', 'SMPL-0000001', 26)),
          lifecycle: text('What it is', 'issued'),
          issuedAt: nullable(instant('When it was issued')),
          buyer: nullable(Parties.properties.buyer),
          memo,
          purchaseOrder,
          documents: count('PDFs of it, at /v1/invoices/{id}/pdf', 1),
        },
        { description: 'What an invoice says of the customer' },
      ),
      { description: 'Invoices, the earliest first' },
    ),
    usage: Type.Array(
      Type.Object(
        {
          eventType: text('Type of the events', 'departure'),
          events: count('How many there are', 412),
          firstAt: instant('Of the first one'),
          lastAt: instant('Of the last one'),
        },
        { description: 'Usage events of a type' },
      ),
      { description: 'Usage events; each with its properties is at /v1/customers/{id}/personal-data/events' },
    ),
    usageRemoved: Type.Array(
      Type.Object(
        {
          eventType: text('Type of the events', 'departure'),
          events: count('How many there were', 2_310),
          removedAt: instant('When the last of them were removed', day),
        },
        { description: 'Usage events of a type that are gone' },
      ),
      { description: 'Usage events that the policy of retention has removed: their number is known, and nothing else' },
    ),
    audit: Type.Object(
      {
        entries: count('Entries about the customer, its subscriptions and its invoices', 18),
        firstAt: nullable(instant('Of the first one', day)),
        lastAt: nullable(instant('Of the last one', day)),
      },
      { description: 'The history, which names ids and amounts and never personal data' },
    ),
    erasure: nullable(ErasureRecord),
    kept: Kept,
  },
  { description: 'All personal data of a customer' },
);

const eventCursor = ['departure', '2013-01-31T23:59:00.000Z', 'api', 'departure-1', '1'];

const PersonalEvent = Type.Object(
  {
    type: text('Type of the event', 'departure'),
    occurredAt: instant('When it happened', '2013-01-31T23:59:00.000Z'),
    source: text('Who sent it', 'api'),
    id: text('Its id, as the source has given it', 'departure-1'),
    version: Type.Integer({ minimum: 1, description: '1 as it was sent; corrections add others', examples: [1] }),
    receivedAt: instant('When it came in', day),
    properties: Type.Unsafe<Record<string, unknown>>({
      type: 'object',
      description: 'What its sender has put there',
      examples: [{ miles: 2475 }],
    }),
    supersededAt: nullable(instant('Since when a correction has put another version, or nothing, in its place', day)),
  },
  { description: 'A usage event of the customer' },
);

export const PersonalEventPage = page(PersonalEvent, 'Usage events, by type and time', eventCursor);
export const PersonalEventQuery = Type.Object(
  {
    ...pageQuery(eventCursor),
    // Type, source and id of an event stand in it: three times the room of others.
    cursor: Type.Optional(addressText('`nextCursor` of the page before', writeCursor(eventCursor), 6_400)),
  },
  closed,
);
