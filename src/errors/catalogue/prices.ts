import type { Catalogued } from '../catalogued.ts';
import { nothingToDo, operatorsOnly, refused } from '../words/shared.ts';

/** Money, periods, meters, prices and plans. */
export const priceErrors = {
  'currency-unknown': {
    status: 422,
    title: 'The currency is not a current ISO 4217 code.',
    customer: refused,
    mend: 'Use a three-letter code such as USD, EUR or JPY.',
  },
  'amount-out-of-range': {
    status: 422,
    title: 'The amount does not fit 64 bits of minor units.',
    customer: {
      happened: 'The amount is too large to be billed.',
      meansForBill: 'It is on no bill.',
      beingDone: 'Nothing more happens with it.',
      youCan: 'Check the quantity for a slipped decimal point.',
    },
    mend: 'Check the price and the quantity for slipped decimals.',
  },
  'currency-mismatch': {
    status: 422,
    title: 'Amounts of two currencies cannot be added.',
    customer: refused,
    mend: 'Keep to one currency on one invoice; nothing is converted silently.',
  },
  'decimal-invalid': {
    status: 422,
    title: 'The value is not a plain decimal number.',
    customer: refused,
    mend: 'Write it as a string of digits with at most one point, such as "0.0125".',
  },
  'zone-unknown': {
    status: 422,
    title: 'The time zone is not in the IANA database.',
    customer: refused,
    mend: 'Use a name such as America/New_York or UTC.',
  },
  'period-span-too-long': {
    status: 422,
    title: 'The subscription spans more periods than one request may lay out.',
    customer: refused,
    mend: 'Check the year of the start; at most 1,200 periods are laid out at once.',
  },
  'interval-invalid': {
    status: 422,
    title: 'The billing interval is not one that there is.',
    customer: refused,
    mend: 'Use week, month, quarter, half_year or year, and a count from 1 to 24.',
  },
  'timeline-invalid': {
    status: 422,
    title: 'The times of the subscription do not fit together.',
    customer: refused,
    mend: 'Correct the named time: phases in order, the first by the start of billing, pauses that end after they begin.',
  },
  'price-invalid': {
    status: 422,
    title: 'The price cannot be computed as written.',
    customer: refused,
    mend: 'Correct the named field of the price.',
  },
  'preview-invalid': {
    status: 422,
    title: 'What is to be previewed is not of the documented form.',
    customer: {
      happened: 'This bill cannot be worked out as it was described.',
      meansForBill: 'Nothing was changed: your real bill is as it was.',
      beingDone: 'Nothing more happens with it.',
      youCan: 'Correct the field that is named, and try again.',
    },
    mend: 'Correct the named field; /openapi.json describes each.',
  },
  'meter-invalid': {
    status: 422,
    title: 'The meter is not of the documented form.',
    customer: operatorsOnly,
    mend: 'Correct the named field of the meter.',
  },
  'meter-changed': {
    status: 409,
    title: 'A meter of this key is already stored with another definition.',
    customer: operatorsOnly,
    mend: 'Give the new definition a new key; bills written with the old one must stay recomputable.',
  },
  'plan-invalid': {
    status: 422,
    title: 'The plan is not of the documented form.',
    customer: operatorsOnly,
    mend: 'Correct the named field of the plan.',
  },
  'quantity-negative': {
    status: 422,
    title: 'The quantity of the period is negative.',
    customer: {
      happened: 'A quantity on your bill is below zero, which cannot be right.',
      meansForBill: 'Your invoice waits. Nothing is to be paid yet.',
      beingDone: 'One of us looks at the usage behind it.',
      youCan: nothingToDo,
    },
    mend: 'Look at the events of the meter for negative values. Where they are meant, the price says belowZero: "zero" (nobody is paid), or its meter negatives: "skipped".',
  },
} as const satisfies Record<string, Catalogued>;
