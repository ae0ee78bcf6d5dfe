import type { StateWords } from './reader.ts';
import { nothingToDo } from './shared.ts';

/** Where a subscription stands by the clock of its customer. */
export const subscription = {
  scheduled: {
    label: 'Begins later',
    tone: 'waiting',
    engineer: 'Its `startsAt` is still to come.',
    operator: 'Nothing.',
    customer: {
      happened: 'This subscription begins on the day that is shown.',
      meansForBill: 'Nothing is billed for the time before.',
      beingDone: 'It begins by itself.',
      youCan: 'Tell us before that day if something is to be different.',
    },
  },
  trialing: {
    label: 'On trial',
    tone: 'good',
    engineer: 'Its `trialEndsAt` is still to come; nothing is billed until then.',
    operator: 'Nothing.',
    customer: {
      happened: 'You are trying this out.',
      meansForBill: 'Nothing is billed until the day that is shown. From then on it is.',
      beingDone: 'Your usage is counted already, so that you see what it would come to.',
      youCan: 'Tell us before that day if you do not want to go on.',
    },
  },
  active: {
    label: 'Active',
    tone: 'good',
    engineer: 'It has begun, is not paused and has not ended.',
    operator: 'Nothing.',
    customer: {
      happened: 'This subscription is running.',
      meansForBill: 'It is billed by its plan, and by what you use.',
      beingDone: 'A bill is made by itself at the end of each period.',
      youCan: 'See what the next bill comes to so far.',
    },
  },
  paused: {
    label: 'Paused',
    tone: 'attention',
    engineer: 'A pause has begun and has not ended; nothing is billed for it.',
    operator: 'Resume it when the customer wants to go on.',
    customer: {
      happened: 'This subscription is paused.',
      meansForBill: 'Nothing is billed for the time of the pause. What was before is billed as usual.',
      beingDone: 'It goes on at the day that is shown, or when you tell us.',
      youCan: 'Tell us when you want to go on.',
    },
  },
  ended: {
    label: 'Ended',
    tone: 'neutral',
    engineer: 'Its `endsAt` is over; its last period is billed like any other.',
    operator: 'Nothing.',
    customer: {
      happened: 'This subscription has ended.',
      meansForBill: 'What was used until then is billed once more, and nothing after it.',
      beingDone: 'The last bill is made by itself.',
      youCan: 'Tell us if you want to begin again.',
    },
  },
} as const satisfies Record<string, StateWords>;

/** A customer for whom taxes are or are not to be paid. */
export const taxStatus = {
  taxable: {
    label: 'Taxed',
    tone: 'neutral',
    engineer: "Its lines get the taxes of their prices, else the customer's, else the default.",
    operator: 'Nothing.',
    customer: {
      happened: 'Taxes are added to your bills.',
      meansForBill: 'Each bill says which taxes, on what, and how much.',
      beingDone: 'They are worked out anew for each bill.',
      youCan: 'Tell us your tax number if that should be different.',
    },
  },
  exempt: {
    label: 'Exempt',
    tone: 'neutral',
    engineer: 'No tax; the reason stands on each invoice.',
    operator: 'Nothing. Check now and then that the reason still holds.',
    customer: {
      happened: 'No taxes are added to your bills, for the reason that stands on them.',
      meansForBill: 'You pay the amounts without taxes.',
      beingDone: 'The reason is printed on each bill.',
      youCan: 'Tell us if the reason does not hold any more.',
    },
  },
  reverse_charge: {
    label: 'Reverse charge',
    tone: 'neutral',
    engineer: 'No tax on the invoice: the buyer owes it. Reason and tax ids stand on it.',
    operator: 'Nothing. Check now and then that the tax id is still valid.',
    customer: {
      happened: 'No taxes are on your bills, since you pay them to your own tax office.',
      meansForBill: 'You pay us the amounts without taxes.',
      beingDone: 'Each bill names your tax number and the reason.',
      youCan: 'Declare the tax yourself, and tell us if your tax number changes.',
    },
  },
} as const satisfies Record<string, StateWords>;

/** The erasure of a customer's personal data. */
export const customerErasure = {
  'copy-waiting': {
    label: 'Being erased',
    tone: 'waiting',
    engineer: 'Erased here; the copy at the target is asked for every minute (`copiesErasedAt` is null).',
    operator: 'Nothing, unless it lasts: the worker’s log says why the target does not do it.',
    customer: {
      happened: 'Your personal data is erased here, and is being erased at our payment service.',
      meansForBill: 'Your invoices stay as they are, as long as the law asks us to keep them.',
      beingDone: 'We ask our payment service again until it is done.',
      youCan: nothingToDo,
    },
  },
  done: {
    label: 'Erased',
    tone: 'good',
    engineer: 'Erased here and at the target. What is kept, why and until when stands in the record.',
    operator: 'Nothing.',
    customer: {
      happened: 'Your personal data is erased.',
      meansForBill: 'Your invoices stay as they are, as long as the law asks us to keep them.',
      beingDone: 'Nothing more is taken for this account.',
      youCan: 'See the list of what is kept, why, and until when.',
    },
  },
} as const satisfies Record<string, StateWords>;

/** Something that waits for the next bill of a customer. */
export const pendingItem = {
  waiting: {
    label: 'On your next bill',
    tone: 'waiting',
    engineer: 'It joins the next draft of its billing group.',
    operator: 'Nothing. It can still be taken away.',
    customer: {
      happened: 'This was noted for your next bill.',
      meansForBill: 'It is a line of its own there. Below zero it lowers the bill.',
      beingDone: 'It is put on the bill by itself.',
      youCan: 'Tell us before that if it is wrong.',
    },
  },
  billed: {
    label: 'Billed',
    tone: 'neutral',
    engineer: 'It stands on the invoice that is named, as long as that is not void.',
    operator: 'Nothing.',
    customer: {
      happened: 'This stands on the invoice that is named.',
      meansForBill: 'It is billed there, once.',
      beingDone: 'Nothing more happens with it.',
      youCan: 'Open that invoice to see its line.',
    },
  },
} as const satisfies Record<string, StateWords>;
