import { type Static, Type } from 'typebox';
import { correctionKinds, correctionStates } from '../../store/usage-corrections.ts';
import {
  addressText,
  amountMinor,
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

const reason = text('Why, for the history', 'The tower sent January twice.', 500);

const properties = Type.Object(
  {},
  {
    additionalProperties: true,
    description: 'All properties anew, within the limits of POST /v1/events: of a backfill, or of what is amended',
    examples: [{ origin: 'JFK', miles: 2475 }],
  },
);

const EventChange = Type.Object(
  {
    action: Type.Enum(['amend', 'deprecate', 'backfill'], {
      type: 'string',
      description:
        '`amend` gives an event new properties, another instant, or both; `deprecate` takes it out, so that it no longer ' +
        'counts; `backfill` adds one, also to periods that are billed. No version is ever overwritten',
      examples: ['amend'],
    }),
    id: text('Id of the event', '2013-01-31/B6/1503'),
    source: Type.Optional(text('Its source; `api` unless said otherwise', 'departures')),
    customer: text(
      "Its customer: external id, or ours. An event of the wrong customer's is deprecated and backfilled",
      'B6',
    ),
    type: Type.Optional(text('Of a backfill: what happened, as meters name it', 'departure')),
    occurredAt: Type.Optional(
      instantText('Of a backfill; of what is amended where it is to be moved', '2013-01-31T23:59:00-05:00'),
    ),
    properties: Type.Optional(properties),
  },
  { ...closed, description: 'A change of one event' },
);

const treatmentWords =
  '`next-invoice`: each line that differs is a line on the next bill of the customer, below zero where something is given ' +
  'back. `reissue`: the invoice is voided, and its periods are billed again';

const Treatment = Type.Object(
  {
    invoiceId: addressText(
      'Our id of an issued invoice that the correction changes',
      'b0a2ffde-1c0e-5f3b-9a34-6b1a1f8f7c55',
      36,
    ),
    treatment: Type.Enum(['next-invoice', 'reissue'], {
      type: 'string',
      description: treatmentWords,
      examples: ['reissue'],
    }),
  },
  { ...closed, description: 'How one invoice is corrected' },
);

export const NewUsageCorrection = Type.Object(
  {
    changes: Type.Optional(
      Type.Array(EventChange, { maxItems: 10_000, description: 'Changes of events, each event once; at most 10,000' }),
    ),
    lateUsage: Type.Optional(
      Type.Object(
        {
          customer: Type.Optional(addressText('Of this customer: external id, or ours', 'B6')),
          clock: Type.Optional(addressText('Of all customers on the clock of this name', 'real', 80)),
          from: Type.Optional(instantText('Only of invoices whose period ends after it', '2013-01-01T00:00:00Z')),
        },
        {
          ...closed,
          description:
            'In place of changes: what billed periods come to now, minus what they were billed, on their invoices and by ' +
            'earlier corrections. At most 5,000 invoices are computed again',
        },
      ),
    ),
    treatments: Type.Optional(
      Type.Array(Treatment, {
        maxItems: 1_000,
        description: 'Of issued invoices; `next-invoice` for those that are not named. Drafts are rebuilt',
      }),
    ),
    reason,
  },
  { ...closed, description: 'A correction to preview: changes of events, or late usage' },
);

const group = nullable(
  Type.Array(Type.String({ description: 'A value', examples: ['JFK'] }), {
    description: "The values of the price's groups; null if it has none",
    examples: [['JFK']],
  }),
);

const CorrectedLine = Type.Object(
  {
    periodId: id('The period that it bills'),
    priceKey: text('Key of the price', 'departures'),
    group,
    description: text('What is billed', 'Departures', 2_000),
    quantityBefore: nullable(decimal('Quantity on the invoice; null where it has no such line', '4426')),
    quantityAfter: nullable(decimal('Quantity now; null where there is no such line any more', '4430')),
    billedMinor: amountMinor('On the invoice'),
    adjustedMinor: amountMinor('Billed beside it by earlier corrections', 0),
    afterMinor: amountMinor('What it comes to now', 123_850),
    differenceMinor: amountMinor('What is still to be billed: after − billed − adjusted, before discounts', 400),
    // Corrections that were previewed before these were told have none.
    itemMinor: Type.Optional(
      nullable(
        amountMinor(
          'What the customer is asked for on the next bill, before taxes: the difference net of the discount that the line ' +
            'had on its invoice, in proportion; no coupon takes anything off it. null where the invoice is made anew',
          360,
        ),
      ),
    ),
    creditedMinor: Type.Optional(
      nullable(
        amountMinor(
          'What of the net difference is left out of `itemMinor`, since credit notes have given it back already; null ' +
            'where the invoice is made anew',
          0,
        ),
      ),
    ),
  },
  { description: 'A line that changes' },
);

const CorrectedInvoice = Type.Object(
  {
    invoiceId: id('Our id of the invoice'),
    number: nullable(text('Its number; null for a draft, and for one that was over nothing', 'INV-000042', 26)),
    customerId: id('Our id of the customer'),
    currency: text('ISO 4217 code of its amounts', 'USD', 3),
    billingGroup: Type.String({ description: "Group of subscriptions; '' for none", examples: [''] }),
    periodStartAt: instant('First instant of its period', '2013-01-01T05:00:00.000Z'),
    periodEndAt: instant('First instant after it', '2013-02-01T05:00:00.000Z'),
    lifecycle: text('Its state when it was previewed', 'issued', 20),
    treatment: Type.Enum(['rebuilt', 'next-invoice', 'reissue'], {
      type: 'string',
      description: `\`rebuilt\`: a draft. ${treatmentWords}`,
      examples: ['next-invoice'],
    }),
    billedMinor: amountMinor('Its charges, before discounts, taxes and credits'),
    adjustedMinor: amountMinor('Billed beside it by earlier corrections', 0),
    afterMinor: amountMinor('What its charges come to now', 123_850),
    differenceMinor: amountMinor('What is still to be billed, before discounts', 400),
    itemMinor: Type.Optional(
      nullable(
        amountMinor('Sum of what waits for the next bill, before taxes; null where the invoice is made anew', 360),
      ),
    ),
    lateMinor: nullable(
      amountMinor('The part of the difference that is there without the correction: late usage; null if unknown', 0),
    ),
    lines: Type.Array(CorrectedLine, { description: 'The lines that change' }),
  },
  { description: 'An invoice that changes' },
);

const sums = {
  events: Type.Object(
    {
      amended: count('Events that are given another content', 1),
      deprecated: count('Events that no longer count', 0),
      backfilled: count('Events that are added', 0),
    },
    { description: 'Changes by their kind' },
  ),
  invoiceCount: count('Invoices that change', 1),
  differences: Type.Array(
    Type.Object(
      {
        currency: text('ISO 4217 code', 'USD', 3),
        amountMinor: amountMinor('Sum of the differences, before discounts', 400),
      },
      { description: 'The difference in a currency' },
    ),
    { description: 'By currency' },
  ),
};

const fields = {
  id: id('Id of the correction'),
  kind: Type.Enum([...correctionKinds], { type: 'string', description: 'What it corrects', examples: ['events'] }),
  state: Type.Enum([...correctionStates], {
    type: 'string',
    description: '`refused`: when it was to be applied, it would have done something else than was previewed',
    examples: ['previewed'],
  }),
  reason,
  actor: text('Who previewed it', 'api-key:operations'),
  previewedAt: instant('Machine time of the preview'),
  endedAt: nullable(instant('Machine time at which it was applied, refused or discarded')),
  endedBy: nullable(text('Who did', 'api-key:operations')),
  endReason: nullable(
    text(
      'Why it was refused; why it was applied or discarded where that was said (`durabill-reason`)',
      'It would change invoice … otherwise than when it was previewed.',
      2_000,
    ),
  ),
  outcomeHash: Type.String({
    description: 'SHA-256 in hex of the canonical JSON (RFC 8785) of events, invoices, failures and differences',
    examples: ['2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae'],
  }),
  ...sums,
};

const Summary = Type.Object(fields, { description: 'A correction without its lines' });

export const UsageCorrection = Type.Object(
  {
    ...fields,
    invoices: Type.Array(CorrectedInvoice, { description: 'Which invoices change, by how much, line by line' }),
    failures: Type.Array(
      Type.Object(
        {
          invoiceId: id('Our id of the invoice'),
          reason: text('Why', 'The quantity of the price "miles" is -1.', 2_000),
        },
        { description: 'An invoice that cannot be computed any more' },
      ),
      { description: 'Of late usage: invoices that cannot be computed any more, and stay as they are' },
    ),
    content: Type.Unknown({
      description: 'What was asked for: `changes` or `lateUsage`, and `treatments`',
      examples: [{ changes: [{ action: 'deprecate', id: '2013-01-31/B6/1503', source: 'api', customer: 'B6' }] }],
    }),
  },
  { description: 'A correction, and what it does' },
);
export type UsageCorrectionAnswer = Static<typeof UsageCorrection>;

const cursorExample = ['2026-11-30T15:00:00.000Z', 'b0a2ffde-1c0e-5f3b-9a34-6b1a1f8f7c55'];

export const UsageCorrectionPage = page(Summary, 'Corrections of usage, the newest first', cursorExample);
export const UsageCorrectionQuery = Type.Object(
  { ...pageQuery(cursorExample), state: Type.Optional(fields.state) },
  closed,
);
export const UsageCorrectionParams = Type.Object(
  { id: addressText('Id of the correction', 'b0a2ffde-1c0e-5f3b-9a34-6b1a1f8f7c55') },
  closed,
);

export const ReissueOrder = Type.Object(
  {
    reason: text('Why, for the history', 'Another price was agreed.', 500),
    plan: Type.Optional(
      addressText('Bills by the latest version of this plan, which it has to bill by already', 'airports'),
    ),
    planVersion: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 2_147_483_647, description: 'By this version of it', examples: [2] }),
    ),
  },
  { ...closed, description: 'An order to bill the periods of a void invoice again' },
);

export const Reissue = Type.Object(
  {
    id: id('Id of the order'),
    replaces: id('The invoice whose place the new one takes'),
    state: Type.Enum(['waiting', 'done', 'refused'], {
      type: 'string',
      description: '`waiting`: until the invoice is void; the next run or scan of its clock carries it out',
      examples: ['done'],
    }),
    invoiceId: nullable(id('The new invoice, a draft for its review day; null while it waits')),
    planVersionId: nullable(id('The plan version that was named; null for the one by which it was billed')),
    orderedAt: instant('Machine time of the order'),
    endedAt: nullable(instant('Machine time at which it was done or refused')),
    endReason: nullable(text('Why it was refused', 'The customer has paid it meanwhile.', 2_000)),
  },
  { description: 'A reissue' },
);
