import type { Catalogued } from '../catalogued.ts';
import { operatorsOnly, refused } from '../words/shared.ts';

/** Customers, their subscriptions and clocks, and the runs that bill them. */
export const customerErrors = {
  'clock-unknown': {
    status: 422,
    title: 'There is no clock with this name.',
    customer: operatorsOnly,
    mend: 'Create the test clock first (POST /v1/clocks), or leave the clock out to use the real one.',
  },
  'plan-unknown': {
    status: 422,
    title: 'There is no plan with this key.',
    customer: refused,
    mend: 'Apply the plan file that defines it first, or correct the key.',
  },
  'subscription-refused': {
    status: 422,
    title: 'The subscription cannot be changed like this.',
    customer: {
      happened: 'Your subscription cannot be changed like this.',
      meansForBill: 'Nothing was changed: your bill is as it was.',
      beingDone: 'Nothing more happens with it.',
      youCan: 'Choose another day or another change. The message says what stands in the way.',
    },
    mend: 'Read the subscription, and choose another instant or another change.',
  },
  'customer-erased': {
    status: 409,
    title: 'The personal data of this customer was erased; nothing new is taken for it.',
    customer: {
      happened: 'This account was closed, and its personal data was erased.',
      meansForBill: 'Nothing new is billed to it. Earlier invoices are kept as long as the law asks for it.',
      beingDone: 'Nothing more is taken for this account.',
      youCan: 'Ask us for a new account if you want to come back.',
    },
    mend: 'Create the customer anew, under another external id, if it comes back.',
  },
  'erasure-refused': {
    status: 409,
    title: 'The customer cannot be erased yet: not all is over with it.',
    customer: {
      happened:
        'Your data cannot be erased yet: something between us is still open, such as a running subscription or an unpaid invoice.',
      meansForBill: 'What is open is billed as usual.',
      beingDone: 'Nothing was erased. We keep your data as it is until all is settled.',
      youCan: 'Settle what the message names, then ask again.',
    },
    mend: 'End what is named, then ask for the erasure again.',
  },
  'wallet-refused': {
    status: 422,
    title: 'The wallet cannot take this.',
    customer: operatorsOnly,
    mend: 'Do what the reason says instead.',
  },
  'run-refused': {
    status: 422,
    title: 'The run cannot be started for this instant on this clock.',
    customer: operatorsOnly,
    mend: 'Choose another instant or another clock.',
  },
  'dunning-policy-invalid': {
    status: 422,
    title: 'The policy of dunning cannot be carried out like this.',
    customer: operatorsOnly,
    mend: 'Put the steps in the order of their days, with the write-off as the last; docs/dunning.md has examples.',
  },
  'message-refused': {
    status: 409,
    title: 'The mail is not in a state in which this can be done.',
    customer: operatorsOnly,
    mend: 'Read the mail first; only what has failed, is unknown or was left out can be sent again.',
  },
} as const satisfies Record<string, Catalogued>;
