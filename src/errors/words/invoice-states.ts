import { invoiceStanding as standing } from './invoice-standing.ts';
import type { StateWords } from './reader.ts';
import { nothingToDo } from './shared.ts';

/** How far an invoice is on its way from a draft to its end. */
export const invoiceLifecycle = {
  draft: standing.draft,
  held: standing.held,
  issued: {
    label: 'Final',
    tone: 'neutral',
    engineer: 'It has a number, and a trigger refuses every change of its facts.',
    operator: 'Nothing. What is wrong on it is put right by a credit note, a correction, or a void and a reissue.',
    customer: {
      happened: 'This invoice is final and has its number.',
      meansForBill: 'Its amounts do not change any more.',
      beingDone: 'It is handed to our payment service, and collected as agreed.',
      youCan: 'Pay it by the day that is shown, or tell us if something on it is wrong.',
    },
  },
  skipped: standing.skipped,
  void: standing.void,
} as const satisfies Record<string, StateWords>;

/** How far it is paid. */
export const invoicePayment = {
  none: {
    label: 'No payment yet',
    tone: 'neutral',
    engineer: 'It is no issued invoice, so that nothing can be paid.',
    operator: 'Nothing.',
    customer: {
      happened: 'Nothing is to be paid for this invoice now.',
      meansForBill: 'You owe nothing for it at the moment.',
      beingDone: 'A draft becomes payable once it is final. Others never do.',
      youCan: nothingToDo,
    },
  },
  unpaid: {
    label: 'Unpaid',
    tone: 'attention',
    engineer: 'Issued, and nothing has come in.',
    operator: 'Nothing at first: it is charged or reminded of as the settings say.',
    customer: {
      happened: 'We have not seen a payment for this invoice.',
      meansForBill: 'The amount is still to be paid.',
      beingDone: 'We wait for your payment. If you have asked us to, we charge your saved payment method.',
      youCan: 'Pay it on its payment page, unless your saved payment method is charged.',
    },
  },
  processing: standing['payment-processing'],
  partly_paid: standing['partly-paid'],
  paid: standing.paid,
  uncollectible: standing['closed-unpaid'],
} as const satisfies Record<string, StateWords>;

/** How far it is on its way to the target. */
export const invoiceSync = {
  none: {
    label: 'Not sent',
    tone: 'neutral',
    engineer: 'Not issued, or never to be sent.',
    operator: 'Nothing.',
    customer: {
      happened: 'This invoice was not sent yet, because it is not final.',
      meansForBill: 'Nothing is to be paid for it now.',
      beingDone: 'A draft is sent once it is final.',
      youCan: nothingToDo,
    },
  },
  pending: {
    ...standing['on-its-way'],
    label: 'To be sent',
    engineer:
      'Issued; its message is not confirmed by RabbitMQ yet. The due scan sends it again after an hour of silence.',
  },
  queued: {
    ...standing['on-its-way'],
    label: 'Queued',
    engineer: 'Its message waits in RabbitMQ, or its sync for a free slot.',
  },
  syncing: {
    ...standing['on-its-way'],
    label: 'Being sent',
    engineer: 'Its `syncInvoice` has a slot and is bringing it to the target.',
  },
  backing_off: standing['tried-again'],
  parked: standing['waits-for-us'],
  synced: {
    label: 'Sent',
    tone: 'good',
    engineer: "The target's copy was found equal to the books, at `syncedAt`.",
    operator: 'Nothing.',
    customer: {
      happened: 'Our payment service has this invoice.',
      meansForBill: 'Its amounts are the same there, to the last cent.',
      beingDone: 'We compare the two again every night.',
      youCan: 'Pay it there, on its payment page, if it is not paid yet.',
    },
  },
} as const satisfies Record<string, StateWords>;

/** What the target is to have of it. */
export const invoiceWanted = {
  final: {
    label: 'To be collected',
    tone: 'neutral',
    engineer: 'The books want a final copy at the target.',
    operator: 'Nothing.',
    customer: {
      happened: 'This invoice counts.',
      meansForBill: 'What is open of it is to be paid once it is final.',
      beingDone: 'It is sent and collected as agreed.',
      youCan: nothingToDo,
    },
  },
  void: standing['being-cancelled'],
} as const satisfies Record<string, StateWords>;

/** Why an invoice is sent although its customer is to be charged. */
export const collectionFallback = {
  'no-payment-method': {
    label: 'No saved payment method',
    tone: 'attention',
    engineer: 'The collection is `charge_automatically`, and the customer had saved nothing at the first sync.',
    operator: 'Send the customer a page to save a payment method; `collect` then charges this invoice too.',
    customer: {
      happened: 'This invoice was to be charged to a saved payment method, and there was none.',
      meansForBill: 'The amount is still to be paid. Nothing was charged.',
      beingDone: 'We have sent it to you to be paid by hand instead.',
      youCan: 'Pay it on its payment page, and save a payment method for those to come.',
    },
  },
} as const satisfies Record<string, StateWords>;

/** What is known of the usage that a line bills. */
export const usageState = {
  usage: {
    label: 'Measured',
    tone: 'good',
    engineer: 'Events of the meter were read, and none of its usual sources was silent at the end of the period.',
    operator: 'Nothing.',
    customer: {
      happened: 'Usage was reported for this line.',
      meansForBill: 'It is billed by what was measured.',
      beingDone: 'Nothing more happens with it.',
      youCan: 'Open the line to see every event that was counted.',
    },
  },
  'no-usage': {
    label: 'No usage',
    tone: 'neutral',
    engineer: 'No events, and no usual source was silent: nothing was used.',
    operator: 'Nothing.',
    customer: {
      happened: 'Nothing was used in this period.',
      meansForBill: 'Only what is charged without usage is on the bill.',
      beingDone: 'Nothing more happens with it.',
      youCan: 'Tell us if you did use something.',
    },
  },
  'no-data': {
    label: 'Data may be missing',
    tone: 'attention',
    engineer: 'A source that usually sends for the customer was silent at the end of the period; `dataGaps` names it.',
    operator: 'Ask whoever runs the source that is named. What comes late joins a draft; after that, correct it.',
    customer: {
      happened: 'Something that usually reports your usage has fallen silent.',
      meansForBill: 'Some of your usage may be missing here. If it is reported later, it is billed later, once.',
      beingDone: 'We show which source is silent, and since when, and take up what it still sends.',
      youCan: 'If it is a system of yours, check that it is running and sends.',
    },
  },
  unknown: {
    label: 'Being counted',
    tone: 'waiting',
    engineer: 'No events, and whether a source is silent is not counted yet: the rollup runs each minute.',
    operator: 'Nothing: it is known within minutes. If it stays, see whether `rollUpUsage` runs.',
    customer: {
      happened: 'We are still counting what came in for this line.',
      meansForBill: 'The amount may still change.',
      beingDone: 'The count is made each minute.',
      youCan: 'Look again in some minutes.',
    },
  },
} as const satisfies Record<string, StateWords>;
