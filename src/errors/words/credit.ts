import type { StateWords } from './reader.ts';
import { nothingToDo } from './shared.ts';

/** What a customer has with us to pay bills with. */
export const wallet = {
  active: {
    label: 'In use',
    tone: 'good',
    engineer: 'Its grants pay bills that are issued, in the order of their priority.',
    operator: 'Nothing.',
    customer: {
      happened: 'You have credit with us here.',
      meansForBill: 'Your bills are paid with it first, as far as it goes.',
      beingDone: 'It is taken off by itself when an invoice becomes final.',
      youCan: 'See below what is left, and when it ends.',
    },
  },
  ended: {
    label: 'Ended',
    tone: 'neutral',
    engineer: 'Its `endsAt` is over by the clock of the customer.',
    operator: 'Nothing. What is left pays what was used before the end, and is then taken away.',
    customer: {
      happened: 'This credit has ended on the day that is shown.',
      meansForBill: 'It still pays for what you used before that day, and for nothing after it.',
      beingDone: 'Once all of that is billed, what is left of it is closed.',
      youCan: nothingToDo,
    },
  },
} as const satisfies Record<string, StateWords>;

/** Credit that was put into a wallet. */
export const grant = {
  coming: {
    label: 'Not yet',
    tone: 'waiting',
    engineer: 'Its `startsAt` is still to come by the clock of the customer.',
    operator: 'Nothing.',
    customer: {
      happened: 'This credit begins on the day that is shown.',
      meansForBill: 'It pays bills that become final from then on.',
      beingDone: 'It begins by itself.',
      youCan: nothingToDo,
    },
  },
  usable: {
    label: 'Can be used',
    tone: 'good',
    engineer: 'It has begun, has not ended, and something is left.',
    operator: 'Nothing.',
    customer: {
      happened: 'This credit can be used.',
      meansForBill: 'Your bills are paid with it, as far as it goes.',
      beingDone: 'It is taken off by itself when an invoice becomes final.',
      youCan: nothingToDo,
    },
  },
  used: {
    label: 'Used up',
    tone: 'neutral',
    engineer: 'Nothing is left of it.',
    operator: 'Nothing.',
    customer: {
      happened: 'This credit is used up.',
      meansForBill: 'It pays nothing more. What it has paid stands on your invoices.',
      beingDone: 'Nothing more happens with it.',
      youCan: nothingToDo,
    },
  },
  ended: {
    label: 'Ended',
    tone: 'neutral',
    engineer: 'Its end is over; what is left expires once every period that began before it is billed and issued.',
    operator: 'Nothing.',
    customer: wallet.ended.customer,
  },
} as const satisfies Record<string, StateWords>;

const toppedUp = 'The invoice for it pays for credit, not for usage.';

/** An automatic top-up of a wallet. */
export const topUp = {
  open: {
    label: 'To be paid',
    tone: 'waiting',
    engineer: 'It was ordered; it becomes a grant once its invoice is paid.',
    operator: 'Nothing: its invoice is collected like any other.',
    customer: {
      happened: 'Your credit was low, so that we have ordered more of it, as agreed.',
      meansForBill: toppedUp,
      beingDone: 'The credit is there as soon as that invoice is paid.',
      youCan: 'Pay that invoice, unless your saved payment method is charged.',
    },
  },
  granted: {
    label: 'Added',
    tone: 'good',
    engineer: 'Its invoice is paid, and the grant is in the wallet.',
    operator: 'Nothing.',
    customer: {
      happened: 'The credit that you have paid for was added.',
      meansForBill: 'Your next bills are paid with it, as far as it goes.',
      beingDone: 'Nothing more happens with it.',
      youCan: nothingToDo,
    },
  },
  credited: {
    label: 'Added to the balance',
    tone: 'good',
    engineer: 'Its invoice was paid after the wallet had ended, so that the amount went to the balance.',
    operator: 'Nothing.',
    customer: {
      happened: 'Your payment came when this credit had already ended, so that we have added it to your balance.',
      meansForBill: 'Your next bill is paid with it, as far as it goes.',
      beingDone: 'Nothing more happens with it.',
      youCan: nothingToDo,
    },
  },
  cancelled: {
    label: 'Cancelled',
    tone: 'neutral',
    engineer: 'Its invoice is void.',
    operator: 'Nothing: another one is ordered when the wallet is low again.',
    customer: {
      happened: 'This top-up was cancelled.',
      meansForBill: 'Nothing is to be paid for it, and no credit was added.',
      beingDone: 'Nothing more happens with it.',
      youCan: nothingToDo,
    },
  },
} as const satisfies Record<string, StateWords>;

/** A coupon, whoever redeems it. */
export const coupon = {
  open: {
    label: 'Can be redeemed',
    tone: 'good',
    engineer: 'Not archived, `redeemBy` is not over, and places are left.',
    operator: 'Nothing.',
    customer: {
      happened: 'This coupon can be redeemed.',
      meansForBill: 'Once redeemed it lowers your bills, as it says.',
      beingDone: 'Nothing until it is redeemed.',
      youCan: 'Ask us to redeem it for you.',
    },
  },
  'used-up': {
    label: 'All taken',
    tone: 'neutral',
    engineer: 'It was redeemed as often as it may be.',
    operator: 'Make another one if more customers are to have it.',
    customer: {
      happened: 'This coupon was redeemed as often as it may be.',
      meansForBill: 'It takes nothing off a new bill. Whoever has redeemed it keeps it.',
      beingDone: 'Nothing more happens with it.',
      youCan: 'Ask whoever gave it to you for another one.',
    },
  },
  expired: {
    label: 'Too late',
    tone: 'neutral',
    engineer: 'Its `redeemBy` is over by the clock of the customer.',
    operator: 'Make another one if it is still to be had.',
    customer: {
      happened: 'The time in which this coupon could be redeemed is over.',
      meansForBill: 'It takes nothing off a new bill. Whoever has redeemed it keeps it.',
      beingDone: 'Nothing more happens with it.',
      youCan: 'Ask whoever gave it to you for another one.',
    },
  },
  archived: {
    label: 'Archived',
    tone: 'neutral',
    engineer: 'A person has archived it: it is redeemed no more, and what was redeemed stays.',
    operator: 'Nothing.',
    customer: {
      happened: 'This coupon is not given out any more.',
      meansForBill: 'It takes nothing off a new bill. Whoever has redeemed it keeps it.',
      beingDone: 'Nothing more happens with it.',
      youCan: nothingToDo,
    },
  },
} as const satisfies Record<string, StateWords>;

/** A coupon that a customer has redeemed. */
export const redemption = {
  open: {
    label: 'Lowers your bills',
    tone: 'good',
    engineer: 'It takes something off the next bill that it is for.',
    operator: 'Nothing.',
    customer: {
      happened: 'You have redeemed this coupon.',
      meansForBill: 'It is taken off your next bill, as it says.',
      beingDone: 'It is taken off by itself.',
      youCan: nothingToDo,
    },
  },
  'used-up': {
    label: 'Used up',
    tone: 'neutral',
    engineer: 'Its bills or its amount are used up by live invoices.',
    operator: 'Nothing: a void gives its use back.',
    customer: {
      happened: 'This coupon is used up.',
      meansForBill: 'It takes nothing off the bills to come. What it took stands on your invoices.',
      beingDone: 'Nothing more happens with it.',
      youCan: nothingToDo,
    },
  },
  ended: {
    label: 'Taken away',
    tone: 'neutral',
    engineer: 'A person has ended it at `endedAt`; what it took of live invoices stays.',
    operator: 'Nothing.',
    customer: {
      happened: 'This coupon was taken away on the day that is shown.',
      meansForBill: 'It takes nothing off the bills after that day.',
      beingDone: 'Nothing more happens with it.',
      youCan: 'Ask us if you did not expect that.',
    },
  },
} as const satisfies Record<string, StateWords>;
