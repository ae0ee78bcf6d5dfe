import type { StateWords } from './reader.ts';
import { nothingToDo } from './shared.ts';

const comingBack = {
  happened: 'Money is on its way back to you.',
  meansForBill: 'The invoice stays paid. The amount is given back beside it.',
  beingDone: 'It goes back by the way that it came, which can take some days.',
  youCan: nothingToDo,
};
const refundFailed = {
  happened: 'The money could not be given back by the way that it came.',
  meansForBill: 'The amount is still yours.',
  beingDone: 'One of us was told, and finds another way.',
  youCan: 'Tell us if your account or card has changed.',
};

/** Money that goes back: how far our order is, then in the words that Stripe has for refunds. */
export const refund = {
  wanted: {
    label: 'To be refunded',
    tone: 'waiting',
    engineer: 'The refund is written down; the sync of the invoice carries it out.',
    operator: 'Nothing: it is carried out by itself, once.',
    customer: comingBack,
  },
  sent: {
    label: 'On its way back',
    tone: 'waiting',
    engineer: 'The target has taken the refund; its own status was not read yet.',
    operator: 'Nothing.',
    customer: comingBack,
  },
  pending: {
    label: 'On its way back',
    tone: 'waiting',
    engineer: 'The target has begun the refund.',
    operator: 'Nothing: what comes of it is seen by itself.',
    customer: comingBack,
  },
  requires_action: {
    label: 'Needs an answer',
    tone: 'attention',
    engineer: 'The target asks the customer where the money is to go.',
    operator: 'The customer has a mail of Stripe’s. Help to find it.',
    customer: {
      happened: 'Money is to go back to you, and our payment service needs to know where to.',
      meansForBill: 'The invoice stays paid. The amount is given back beside it.',
      beingDone: 'Our payment service has written to you by mail.',
      youCan: 'Please follow that mail. Ask us if you cannot find it.',
    },
  },
  recorded: {
    label: 'Given back elsewhere',
    tone: 'good',
    engineer: 'Recorded as given back by a way of your own; nothing was sent to the target.',
    operator: 'Nothing, if the money has really gone back.',
    customer: {
      happened: 'We have given this money back to you by another way, such as a transfer.',
      meansForBill: 'The invoice stays paid. The amount was given back beside it.',
      beingDone: 'Nothing more happens with it.',
      youCan: 'Tell us if it does not arrive within some days.',
    },
  },
  succeeded: {
    label: 'Refunded',
    tone: 'good',
    engineer: 'The target has given it back.',
    operator: 'Nothing.',
    customer: {
      happened: 'We have given this money back to you.',
      meansForBill: 'The invoice stays paid. The amount was given back beside it.',
      beingDone: 'Your bank may take some days to show it.',
      youCan: 'Tell us if it does not arrive within two weeks.',
    },
  },
  refused: {
    label: 'Refused',
    tone: 'bad',
    engineer: 'The target refused the refund; the code says why.',
    operator: 'Give it back by a way of your own and record that, or order it again with another amount.',
    customer: refundFailed,
  },
  failed: {
    label: 'Failed',
    tone: 'bad',
    engineer: "The customer's bank did not take the money; the target has it again.",
    operator: 'Give it back by a way of your own, and record that.',
    customer: refundFailed,
  },
  canceled: {
    label: 'Cancelled',
    tone: 'neutral',
    engineer: 'The refund was cancelled at the target.',
    operator: 'See there who cancelled it, and order it again if the money is still to go back.',
    customer: refundFailed,
  },
} as const satisfies Record<string, StateWords>;

const asked = {
  happened: 'Your bank has asked us about this payment.',
  meansForBill: 'The invoice stays paid. No money has moved.',
  beingDone: 'We answer your bank.',
  youCan: 'If you know the payment, tell your bank so. Otherwise you need not do anything.',
};
const objected = {
  happened: 'Your bank has taken this payment back, because it was objected to.',
  meansForBill: 'Whether the amount stays with you is open until your bank has decided.',
  beingDone: 'We answer your bank, which decides. We send no reminders meanwhile.',
  youCan: 'If you did not mean to object, tell your bank so, or us.',
};

/** What a bank asks or takes back, in the words that Stripe has for disputes. */
export const dispute = {
  warning_needs_response: {
    label: 'Inquiry',
    tone: 'attention',
    engineer: 'An inquiry: the bank asks, and takes nothing.',
    operator: 'Answer it in Stripe’s dashboard before its deadline, or give the money back.',
    customer: asked,
  },
  warning_under_review: {
    label: 'Inquiry answered',
    tone: 'waiting',
    engineer: 'The inquiry is answered, and the bank looks at the answer.',
    operator: 'Nothing: wait for the bank.',
    customer: asked,
  },
  warning_closed: {
    label: 'Inquiry closed',
    tone: 'good',
    engineer: 'The inquiry ended without a dispute.',
    operator: 'Nothing.',
    customer: {
      happened: 'Your bank had asked us about this payment, and that is settled.',
      meansForBill: 'The invoice stays paid.',
      beingDone: 'Nothing more happens with it.',
      youCan: nothingToDo,
    },
  },
  needs_response: {
    label: 'Disputed',
    tone: 'bad',
    engineer: 'A dispute: the bank has taken the money back, and asks for evidence.',
    operator: 'Answer it in Stripe’s dashboard before its deadline.',
    customer: objected,
  },
  under_review: {
    label: 'Dispute answered',
    tone: 'waiting',
    engineer: 'Evidence was given, and the bank decides.',
    operator: 'Nothing: wait for the bank.',
    customer: objected,
  },
  appeal_needs_response: {
    label: 'Appeal possible',
    tone: 'attention',
    engineer: 'The dispute was lost, and the decision can be appealed.',
    operator: 'Appeal it in Stripe’s dashboard before its deadline, or let it rest.',
    customer: objected,
  },
  appeal_under_review: {
    label: 'Appealed',
    tone: 'waiting',
    engineer: 'The decision was appealed, and is being looked at.',
    operator: 'Nothing: wait for the bank.',
    customer: objected,
  },
  won: {
    label: 'Payment stands',
    tone: 'good',
    engineer: 'The dispute was won: the money is back with us.',
    operator: 'Nothing.',
    customer: {
      happened: 'Your bank has decided that this payment stands.',
      meansForBill: 'The invoice is paid by it.',
      beingDone: 'Nothing more happens with it.',
      youCan: 'Talk to us if you think that the bill itself is wrong.',
    },
  },
  lost: {
    label: 'Taken back',
    tone: 'bad',
    engineer:
      'The dispute was lost: the money stays with the customer. The invoice stays paid, `disputedMinor` says how much.',
    operator: 'Decide whether the customer owes it still, and talk to them. It is refunded no second time.',
    customer: {
      happened: 'Your bank has decided that this payment goes back to you.',
      meansForBill: 'You have the amount again.',
      beingDone: 'One of us looks at what that means for the invoice.',
      youCan: 'Talk to us if you want the invoice to be settled in another way.',
    },
  },
  prevented: {
    label: 'Prevented',
    tone: 'neutral',
    engineer: 'The dispute was kept from being opened at the target, usually by a refund.',
    operator: 'Nothing.',
    customer: {
      happened: 'An objection to this payment was settled before it reached us.',
      meansForBill: 'If money was given back to you for it, that stands among the refunds.',
      beingDone: 'Nothing more happens with it.',
      youCan: nothingToDo,
    },
  },
} as const satisfies Record<string, StateWords>;

/** A credit note, as the target has it. */
export const creditNote = {
  waiting: {
    label: 'Being booked',
    tone: 'waiting',
    engineer: 'Issued here; the sync of its invoice brings it to the target.',
    operator: 'Nothing: it is brought there by itself.',
    customer: {
      happened: 'We have written a credit note for you.',
      meansForBill: 'It lowers what is to be paid, or the money goes back to you, as it says.',
      beingDone: 'It is being booked at our payment service.',
      youCan: 'Download it for your files.',
    },
  },
  issued: {
    label: 'Booked',
    tone: 'good',
    engineer: 'Issued here and at the target.',
    operator: 'Nothing.',
    customer: {
      happened: 'We have written a credit note for you.',
      meansForBill: 'It has lowered what is to be paid, or the money has gone back to you, as it says.',
      beingDone: 'Nothing more happens with it.',
      youCan: 'Download it for your files.',
    },
  },
  void: {
    label: 'Void at Stripe',
    tone: 'bad',
    engineer: 'Somebody voided it at Stripe; the books never void a credit note.',
    operator: 'Ask who voided it, and compare both: the customer has read that it counts.',
    // What counts for the customer is the note itself, which never becomes void here.
    customer: null,
  },
} as const satisfies Record<string, StateWords>;
