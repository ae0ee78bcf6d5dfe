import { Type } from 'typebox';
import { writeCursor } from '../paging.ts';
import { addressText, amountMinor, closed, count, id, instant, nullable, page, pageQuery, text } from './common.ts';
import { ChainVerdict } from './history.ts';

const Comparison = Type.Object(
  {
    what: Type.Enum(
      [
        'record',
        'events',
        'skipped',
        'keys',
        'contents',
        'quantity',
        'amount',
        'lines',
        'sum',
        'total',
        'stripe',
        'stripe-answer',
        'stripe-status',
        'history',
      ],
      {
        type: 'string',
        description:
          '`record`: where raw events were removed by policy, the SHA-256 in the history of the invoice and that of the record which stands in their place; `events`: how many were counted; `skipped`: how many of them lacked what the meter measures; `keys`: how many were not taken in as usage is; `contents`: how many of the type in the period, hashed again, say something else than when they were taken in (of more than 25,000 on the invoice a random sample, and the sentence says so); `quantity` and `amount`: of the line; `lines` and `sum`: of the invoice; `stripe`: the total recorded of its copy; `stripe-answer`: the total that Stripe itself answered last, in its units; `stripe-status`: the state in which its copy was last seen; `history`: the audit chain',
        examples: ['quantity'],
      },
    ),
    billed: nullable(Type.String({ description: 'What the invoice says', examples: ['4426'] })),
    found: nullable(
      Type.String({ description: 'What was computed again, or is recorded elsewhere', examples: ['4426'] }),
    ),
    holds: nullable(
      Type.Boolean({
        description: 'Whether both are the same; null where there is nothing to hold it against yet',
        examples: [true],
      }),
    ),
    sentence: text('Both sides, for people', 'The quantity on the invoice is 4426; the raw events make 4426.', 2_000),
  },
  { description: 'One thing seen from two sides' },
);

const Evidence = Type.Object(
  {
    events: count('Events of the line that had been received when its usage was read', 4_426),
    withoutKey: count('Of those, events without the key under which usage is taken in; always 0 in sound books', 0),
    late: count('Events received since then: not on this invoice, and no fault of it', 0),
    corrected: count(
      'Of the events on the invoice, those that a correction has amended or taken away since, and no fault of it',
      0,
    ),
    firstAt: nullable(instant('The first of them', '2013-01-01T10:00:00.000Z')),
    lastAt: nullable(instant('The last of them', '2013-02-01T04:12:00.000Z')),
    digest: Type.String({
      pattern: '^([0-9a-f]{64})?$',
      description:
        'SHA-256 over them in hex, step by step in the order of /proof/events: d = sha256(d + \'["source", "id", "contentHash"]\'), from nothing, late ones left out; empty where there is none',
      examples: ['2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae'],
    }),
  },
  { description: 'The raw events that the line is made of' },
);

const LineProof = Type.Object(
  {
    position: nullable(
      Type.Integer({ minimum: 1, description: 'Place on the invoice; null for a line that it lacks', examples: [1] }),
    ),
    priceKey: text('Key of the price', 'departures'),
    description: text('What is billed', 'Departures', 2_000),
    meterKey: nullable(text('Key of the meter; null for a fixed price', 'departures')),
    holds: Type.Boolean({ description: 'Whether all of its comparisons hold', examples: [true] }),
    evidence: nullable(Evidence),
    comparisons: Type.Array(Comparison, { description: 'The line against the raw events, rated again' }),
  },
  { description: 'The proof of a line' },
);

const AtStripe = Type.Object(
  {
    remoteId: text('Its id there', 'in_1MtHbELkdIwHu7ixl4OzzPMv'),
    status: text('Its state there when it was recorded', 'open'),
    totalMinor: amountMinor('Its total there when it was recorded'),
    recordedAt: instant('Machine time at which that was recorded; Stripe is not asked for this answer'),
    requestId: nullable(text("Stripe's id of the last request that it answered", 'req_1MtHbELkdIwHu7')),
  },
  { description: 'What is recorded of its copy at Stripe' },
);

const sha256 = (description: string) =>
  Type.String({
    pattern: '^[0-9a-f]{64}$',
    description,
    examples: ['2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae'],
  });

const Removed = Type.Object(
  {
    removedAt: instant('Machine time at which the first of them were removed'),
    recordedAt: instant('Machine time at which their record was taken, when the proof held from the events themselves'),
    hash: sha256('SHA-256 of the record as it is now, in hex'),
    hashInChain: nullable(
      sha256('The same as the history of the invoice has it since then; null if it tells of no record'),
    ),
  },
  { description: 'That the raw events were removed by the policy of retention, and what stands in their place' },
);

export const InvoiceProof = Type.Object(
  {
    invoiceId: id('Our id of the invoice'),
    number: nullable(text('Its number, from the moment that it is issued', 'INV-000042', 26)),
    currency: text('ISO 4217 code of its amounts', 'USD', 3),
    totalMinor: amountMinor('Its total'),
    holds: Type.Boolean({ description: 'Whether nothing differs anywhere', examples: [true] }),
    failure: nullable(text('Why its usage cannot be rated again; null if it can', 'The quantity is negative.', 2_000)),
    usageCutAt: instant('Machine time at which its usage was read: what was received later is late'),
    comparisons: Type.Array(Comparison, { description: 'The invoice as a whole' }),
    lines: Type.Array(LineProof, { description: 'Line by line' }),
    atStripe: nullable(AtStripe),
    history: ChainVerdict,
    removed: nullable(Removed),
  },
  {
    description:
      'Events counted = quantity rated = amount at Stripe, computed again from the raw events, or from what was recorded of them before they were removed',
  },
);

const Event = Type.Object(
  {
    source: text('Where it came from', 'api'),
    id: text('Its id there', 'flight-2013-01-01-B6-725'),
    version: Type.Integer({
      minimum: 1,
      description: '1, or more for what corrections have made of it',
      examples: [1],
    }),
    occurredAt: instant('When it happened', '2013-01-01T10:45:00.000Z'),
    receivedAt: instant('Machine time at which it was taken in'),
    contentHash: nullable(
      Type.String({
        description: 'SHA-256 of its canonical JSON (RFC 8785) as it was taken in, in hex; null if its key is gone',
        examples: ['2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae'],
      }),
    ),
    isSkipped: Type.Boolean({ description: 'Whether it lacks what the meter measures', examples: [false] }),
    isLate: Type.Boolean({ description: 'Whether it came after the usage was read', examples: [false] }),
    correctedAt: nullable(
      instant('Since when it no longer counts, by a correction after the usage was read; null if it does'),
    ),
  },
  { description: 'An event of the line' },
);

const cursorExample = ['2013-01-01T10:45:00.000Z', 'api', 'flight-2013-01-01-B6-725', '1'];

export const ProofEventPage = page(Event, 'Events of a line, by instant, source and id', cursorExample);
const line = Type.Integer({
  minimum: 1,
  maximum: 10_000,
  description: 'Place of the line on the invoice',
  examples: [2],
});
export const ProofEventCsvQuery = Type.Object({ line }, closed);
export const ProofEventQuery = Type.Object(
  {
    line,
    ...pageQuery(cursorExample),
    // Source and id of an event stand in it: twice the room of others.
    cursor: Type.Optional(addressText('`nextCursor` of the page before', writeCursor(cursorExample), 4_200)),
  },
  closed,
);
