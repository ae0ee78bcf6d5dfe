import type { Catalogued } from '../catalogued.ts';
import { beingChecked, nothingToDo, operatorsOnly } from '../words/shared.ts';

/** Invoices: what holds a draft, what cannot be done to one, and their documents. */
export const invoiceErrors = {
  'plan-currency-mismatch': {
    status: 422,
    title: 'The invoice, its customer and its plans are not all in one currency.',
    customer: beingChecked,
    mend: 'Void the draft, and subscribe the customer to plans in its own currency; nothing is converted silently.',
  },
  'invoice-lines-too-many': {
    status: 422,
    title: 'The invoice has more lines than one may have.',
    customer: beingChecked,
    mend: 'Void the draft and put the subscriptions into several billing groups.',
  },
  'usage-price-missing': {
    status: 422,
    title: 'The customer has usage that a meter counts and no price of its plans bills.',
    customer: {
      happened: 'A part of your usage needs a look before your invoice becomes final.',
      meansForBill: 'The invoice may still change. Nothing is to be paid yet.',
      beingDone: 'One of us looks at it, and decides whether that usage is billed.',
      youCan: nothingToDo,
    },
    mend: 'Release the draft to let that usage go unbilled; a price of 0 in the plan says so for good.',
  },
  'usage-meter-missing': {
    status: 422,
    title: 'The customer has usage of a type that no meter knows.',
    customer: {
      happened: 'You reported usage of a kind that we do not measure.',
      meansForBill: 'It is not billed.',
      beingDone: 'It was noted, and one of us can see it.',
      youCan: 'If you did not expect that, check the name of what you report, or ask us.',
    },
    mend: 'Nothing is held for it. If it was to be billed, look for a mistyped event type at the sender, or add a meter.',
  },
  'invoice-total-above-bound': {
    status: 422,
    title: 'The total is above the bound that was set for its currency.',
    customer: beingChecked,
    mend: 'Look at the lines. Release the draft if it is right; the bound is DURABILL_HOLD_TOTAL_ABOVE.',
  },
  'invoice-total-jump': {
    status: 422,
    title: 'The total is many times what the customer’s last periods were over.',
    customer: beingChecked,
    mend: 'Compare the usage with the periods before. Release the draft if it is right; the factor is DURABILL_HOLD_JUMP_FACTOR.',
  },
  'stripe-amount-unsupported': {
    status: 422,
    title: 'Stripe cannot carry this amount in its currency.',
    customer: {
      happened: 'An amount on your invoice is one that our payment service cannot take.',
      meansForBill: 'Nothing is to be paid until it is put right.',
      beingDone: 'One of us puts it right, and you get a correct invoice.',
      youCan: nothingToDo,
    },
    mend: 'Void the invoice and reissue it with prices that give amounts which Stripe takes in this currency.',
  },
  'invoice-deleted-at-stripe': {
    status: 422,
    title: 'The draft of the invoice at Stripe was deleted before this database was restored.',
    customer: beingChecked,
    mend: 'Abandon it if it was given up after the backup. If it is to be billed all the same, try it again, or release its draft.',
  },
  'period-already-invoiced': {
    status: 409,
    title: 'An issued invoice already covers this customer, currency, group and period.',
    customer: {
      happened: 'A part of your usage is still to be billed.',
      meansForBill: 'It comes on an invoice of its own, or on a corrected one. Nothing is billed twice.',
      beingDone: 'One of us settles how.',
      youCan: nothingToDo,
    },
    mend: 'Put the subscription into a billing group of its own, or void and reissue the invoice.',
  },
  'reissue-refused': {
    status: 409,
    title: 'The invoice cannot be reissued.',
    customer: operatorsOnly,
    mend: 'Void the invoice first; what was paid or bills no period is not reissued.',
  },
  'void-refused': {
    status: 409,
    title: 'The invoice cannot be voided.',
    customer: operatorsOnly,
    mend: 'Do what the reason says instead.',
  },
  'terms-refused': {
    status: 409,
    title: 'The terms of an invoice that is no draft cannot be changed.',
    customer: operatorsOnly,
    mend: "Void the invoice and bill anew with the right terms, or change the customer's billing profile for those to come.",
  },
  'item-billed': {
    status: 409,
    title: 'The pending item cannot be taken away.',
    customer: operatorsOnly,
    mend: 'Put an item of the same amount below zero beside it, or credit it once its invoice is issued.',
  },
  'document-too-long': {
    status: 422,
    title: 'The invoice has more lines than a document may have.',
    customer: {
      happened: 'This invoice has too many lines for one document.',
      meansForBill: 'The invoice itself is complete and valid.',
      beingDone: 'Nothing more happens with it.',
      youCan: 'Read its lines on its page here.',
    },
    mend: 'Read its lines at /v1/invoices/{id}.',
  },
  'document-failed': {
    status: 500,
    title: 'The document could not be made.',
    customer: {
      happened: 'The document could not be made.',
      meansForBill: 'The invoice itself is not touched, and nothing is lost.',
      beingDone: 'The failure was written down, so that we can find its cause.',
      youCan: 'Please try again in a moment. If it fails again, tell us.',
    },
    mend: 'Look in the log for the request id: what the typesetter said stands there. The invoice itself is not touched.',
  },
  'document-absent': {
    status: 404,
    title: 'There is no document of this invoice.',
    customer: {
      happened: 'There is no document, because there was nothing to pay for this period.',
      meansForBill: 'Nothing is to be paid.',
      beingDone: 'Nothing more happens with it.',
      youCan: nothingToDo,
    },
    mend: 'An invoice that was skipped is over nothing; read it at /v1/invoices/{id}.',
  },
} as const satisfies Record<string, Catalogued>;
