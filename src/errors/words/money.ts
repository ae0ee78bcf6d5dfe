import { failureWords } from './failures.ts';
import type { StateWords } from './reader.ts';
import { nothingToDo } from './shared.ts';

const charging = {
  happened: 'We are about to charge your saved payment method.',
  meansForBill: 'The invoice counts as paid once the charge has gone through. It is charged once only.',
  beingDone: 'The charge is on its way to your bank.',
  youCan: 'Please do not pay a second time. You need not do anything else.',
};
const noNeed = {
  happened: 'There was nothing left to do for this invoice.',
  meansForBill: 'Nothing was charged.',
  beingDone: 'Nothing more happens with it.',
  youCan: nothingToDo,
};

/** An attempt to charge the saved payment method. */
export const attempt = {
  wanted: {
    label: 'To be charged',
    tone: 'waiting',
    engineer: 'A numbered attempt is written down; the sync of the invoice carries it out.',
    operator: 'Nothing: it is carried out by itself, once.',
    customer: charging,
  },
  processing: {
    label: 'On its way',
    tone: 'waiting',
    engineer: 'The target has begun the payment, and has not said how it ended.',
    operator: 'Nothing: what comes of it is seen by itself.',
    customer: charging,
  },
  paid: {
    label: 'Charged',
    tone: 'good',
    engineer: 'The target has charged it.',
    operator: 'Nothing.',
    customer: {
      happened: 'We have charged your saved payment method.',
      meansForBill: 'The invoice is paid by it.',
      beingDone: 'Nothing more happens with it.',
      youCan: nothingToDo,
    },
  },
  declined: {
    label: 'Declined',
    tone: 'bad',
    engineer: 'The target refused the charge; the code is on the attempt. A decline is an outcome and fails no sync.',
    operator: 'The customer has to act. Never tell the reason of a code that is declined quietly.',
    customer: failureWords.declined.customer,
  },
  'not needed': {
    label: 'Not needed',
    tone: 'neutral',
    engineer: 'When its turn came there was nothing to charge any more: paid, void or given up.',
    operator: 'Nothing.',
    customer: noNeed,
  },
} as const satisfies Record<string, StateWords>;

/** Giving up on an invoice. */
export const uncollectible = {
  wanted: {
    label: 'To be closed',
    tone: 'waiting',
    engineer: 'Giving it up is written down; the sync of the invoice tells the target.',
    operator: 'Nothing: it is carried out by itself.',
    customer: {
      happened: 'We are about to close this invoice although it was not paid in full.',
      meansForBill: 'We will not remind you of it any more.',
      beingDone: 'It is closed in a moment.',
      youCan: 'You can still pay it. If this is a mistake, please tell us.',
    },
  },
  done: {
    label: 'Closed unpaid',
    tone: 'bad',
    engineer: 'It is uncollectible here and at the target.',
    operator: 'Nothing: a payment that comes all the same is taken.',
    customer: {
      happened: 'We have closed this invoice although it was not paid in full.',
      meansForBill: 'We do not remind you of it any more, and charge nothing for it.',
      beingDone: 'Nothing more happens with it on our side.',
      youCan: 'You can still pay it. If this is a mistake, please tell us.',
    },
  },
  'not needed': {
    label: 'Not needed',
    tone: 'neutral',
    engineer: 'When its turn came it was paid or void.',
    operator: 'Nothing.',
    customer: noNeed,
  },
} as const satisfies Record<string, StateWords>;

/** A payment of an invoice, in the words that Stripe has for payments. */
export const payment = {
  requires_payment_method: {
    label: 'Not paid',
    tone: 'attention',
    engineer: 'The payment was begun, and has no payment method that works: none was given, or it was declined.',
    operator: 'The customer has to act; a code beside it says why a method was declined.',
    customer: {
      happened: 'A payment was begun and not finished, or was not accepted.',
      meansForBill: 'The amount is still to be paid. Nothing was charged.',
      beingDone: 'We wait for you.',
      youCan: 'Please try again or use another payment method.',
    },
  },
  requires_confirmation: {
    label: 'Begun',
    tone: 'waiting',
    engineer: 'The payment has a method, and was not confirmed.',
    operator: 'Nothing: the customer goes on, or does not.',
    customer: {
      happened: 'A payment was begun and not finished.',
      meansForBill: 'The amount is still to be paid. Nothing was charged.',
      beingDone: 'We wait for you.',
      youCan: 'Finish it on the payment page.',
    },
  },
  requires_action: {
    label: 'To be confirmed',
    tone: 'attention',
    engineer: "The customer's bank wants the payment to be confirmed.",
    operator: 'The customer has to confirm it on the payment page of the invoice.',
    customer: failureWords['action-required'].customer,
  },
  requires_capture: {
    label: 'Reserved',
    tone: 'waiting',
    engineer: 'The amount is reserved and not taken; Durabill never asks for that, so somebody else did.',
    operator: 'Take or release it at Stripe.',
    customer: {
      happened: 'Your bank has set the amount aside for this payment.',
      meansForBill: 'It is not paid yet.',
      beingDone: 'One of us takes the amount, or releases it.',
      youCan: nothingToDo,
    },
  },
  processing: {
    label: 'On its way',
    tone: 'waiting',
    engineer: 'Money is on its way and is neither in nor refused.',
    operator: 'Nothing: what comes of it is seen by itself.',
    customer: {
      happened: 'Your payment is on its way.',
      meansForBill: 'The invoice counts as paid as soon as the money has arrived.',
      beingDone: 'We wait for the bank, which can take some days.',
      youCan: 'Please do not pay a second time. You need not do anything else.',
    },
  },
  succeeded: {
    label: 'Received',
    tone: 'good',
    engineer: 'The money has come in.',
    operator: 'Nothing.',
    customer: {
      happened: 'We have received this payment.',
      meansForBill: 'It is taken off what is to be paid.',
      beingDone: 'Nothing more happens with it.',
      youCan: nothingToDo,
    },
  },
  canceled: {
    label: 'Cancelled',
    tone: 'neutral',
    engineer: 'The payment was cancelled at the target before money moved.',
    operator: 'Nothing, unless the invoice is still open: then collect it anew.',
    customer: {
      happened: 'This payment was cancelled.',
      meansForBill: 'Nothing was charged by it. What is open is still to be paid.',
      beingDone: 'Nothing more happens with it.',
      youCan: 'Pay in another way if the invoice is still open.',
    },
  },
} as const satisfies Record<string, StateWords>;
