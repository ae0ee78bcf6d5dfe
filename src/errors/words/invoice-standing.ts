import type { StateWords } from './reader.ts';
import { beingChecked, nothingToDo } from './shared.ts';

/** Where an invoice stands, all its states taken together: what a page shows as its one badge. */
export const invoiceStanding = {
  draft: {
    label: 'Draft',
    tone: 'waiting',
    engineer:
      'Lifecycle `draft`: computed and not issued; the due scan computes it once more and issues it from `dueAt` on.',
    operator: 'Nothing: it becomes final by itself. Press "Hold" if it should wait.',
    customer: {
      happened: 'This is the draft of an invoice.',
      meansForBill:
        'Its amounts may still change, for example by usage that is reported late. Nothing is to be paid yet.',
      beingDone: 'On the day that is shown we compute it once more and make it final.',
      youCan: 'Look through it now, and tell us before that day if something seems wrong.',
    },
  },
  'becoming-final': {
    label: 'Becoming final',
    tone: 'waiting',
    engineer: 'Lifecycle `draft`, and the day of `dueAt` is over where the customer is: the next due scan issues it.',
    operator: 'Nothing, if it was held until now. Otherwise look at the pauses and at the runs: a scan is missing.',
    customer: {
      happened: 'This invoice is about to become final.',
      meansForBill: 'Its amounts may still change until then. Nothing is to be paid yet.',
      beingDone: 'We compute it once more and make it final the next time we look for what is due.',
      youCan: 'Look through it now, and tell us if something seems wrong.',
    },
  },
  held: {
    label: 'Being checked',
    tone: 'attention',
    engineer: 'Lifecycle `held`: a check, a failed computation or a person keeps the draft from being issued.',
    operator: 'Read why it is held, then press "Release" or "Give up"; see "A draft is held" in the run book.',
    customer: beingChecked,
  },
  skipped: {
    label: 'Nothing to pay',
    tone: 'neutral',
    engineer: 'Lifecycle `skipped`: no charge, discount, tax or credit. It has no number and is sent nowhere.',
    operator: 'Nothing: there is nothing to bill.',
    customer: {
      happened: 'There was nothing to bill for this period.',
      meansForBill: 'Nothing is to be paid.',
      beingDone: 'Nothing more happens with it.',
      youCan: nothingToDo,
    },
  },
  void: {
    label: 'Cancelled',
    tone: 'neutral',
    engineer:
      'Lifecycle `void`: void here and, where it was sent, at the target. Only a reissue bills its periods again.',
    operator: 'Nothing, unless its periods are to be billed again: then reissue it.',
    customer: {
      happened: 'This invoice was cancelled.',
      meansForBill: 'Nothing is to be paid for it. If another invoice was made in its place, that one counts.',
      beingDone: 'Nothing more happens with it. Its number is given to no other invoice.',
      youCan: 'Keep it for your files. If you have paid it all the same, please tell us.',
    },
  },
  'being-cancelled': {
    label: 'Being cancelled',
    tone: 'waiting',
    engineer: 'Wanted `void`: the sync brings the void to the target, and it is void here once that is confirmed.',
    operator: 'Nothing: its sync does it. If the customer was faster and has paid, it stays, and its history says so.',
    customer: {
      happened: 'This invoice is being cancelled.',
      meansForBill: 'You do not have to pay it.',
      beingDone: 'We take it back at our payment service. That takes a moment.',
      youCan: 'Please do not pay it any more.',
    },
  },
  paid: {
    label: 'Paid',
    tone: 'good',
    engineer: 'Payment `paid`: what came in covers the total less what credit notes took back.',
    operator: 'Nothing. Money goes back by a refund or a credit note.',
    customer: {
      happened: 'This invoice is paid.',
      meansForBill: 'Nothing more is to be paid for it.',
      beingDone: 'Nothing more happens with it.',
      youCan: 'Download it for your files.',
    },
  },
  'payment-processing': {
    label: 'Payment on its way',
    tone: 'waiting',
    engineer: 'Payment `processing`: a payment was begun and is neither in nor refused.',
    operator: 'Nothing: reminders wait meanwhile, and what comes of it is seen by itself.',
    customer: {
      happened: 'A payment for this invoice is on its way.',
      meansForBill: 'It counts as paid as soon as the money has arrived.',
      beingDone: 'We wait for the bank, which can take some days.',
      youCan: 'Please do not pay a second time. You need not do anything else.',
    },
  },
  'partly-paid': {
    label: 'Paid in part',
    tone: 'attention',
    engineer: 'Payment `partly_paid`: something came in, less than what is to be paid.',
    operator: 'Nothing at first: reminders name the rest. See its payments for what came in.',
    customer: {
      happened: 'A part of this invoice is paid.',
      meansForBill: 'The rest is still to be paid.',
      beingDone: 'We wait for the rest.',
      youCan: 'Please pay the rest by the day that is shown.',
    },
  },
  'closed-unpaid': {
    label: 'Closed unpaid',
    tone: 'bad',
    engineer: 'Payment `uncollectible`: given up by a person or by the last step of dunning.',
    operator: 'Nothing: it is not followed up any more. A payment that comes all the same is taken.',
    customer: {
      happened: 'We have closed this invoice although it was not paid in full.',
      meansForBill: 'We do not remind you of it any more, and charge nothing for it.',
      beingDone: 'Nothing more happens with it on our side.',
      youCan: 'You can still pay it. If this is a mistake, please tell us.',
    },
  },
  'on-its-way': {
    label: 'Being sent',
    tone: 'waiting',
    engineer: 'Issued, and its sync is `pending`, `queued` or `syncing`: it is on its way to the target.',
    operator: 'Nothing: it arrives by itself. "Sync now" puts it before all others.',
    customer: {
      happened: 'This invoice is final, and is on its way to our payment service.',
      meansForBill: 'Its amounts do not change any more. It can be paid in a moment.',
      beingDone: 'It is handed over by itself, usually within minutes.',
      youCan: 'Come back in some minutes if you want to pay it.',
    },
  },
  'tried-again': {
    label: 'Being sent',
    tone: 'attention',
    engineer:
      'Sync `backing_off`: the target could not be reached or refused for a while; `nextRetryAt` is the next try.',
    operator: 'Nothing: it is tried for 72 hours, then it waits for a person. "Sync now" tries at once.',
    customer: {
      happened: 'This invoice is final, but our payment service could not be reached yet.',
      meansForBill: 'Its amounts do not change by that, and nothing is billed twice.',
      beingDone: 'We try again by ourselves until it has arrived.',
      youCan: nothingToDo,
    },
  },
  'waits-for-us': {
    label: 'Waits for us',
    tone: 'bad',
    engineer: 'Sync `parked`: trying again does not help; `parked` has the reason and the number that an answer names.',
    operator:
      'Mend what the reason names, then press "Try again", "Fix and try again" or "Give up"; one that was held is released.',
    customer: {
      happened: 'This invoice is final, but something has to be put right before it can be paid.',
      meansForBill: 'Its amounts do not change by that, and nothing is billed twice.',
      beingDone: 'One of us was told, and looks at it.',
      youCan: nothingToDo,
    },
  },
  open: {
    label: 'To be paid',
    tone: 'attention',
    engineer: 'Issued, sync `synced`, payment `unpaid`, and its `paymentDueOn` is not over.',
    operator: 'Nothing: it is charged or reminded of as the settings say.',
    customer: {
      happened: 'This invoice is ready to be paid.',
      meansForBill: 'The amount is to be paid by the day that is shown.',
      beingDone: 'We wait for your payment. If you have asked us to, we charge your saved payment method.',
      youCan: 'Pay it on its payment page, unless your saved payment method is charged.',
    },
  },
  overdue: {
    label: 'Overdue',
    tone: 'bad',
    engineer: 'Issued, sync `synced`, payment `unpaid`, and its `paymentDueOn` is over in the zone of its period.',
    operator: 'See its dunning for what was sent and what comes next. Record what came in elsewhere.',
    customer: {
      happened: 'The day by which this invoice was to be paid is over, and we have not seen a payment.',
      meansForBill: 'The amount is still to be paid.',
      beingDone: 'We may remind you, or try your saved payment method again.',
      youCan: 'Please pay it now. If you have paid already, give it some days, and tell us if this does not change.',
    },
  },
} as const satisfies Record<string, StateWords>;
