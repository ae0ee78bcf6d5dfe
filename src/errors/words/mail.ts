import type { StateWords } from './reader.ts';
import { nothingToDo } from './shared.ts';

/** A mail to a customer or to operators. */
export const message = {
  pending: {
    label: 'To be sent',
    tone: 'waiting',
    engineer: 'It is owed, and waits for a worker or for `nextAt`; after three days of trying it has failed.',
    operator: 'Nothing. If many wait, look whether the mail server is away.',
    customer: {
      happened: 'A mail to you is about to be sent.',
      meansForBill: 'What it says stands here too, so that you miss nothing.',
      beingDone: 'It is sent by itself.',
      youCan: nothingToDo,
    },
  },
  sending: {
    label: 'Being sent',
    tone: 'waiting',
    engineer: 'A worker has claimed it and speaks to the mail server.',
    operator: 'Nothing.',
    customer: {
      happened: 'A mail to you is being sent right now.',
      meansForBill: 'What it says stands here too, so that you miss nothing.',
      beingDone: 'Our mail server is taking it.',
      youCan: nothingToDo,
    },
  },
  sent: {
    label: 'Sent',
    tone: 'good',
    engineer: 'The mail server has taken it, at `sentAt`.',
    operator: 'Nothing.',
    customer: {
      happened: 'We have sent you this mail.',
      meansForBill: 'It tells you of your bill and changes nothing on it.',
      beingDone: 'Nothing more happens with it.',
      youCan: 'Look into your spam folder if you do not find it.',
    },
  },
  failed: {
    label: 'Not delivered',
    tone: 'bad',
    engineer:
      'The mail server refused it for good, there is no address, or three days of trying are over; `reason` says which.',
    operator: 'Mend the address or the server, then resend or dismiss it.',
    customer: {
      happened: 'We could not deliver a mail to you.',
      meansForBill: 'What it says stands here too. The days by which to pay do not change by it.',
      beingDone: 'One of us was told.',
      youCan: 'Please check the mail address that we hold for you.',
    },
  },
  unknown: {
    label: 'Not sure',
    tone: 'attention',
    engineer:
      'The connection broke after the text had begun, or the worker died: whether it went out is not known here.',
    operator: 'Look for its `messageId` in the log of the mail server, then resend or dismiss it.',
    customer: {
      happened: 'We do not know whether a mail to you has arrived.',
      meansForBill: 'What it says stands here too, so that you miss nothing.',
      beingDone: 'One of us looks it up. It is not sent twice by itself.',
      youCan: nothingToDo,
    },
  },
  skipped: {
    label: 'Left out',
    tone: 'neutral',
    engineer:
      'It would say what is not so any more (`paid`, `void`, `nothing-paid`, `endpoint-changed`), or a person has dismissed it.',
    operator: 'Nothing; it can still be sent by hand.',
    customer: {
      happened: 'We did not send this mail, since it would not have been true any more.',
      meansForBill: 'Your bill is as it is shown here.',
      beingDone: 'Nothing more happens with it.',
      youCan: nothingToDo,
    },
  },
} as const satisfies Record<string, StateWords>;

/** The follow-up of an unpaid invoice. */
export const dunning = {
  none: {
    label: 'No reminders',
    tone: 'neutral',
    engineer: 'It was never to be followed up: no policy, not sent yet, or nothing to pay.',
    operator: 'Nothing.',
    customer: {
      happened: 'No reminders are planned for this invoice.',
      meansForBill: 'The day by which it is to be paid holds all the same.',
      beingDone: 'Nothing for now.',
      youCan: nothingToDo,
    },
  },
  running: {
    label: 'Followed up',
    tone: 'waiting',
    engineer: 'Its steps are planned and carried out by the run of the hour.',
    operator: 'Nothing. Pause it while you talk to the customer.',
    customer: {
      happened: 'This invoice is unpaid, and we follow it up.',
      meansForBill: 'The amount is still to be paid.',
      beingDone: 'We remind you, or try your saved payment method again, on the days that are shown.',
      youCan: 'Please pay it. Tell us if there is a reason why you cannot.',
    },
  },
  paused: {
    label: 'Reminders paused',
    tone: 'attention',
    engineer: 'A person has paused it; no step is taken until it is resumed.',
    operator: 'Resume it when the reason is gone.',
    customer: {
      happened: 'We have paused the reminders for this invoice.',
      meansForBill: 'The amount is still to be paid, unless we have told you otherwise.',
      beingDone: 'Nothing is sent and nothing is charged meanwhile.',
      youCan: 'Talk to us if something about the invoice is open.',
    },
  },
  ended: {
    label: 'Over',
    tone: 'neutral',
    engineer: 'Paid, void or uncollectible: planned steps were skipped, and nothing comes any more.',
    operator: 'Nothing.',
    customer: {
      happened: 'No more reminders come for this invoice.',
      meansForBill: 'Its own state says whether something is open.',
      beingDone: 'Nothing more happens with it.',
      youCan: nothingToDo,
    },
  },
} as const satisfies Record<string, StateWords>;

/** What the follow-up of an invoice waits for. */
export const dunningWait = {
  resume: dunning.paused,
  'payment on its way': {
    label: 'Payment on its way',
    tone: 'waiting',
    engineer: 'A payment is `processing`: steps wait until it is in or refused.',
    operator: 'Nothing.',
    customer: {
      happened: 'A payment for this invoice is on its way.',
      meansForBill: 'It counts as paid as soon as the money has arrived.',
      beingDone: 'We send no reminders meanwhile.',
      youCan: 'Please do not pay a second time. You need not do anything else.',
    },
  },
  dispute: {
    label: 'Dispute open',
    tone: 'attention',
    engineer: 'A dispute at the target is not decided: steps wait.',
    operator: 'Answer it in Stripe’s dashboard before its deadline.',
    customer: {
      happened: 'A payment for this invoice was objected to, and your bank has not decided yet.',
      meansForBill: 'What is to be paid is settled after that.',
      beingDone: 'We send no reminders meanwhile.',
      youCan: 'If you did not mean to object, tell your bank so, or us.',
    },
  },
} as const satisfies Record<string, StateWords>;

/** One step of the follow-up. */
export const dunningStep = {
  planned: {
    label: 'Planned',
    tone: 'waiting',
    engineer: 'It is done by the first run of the hour from `dueAt` on.',
    operator: 'Nothing.',
    customer: {
      happened: 'This is planned for the day that is shown.',
      meansForBill: 'It does not come if the invoice is paid before.',
      beingDone: 'It is done by itself on that day.',
      youCan: 'Pay the invoice before that day.',
    },
  },
  done: {
    label: 'Done',
    tone: 'neutral',
    engineer: 'It was done once, in one transaction with its effect.',
    operator: 'Nothing.',
    customer: {
      happened: 'This was done on the day that is shown.',
      meansForBill: 'It changes no amount.',
      beingDone: 'Nothing more happens with it.',
      youCan: 'Pay the invoice if it is still open.',
    },
  },
  skipped: {
    label: 'Left out',
    tone: 'neutral',
    engineer: 'Its `why` says what has taken its place: a payment, a void, or a later step that was due with it.',
    operator: 'Nothing.',
    customer: {
      happened: 'This was left out, since it was not needed any more.',
      meansForBill: 'It changes nothing.',
      beingDone: 'Nothing more happens with it.',
      youCan: nothingToDo,
    },
  },
} as const satisfies Record<string, StateWords>;
