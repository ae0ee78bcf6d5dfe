import type { StateWords } from './reader.ts';
import { operatorsOnly } from './shared.ts';

/** In what the books and Stripe differ. A customer reads of none: an invoice that needs a person says so itself. */
export const difference = {
  missing: {
    label: 'Not at Stripe',
    tone: 'bad',
    engineer: 'The books have it as sent, and Stripe has no such invoice.',
    operator:
      'See in Stripe’s log who deleted it. Nothing is sent again by itself: void ours, or have the mapping mended.',
    customer: operatorsOnly,
  },
  orphan: {
    label: 'Only at Stripe',
    tone: 'bad',
    engineer: 'Stripe has it with our mark, and the books do not mean it.',
    operator: 'After a restore the next runs make it again. Otherwise it was copied by hand: void or delete it there.',
    customer: operatorsOnly,
  },
  duplicate: {
    label: 'Twice at Stripe',
    tone: 'bad',
    engineer: 'A second live copy of one invoice, or of one customer; `ours.remoteId` is the one that is meant.',
    operator: 'If nobody has paid the second one, void it there. If somebody has, refund there first.',
    customer: operatorsOnly,
  },
  amount: {
    label: 'Other total',
    tone: 'bad',
    engineer: 'The totals differ: what the customer is asked to pay is not what the books say.',
    operator: 'Find out which is right, and tell the engineers. While nobody has paid, a void takes it back.',
    customer: operatorsOnly,
  },
  line: {
    label: 'Other lines',
    tone: 'bad',
    engineer: 'The lines differ in number, amount or text, though the totals may be the same.',
    operator: 'Find out which is right, and tell the engineers. While nobody has paid, a void takes it back.',
    customer: operatorsOnly,
  },
  currency: {
    label: 'Other currency',
    tone: 'bad',
    engineer: 'The copy is in another currency than the books.',
    operator: 'Find out which is right, and tell the engineers. While nobody has paid, a void takes it back.',
    customer: operatorsOnly,
  },
  status: {
    label: 'Other state',
    tone: 'attention',
    engineer: 'Paid, open or void on one side and not on the other.',
    operator:
      'Nothing while it is being mended. If that did not help: void there by hand, void ours too, and the other way round.',
    customer: operatorsOnly,
  },
  number: {
    label: 'Other number',
    tone: 'bad',
    engineer: 'The two carry different numbers.',
    operator: 'The customer has read Stripe’s. That of a draft can be corrected there; that of a final one cannot.',
    customer: operatorsOnly,
  },
  customer: {
    label: 'Other customer',
    tone: 'bad',
    engineer: 'The customer at Stripe is deleted, without our mark, or another one than the invoice names.',
    operator:
      'Give the mark back (`durabill_customer`). For one that is deleted, tell the engineers to mend the mapping.',
    customer: operatorsOnly,
  },
  mark: {
    label: 'Mark removed',
    tone: 'attention',
    engineer: 'Our mark was taken off an invoice at Stripe.',
    operator: 'Write `durabill_invoice` and `durabill_revision` back into its metadata.',
    customer: operatorsOnly,
  },
  auto_advance: {
    label: 'Stripe collects too',
    tone: 'bad',
    engineer: 'Automatic collection is on at Stripe, beside ours.',
    operator: 'Turn it off for this invoice in Stripe’s dashboard.',
    customer: operatorsOnly,
  },
} as const satisfies Record<string, StateWords>;

/** How far a difference is. */
export const differenceState = {
  open: {
    label: 'Found',
    tone: 'attention',
    engineer: 'Found, and nothing was done about it yet.',
    operator: 'Nothing: it is repaired or told of within the same run.',
    customer: operatorsOnly,
  },
  repairing: {
    label: 'Being mended',
    tone: 'waiting',
    engineer: 'The sync of its invoice was told to look again.',
    operator: 'Nothing.',
    customer: operatorsOnly,
  },
  repaired: {
    label: 'Mended',
    tone: 'good',
    engineer: 'It was repaired, and not found any more.',
    operator: 'Nothing.',
    customer: operatorsOnly,
  },
  alerted: {
    label: 'Waits for you',
    tone: 'bad',
    engineer: 'No repair is safe: a person decides.',
    operator: 'Read the evidence of both sides, and do what its kind says.',
    customer: operatorsOnly,
  },
  closed: {
    label: 'Gone',
    tone: 'good',
    engineer: 'A later reconciliation looked at it and found it no more.',
    operator: 'Nothing.',
    customer: operatorsOnly,
  },
} as const satisfies Record<string, StateWords>;

/** What is done about a difference. */
export const differenceAction = {
  repair: {
    label: 'Mended by itself',
    tone: 'waiting',
    engineer: 'Its sync looks again.',
    operator: 'Nothing.',
    customer: operatorsOnly,
  },
  alert: {
    label: 'For a person',
    tone: 'bad',
    engineer: 'A person decides.',
    operator: 'Read the evidence of both sides, and do what its kind says.',
    customer: operatorsOnly,
  },
} as const satisfies Record<string, StateWords>;
