import { uncollectible } from './money.ts';
import type { StateWords } from './reader.ts';
import { nothingToDo } from './shared.ts';

const stripeDeleted = {
  label: 'Deleted',
  tone: 'neutral',
  engineer:
    'Stripe has it no more: its draft was deleted there, by us for an invoice that was given up, or by somebody else.',
  operator:
    'Nothing, if the invoice is void here. Otherwise see in Stripe’s log who deleted it; the reconciliation tells it as `missing`.',
  customer: {
    happened: 'Our payment service does not have this invoice any more.',
    meansForBill: 'Nothing can be paid for it there. Whether anything is to be paid, its own state says.',
    beingDone: 'If it was not cancelled on purpose, one of us looks at it.',
    youCan: nothingToDo,
  },
} as const satisfies StateWords;

/** The copy of an invoice, in the words that Stripe has for invoices. */
export const stripeInvoice = {
  draft: {
    label: 'Draft',
    tone: 'waiting',
    engineer: 'Created at Stripe and not finalized: the sync is between two steps, or waits.',
    operator: "Nothing: see the invoice's own sync.",
    customer: {
      happened: 'Our payment service has begun to prepare this invoice.',
      meansForBill: 'Nothing can be paid there yet.',
      beingDone: 'It is made ready by itself.',
      youCan: nothingToDo,
    },
  },
  open: {
    label: 'Open',
    tone: 'neutral',
    engineer: 'Finalized at Stripe and not paid.',
    operator: 'Nothing.',
    customer: {
      happened: 'Our payment service has this invoice, and it can be paid there.',
      meansForBill: 'What is open is to be paid.',
      beingDone: 'We wait for the payment.',
      youCan: 'Pay it on its payment page.',
    },
  },
  paid: {
    label: 'Paid',
    tone: 'good',
    engineer: 'Paid at Stripe, or marked there as paid elsewhere.',
    operator: 'Nothing.',
    customer: {
      happened: 'This invoice is paid.',
      meansForBill: 'Nothing more is to be paid for it.',
      beingDone: 'Nothing more happens with it.',
      youCan: nothingToDo,
    },
  },
  void: {
    label: 'Void',
    tone: 'neutral',
    engineer: 'Void at Stripe.',
    operator: 'Nothing. If the books still want it, it is parked with `void-at-target`.',
    customer: {
      happened: 'This invoice was cancelled.',
      meansForBill: 'Nothing is to be paid for it.',
      beingDone: 'Nothing more happens with it.',
      youCan: nothingToDo,
    },
  },
  uncollectible: {
    label: 'Given up',
    tone: 'bad',
    engineer: 'Marked uncollectible at Stripe.',
    operator: 'Nothing: a payment that comes all the same is taken.',
    customer: uncollectible.done.customer,
  },
  deleted: stripeDeleted,
  gone: stripeDeleted,
} as const satisfies Record<string, StateWords>;
