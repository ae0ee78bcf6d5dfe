import { Type } from 'typebox';
import { summaryKinds } from '../../billing/operations/read-summary.ts';
import {
  addressText,
  amountMinor,
  closed,
  count,
  decimal,
  id,
  instant,
  nullable,
  text,
  workflowUrl,
} from './common.ts';

const Waiting = Type.Object(
  {
    kind: Type.Enum([...summaryKinds], {
      type: 'string',
      description:
        '`changed-audit`: audit chains are not what they had been. `pause`: everything stands still. `outage`: the target does not ' +
        'answer. `failed-run`: a run has ended without its work done. `dead-letter`: a message that nobody could handle. ' +
        '`parked-invoice`, `parked-period`, `held-draft`: wait for an answer. `difference`: the books and Stripe differ. `dispute`: ' +
        'a bank asks money back. `parked-stripe-event`: could not be taken up. `failed-mail`, `unknown-mail`: a customer may not ' +
        'have been written to. `unpaid-invoice`: dunning asks for you. `silent-source`: sent usage within 35 days, and nothing for ' +
        'a day. `stray-event`: of a month without a partition. `unerased-copy`: personal data that is still at Stripe. ' +
        '`kept-usage`: raw usage that stays beyond its policy, as late usage is not billed or a proof does not hold. ' +
        '`webhook-endpoint`: of the business, given up as it is gone or does nothing but fail',
      examples: ['parked-invoice'],
    }),
    code: nullable(text('Why: a code, or the name of what it is about', 'stripe-contact-refused')),
    count: Type.Integer({ minimum: 1, description: 'How many of them', examples: [3] }),
    oldestAt: nullable(instant('Machine time since which the oldest waits; null where nobody noted it')),
  },
  { description: 'Something that waits for a person' },
);

export const Summary = Type.Object(
  {
    asOf: instant('Machine time at which it was read'),
    waiting: Type.Array(Waiting, { description: 'The most urgent kind first; empty on a calm day' }),
    unknown: Type.Array(
      Type.Enum(['failed-run', 'dead-letter'], {
        description: 'What could not be looked at',
        examples: ['dead-letter'],
      }),
      { description: 'Kinds that could not be looked at, as the part that knows of them does not answer' },
    ),
    temporalUrl: nullable(
      text(
        'Where the Temporal Web UI shows all workflows; null where none is configured',
        'http://127.0.0.1:8233/namespaces/durabill/workflows',
        2_000,
      ),
    ),
  },
  { description: 'Everything that waits for a person' },
);

const Finding = Type.Object(
  {
    code: text('What was found, for programs', 'invoice-total-jump'),
    subject: Type.String({
      description: "What it is about beside the invoice, such as an event type; '' for the invoice",
      examples: [''],
    }),
    figure: text('By which it would be worse: minor units, lines or events, as a whole number', '912345', 40),
    reason: text('What was found, in a sentence', 'The total is USD 9,123.45, 12 times the usual one.', 2_000),
    evidence: Type.Record(Type.String(), Type.Unknown(), {
      description: 'The figures that were compared',
      examples: [{ averageMinor: '76028' }],
    }),
  },
  { description: 'What a draft is held for' },
);

const Attempt = Type.Object(
  {
    attempt: Type.Integer({ minimum: 1, description: 'Which one', examples: [2] }),
    startedAt: instant('Machine time of its start'),
    endedAt: nullable(instant('Machine time of its end, or null while it goes on')),
    outcome: nullable(
      Type.Enum(['synced', 'failed'], { type: 'string', description: 'How it ended', examples: ['failed'] }),
    ),
    code: nullable(text('Why it failed, for programs', 'contact-data')),
    reason: nullable(text('Why it failed, as Stripe said it', 'Invalid email address.', 2_000)),
  },
  { description: 'A try to bring it to Stripe' },
);

const Decision = Type.Object(
  {
    id: id('Id of the decision'),
    parkingNumber: count('The parking that it answered, or how often it had been parked before a hold', 1),
    kind: text('`retry`, `fix`, `abandon`, `hold` or `release`', 'retry', 20),
    actor: text('Who decided', 'operator:ada@example.com', 500),
    reason: text('Why', 'The address was mended.', 500),
    correctionId: nullable(id('The correction that a fix applied')),
    decidedAt: instant('Machine time of the decision'),
  },
  { description: 'An answer that a person has given' },
);

const Earlier = Type.Object(
  {
    id: id('Our id of the invoice'),
    number: nullable(text('Its number, once it is issued', 'INV-000041', 26)),
    periodStartAt: instant('Begin of its period', '2012-12-01T05:00:00.000Z'),
    periodEndAt: instant('End of its period', '2013-01-01T05:00:00.000Z'),
    totalMinor: amountMinor('Its total'),
    lines: Type.Array(
      Type.Object(
        {
          priceKey: text('Key of the price', 'departures'),
          amountMinor: amountMinor('Amount of the line'),
          quantity: nullable(decimal('Measured quantity', '4426')),
        },
        { description: 'A line' },
      ),
      { description: 'Its first 200 lines' },
    ),
  },
  { description: 'An earlier invoice of the same kind' },
);

const RemoteRecord = Type.Object(
  {
    remoteId: text('The object at Stripe', 'py_1Q2w3E4r5T6y7U'),
    kind: text('What it is: a payment, a refund, a dispute', 'payment', 40),
    amountMinor: amountMinor('Its amount'),
    currency: text('ISO 4217 code', 'USD', 3),
    status: text("Its state, in Stripe's words", 'succeeded', 100),
    isFinal: Type.Boolean({ description: 'Whether it can still change', examples: [true] }),
    code: nullable(text('Why it failed, for programs', 'card_declined')),
    observedAt: instant('Machine time at which it was seen so'),
  },
  { description: "What was seen of the invoice's money at Stripe" },
);

export const Review = Type.Object(
  {
    invoiceId: id('Our id of the invoice'),
    workflowId: text('Its sync in Temporal', 'sync-invoice/b0a2ffde-1c0e-5f3b-9a34-6b1a1f8f7c55', 200),
    workflowUrl,
    failureCode: nullable(text('What is wrong now, or was at the last try', 'contact-data')),
    findings: Type.Array(Finding, { description: 'What a held draft is held for, the gravest first' }),
    attempts: Type.Array(Attempt, { description: 'The last 50 tries, the latest first' }),
    decisions: Type.Array(Decision, { description: 'The last 50 answers, the latest first' }),
    earlier: Type.Array(Earlier, { description: 'Up to three earlier invoices to compare with, the latest first' }),
    remoteRecords: Type.Array(RemoteRecord, { description: 'Its money at Stripe, the latest first' }),
  },
  { description: 'What an operator weighs before an invoice is answered' },
);

export const CustomerViewOrder = Type.Object(
  { customer: addressText('Our id of the customer, or the external id', 'B6') },
  { ...closed, description: 'Whose pages are looked at' },
);
export const CustomerView = Type.Object(
  {
    customerId: id('Our id of the customer'),
    isFirst: Type.Boolean({
      description: 'Whether it is the first look of this session or key, which the audit log tells of',
      examples: [true],
    }),
  },
  { description: 'The look is noted' },
);

export const DeadLetter = Type.Object(
  {
    id: text('Made of queue, message id and bytes; copies of one message share it', '3f1c9a0b7d2e4f66', 16),
    reason: text('Why nobody could handle it', 'The invoice is unknown.', 2_000),
    queue: nullable(text('The queue that it was taken from', 'durabill.invoice-due')),
    messageId: nullable(text('Id of the message', 'b0a2ffde-1c0e-5f3b-9a34-6b1a1f8f7c55', 1_000)),
    invoiceId: nullable(id('The invoice that it is about, where it can be read')),
    body: Type.String({ description: 'Its bytes as text, at most 1,000 characters', examples: ['{"version":1}'] }),
    deadSince: nullable(instant('Machine time at which it became one; null when nobody noted it')),
    requeues: count('How often it was put back already', 0),
  },
  { description: 'A message that nobody could handle' },
);

export const DeadLetters = Type.Object(
  {
    data: Type.Array(DeadLetter, { description: 'The letters, the one that waits longest first' }),
    total: count('All that wait', 1),
  },
  { description: 'Dead letters. They stay where they are' },
);

export const DeadLetterQuery = Type.Object(
  {
    limit: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 1_000, description: 'Letters; 100 unless said otherwise', examples: [100] }),
    ),
  },
  closed,
);

const chosenIds = Type.Array(addressText('Id of a letter', '3f1c9a0b7d2e4f66', 16), {
  minItems: 1,
  maxItems: 100,
  description: 'Which letters',
});
const why = text('Why, for the history', 'The bridge knows the invoice by now.', 500);

export const ReplayOrder = Type.Object(
  {
    ids: Type.Optional(chosenIds),
    all: Type.Optional(
      Type.Boolean({ description: 'True instead of `ids`: all of them, up to 1,000', examples: [false] }),
    ),
    reason: why,
  },
  { ...closed, description: 'Which letters go back into the queues that they came from' },
);
export const ReplayReport = Type.Object(
  {
    requeued: count('Letters that are back in their queue, confirmed by RabbitMQ', 1),
    kept: Type.Array(
      Type.Object(
        {
          id: text('Id of the letter', '3f1c9a0b7d2e4f66', 16),
          reason: text('Why it stays', 'Its queue, unknown, is not one of ours.', 2_000),
        },
        { description: 'A letter that stays' },
      ),
      { description: 'Chosen, and still dead letters' },
    ),
    missing: Type.Array(text('Id of a letter', '3f1c9a0b7d2e4f66', 16), { description: 'Not there any more' }),
  },
  { description: 'What became of them' },
);
export const DiscardOrder = Type.Object(
  { ids: chosenIds, reason: why },
  { ...closed, description: 'Which letters are thrown away; their invoices are sent again by the due scan' },
);
export const DiscardReport = Type.Object(
  {
    discarded: count('Letters that are gone, with all copies', 1),
    missing: Type.Array(text('Id of a letter', '3f1c9a0b7d2e4f66', 16), { description: 'Not there any more' }),
  },
  { description: 'What became of them' },
);
