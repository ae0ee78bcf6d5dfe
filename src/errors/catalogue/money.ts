import type { Catalogued } from '../catalogued.ts';
import { operatorsOnly } from '../words/shared.ts';

/** Coupons, credit notes, and the money that comes in and goes back. */
export const moneyErrors = {
  'coupon-invalid': {
    status: 422,
    title: 'The coupon is not of the documented form.',
    customer: operatorsOnly,
    mend: 'Correct the named field of the coupon.',
  },
  'coupon-refused': {
    status: 422,
    title: 'The coupon cannot be redeemed by this customer.',
    customer: {
      happened: 'This coupon cannot be used any more, or not by you.',
      meansForBill: 'Your bill stays as it was, without it.',
      beingDone: 'Nothing more happens with it.',
      youCan: 'Check its name and until when it can be used, or ask whoever gave it to you.',
    },
    mend: 'Read the coupon for its limits; another one can be made with other limits.',
  },
  'credit-note-refused': {
    status: 422,
    title: 'The credit note cannot be issued like this.',
    customer: operatorsOnly,
    mend: 'Ask for a preview, which says what is left to credit, and name less.',
  },
  'collection-refused': {
    status: 409,
    title: 'The invoice cannot be collected like this now.',
    customer: {
      happened: 'This invoice cannot be paid like this now.',
      meansForBill: 'What you owe is unchanged.',
      beingDone: 'Nothing was charged.',
      youCan: 'Load the page again: it shows what is open, and how it can be paid.',
    },
    mend: 'Read the invoice and GET /v1/invoices/{id}/payments, and choose another way to collect it.',
  },
  'payment-refused': {
    status: 422,
    title: 'The payment cannot be recorded like this.',
    customer: operatorsOnly,
    mend: 'Compare it with what is open of the invoice at GET /v1/invoices/{id}/payments.',
  },
  'refund-refused': {
    status: 422,
    title: 'So much cannot be given back this way.',
    customer: operatorsOnly,
    mend: 'See at GET /v1/invoices/{id}/payments what has come in and gone back, and by which way.',
  },
} as const satisfies Record<string, Catalogued>;
