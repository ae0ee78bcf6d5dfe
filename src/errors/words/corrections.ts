import type { StateWords } from './reader.ts';
import { nothingToDo } from './shared.ts';

/** A correction of usage. */
export const correction = {
  previewed: {
    label: 'Previewed',
    tone: 'waiting',
    engineer:
      'Worked out in a transaction that was rolled back, and stored with the hash of its outcome. Nothing has changed.',
    operator: 'Look at which invoices change, then apply or discard it.',
    // A customer sees a correction once it was applied, as a line or an invoice.
    customer: null,
  },
  applied: {
    label: 'Applied',
    tone: 'good',
    engineer: 'Applied with the very outcome that was previewed; events have new versions, none was overwritten.',
    operator: 'Nothing.',
    customer: {
      happened: 'Usage of yours was corrected.',
      meansForBill: 'What it changes comes on your next bill as a line, or on a new invoice in place of the old one.',
      beingDone: 'It is taken into account by itself.',
      youCan: 'Open the line to see what was corrected, and why.',
    },
  },
  refused: {
    label: 'Refused',
    tone: 'bad',
    engineer: 'When it was to be applied it would have done something else than was previewed; nothing has changed.',
    operator: 'Preview it again, and look at what it does now.',
    // Nothing has changed for a customer.
    customer: null,
  },
  discarded: {
    label: 'Discarded',
    tone: 'neutral',
    engineer: 'A person has discarded the preview; nothing has changed.',
    operator: 'Nothing.',
    // Nothing has changed for a customer.
    customer: null,
  },
} as const satisfies Record<string, StateWords>;

/** How a correction reaches an invoice. */
export const correctionTreatment = {
  rebuilt: {
    label: 'Draft made anew',
    tone: 'neutral',
    engineer: 'A draft: it is computed again.',
    operator: 'Nothing.',
    customer: {
      happened: 'A correction of your usage has changed this draft.',
      meansForBill: 'Its amounts are worked out with the corrected usage.',
      beingDone: 'Nothing more happens with it until it becomes final.',
      youCan: 'Look through it again.',
    },
  },
  'next-invoice': {
    label: 'On the next bill',
    tone: 'neutral',
    engineer:
      'Issued or skipped: each line that differs becomes a pending item, below zero where something is given back.',
    operator: 'Nothing.',
    customer: {
      happened: 'A correction of your usage concerns an invoice that is already final.',
      meansForBill:
        'The invoice stays as it is. The difference comes on your next bill, below zero if you get something back.',
      beingDone: 'It is put on the next bill by itself.',
      youCan: nothingToDo,
    },
  },
  reissue: {
    label: 'Made anew',
    tone: 'attention',
    engineer: 'Issued: it is voided, and its periods are billed again once it is void.',
    operator: 'Nothing: void and reissue follow by themselves.',
    customer: {
      happened: 'An invoice was wrong, and is made anew.',
      meansForBill: 'The old one is cancelled. The new one counts in its place.',
      beingDone: 'You get the new one as soon as the old one is cancelled.',
      youCan: 'Please do not pay the old one.',
    },
  },
} as const satisfies Record<string, StateWords>;

/** An order to bill the periods of a void invoice again. */
export const reissue = {
  waiting: {
    label: 'Waits for the void',
    tone: 'waiting',
    engineer: 'The invoice is wanted void and is not yet; each run and scan of its clock looks again.',
    operator: 'Nothing: it is carried out once the void is confirmed.',
    customer: correctionTreatment.reissue.customer,
  },
  done: {
    label: 'Made anew',
    tone: 'good',
    engineer: 'The new revision is there, a draft for its review day.',
    operator: 'Nothing.',
    customer: {
      happened: 'This invoice was made anew.',
      meansForBill: 'The old one is cancelled. The new one counts in its place.',
      beingDone: 'The new one becomes final after its day of review.',
      youCan: 'Look through the new one.',
    },
  },
  refused: {
    label: 'Not made anew',
    tone: 'attention',
    engineer:
      'The order was refused when it was to be carried out: `endReason` says why, mostly that it was paid meanwhile.',
    operator: 'Put right what is wrong by a credit note or a correction instead.',
    customer: {
      happened:
        'This invoice was to be made anew, and stays as it is, because it was paid meanwhile or could not be cancelled.',
      meansForBill: 'The invoice counts as it is.',
      beingDone: 'If something on it is wrong, one of us puts that right in another way.',
      youCan: nothingToDo,
    },
  },
} as const satisfies Record<string, StateWords>;

/** Reasons for which an invoice waits for a person that are neither an error nor a failure. */
export const waitingReason = {
  held: {
    label: 'Stopped by a person',
    tone: 'attention',
    engineer: 'A person has answered `hold`: the draft is not issued, or the sync sends nothing more.',
    operator: 'Ask whoever has stopped it, then press "Release" or "Give up".',
    customer: {
      happened: 'One of us has stopped this invoice to look at it.',
      meansForBill: 'Nothing is to be paid for it until it goes on.',
      beingDone: 'One of us looks at it, and lets it go on when it is right.',
      youCan: nothingToDo,
    },
  },
} as const satisfies Record<string, StateWords>;

/** What became of an event that was sent. */
export const eventAnswer = {
  accepted: {
    label: 'Counted',
    tone: 'good',
    engineer: 'Stored, once.',
    operator: 'Nothing.',
    customer: {
      happened: 'The usage was taken.',
      meansForBill: 'It counts on the bill of the period in which it happened.',
      beingDone: 'It shows in your usage within a minute.',
      youCan: nothingToDo,
    },
  },
  duplicate: {
    label: 'Known already',
    tone: 'good',
    engineer: 'An event with this source, id and content is stored; nothing was written.',
    operator: 'Nothing.',
    customer: {
      happened: 'The same usage was reported before.',
      meansForBill: 'It counts once.',
      beingDone: 'Nothing: it is there already.',
      youCan: nothingToDo,
    },
  },
  conflict: {
    label: 'Differs from before',
    tone: 'bad',
    engineer: 'An event with this source and id and other content is stored; it is never overwritten.',
    operator: 'If the stored one is wrong, correct it; a new event needs a new id.',
    customer: {
      happened: 'Usage with this id was reported before, with other content.',
      meansForBill: 'The usage that was reported first counts. What came now does not.',
      beingDone: 'Nothing: usage that is stored is never overwritten.',
      youCan: 'If what came first was wrong, tell us, and we correct it. New usage needs a new id.',
    },
  },
  rejected: {
    label: 'Not taken',
    tone: 'bad',
    engineer: 'The event is not of the documented form, or names what does not exist; the answer says what.',
    operator: 'Mend the sender, and send it again.',
    customer: {
      happened: 'The usage was not taken, for the reason that is named.',
      meansForBill: 'It is not billed.',
      beingDone: 'Nothing: it was turned down.',
      youCan: 'Correct what is named, and send it again.',
    },
  },
} as const satisfies Record<string, StateWords>;
