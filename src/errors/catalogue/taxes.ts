import type { Catalogued } from '../catalogued.ts';
import { nothingToDo, operatorsOnly, refused } from '../words/shared.ts';

/** Taxes. */
export const taxErrors = {
  'tax-invalid': {
    status: 422,
    title: 'What is said of taxes is not of the documented form.',
    customer: refused,
    mend: 'Correct the named field.',
  },
  'tax-rate-unknown': {
    status: 422,
    title: 'There is no tax rate with this key that can be given to anything new.',
    customer: operatorsOnly,
    mend: 'Create the rate first, or correct the key; GET /v1/tax-rates lists those that are there.',
  },
  'tax-unavailable': {
    status: 503,
    title: 'It is not known which taxes are on the invoice, and it is not issued without.',
    customer: {
      happened: 'The taxes on your invoice are not known yet.',
      meansForBill: 'It becomes final a little later, with the right taxes. Nothing is to be paid yet.',
      beingDone: 'We ask again by ourselves until the answer is there.',
      youCan: nothingToDo,
    },
    mend: 'An outside tax engine is asked again by the next due scan, which then issues it. If it stays so, look at the engine and at TAX_ENGINE_URL of the workers.',
  },
  'tax-id-invalid': {
    status: 422,
    title: 'The tax id does not have the form of its kind.',
    customer: {
      happened: 'The tax number does not have the form that such numbers have.',
      meansForBill: 'Until there is a valid one, your bills are taxed as they are now.',
      beingDone: 'Nothing was stored.',
      youCan: 'Compare it with the document that it comes from, letter by letter, and enter it again.',
    },
    mend: 'Compare the number with the document that it comes from; digits that check the others are counted too.',
  },
  'tax-rounding-fixed': {
    status: 409,
    title: 'How taxes are rounded was settled when the first invoice was issued.',
    customer: operatorsOnly,
    mend: 'Keep the rounding: every invoice says which one it was written with, and all of them have the same.',
  },
} as const satisfies Record<string, Catalogued>;
