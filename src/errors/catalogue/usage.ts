import type { Catalogued } from '../catalogued.ts';
import { operatorsOnly, refused } from '../words/shared.ts';

/** Events and their corrections. */
export const usageErrors = {
  'event-invalid': {
    status: 422,
    title: 'The event is not of the documented form.',
    customer: refused,
    mend: 'Compare the named field with the event at /openapi.json.',
  },
  'event-customer-unknown': {
    status: 422,
    title: 'The event names a customer that does not exist.',
    customer: {
      happened: 'Usage was reported for an account that does not exist.',
      meansForBill: 'It is on nobody’s bill.',
      beingDone: 'Nothing: it was turned down.',
      youCan: 'Check the name of the account, and send the usage again.',
    },
    mend: 'Create the customer first, or correct the name.',
  },
  'event-too-early': {
    status: 422,
    title: 'The event is dated before the oldest month that is taken.',
    customer: {
      happened: 'Usage was reported for a month that lies too far back.',
      meansForBill: 'It is not billed.',
      beingDone: 'Nothing: it was turned down.',
      youCan: 'Check the date of the usage. If it is right, tell us.',
    },
    mend: 'Check the unit and the zone of occurredAt.',
  },
  'usage-removed': {
    status: 410,
    title: 'The raw usage of this time was removed by the policy of retention.',
    customer: {
      happened: 'The single events of this time are not kept any more.',
      meansForBill: 'What was billed for them stays as it is, and can still be proved.',
      beingDone: 'Nothing: events are kept for some months, and then only what they add up to.',
      youCan: 'Look at the proof of the invoice. If you think that something is missing or wrong, tell us.',
    },
    mend: 'What was billed is proved at /v1/invoices/{id}/proof. What is owed beside it is billed by an item of its own or given back by a credit note.',
  },
  'event-too-late': {
    status: 422,
    title: 'The event is dated too far in the future.',
    customer: {
      happened: 'Usage was reported for a day that is still far ahead.',
      meansForBill: 'It is not billed.',
      beingDone: 'Nothing: it was turned down.',
      youCan: 'Check the date of the usage and the clock of the sender.',
    },
    mend: 'Check the unit and the zone of occurredAt and the clock of the sender.',
  },
  'event-conflict': {
    status: 409,
    title: 'An event with this source and id but other content is already stored.',
    customer: {
      happened: 'Usage with this id was reported before, with other content.',
      meansForBill: 'The usage that was reported first counts. What came now does not.',
      beingDone: 'Nothing: usage that is stored is never overwritten.',
      youCan: 'If what came first was wrong, tell us, and we correct it. New usage needs a new id.',
    },
    mend: 'Send a new id for a new event; stored events are never overwritten.',
  },
  'correction-invalid': {
    status: 422,
    title: 'The correction of usage cannot be made as it was asked for.',
    customer: operatorsOnly,
    mend: 'Correct the change that the field names, and preview again.',
  },
  'correction-too-large': {
    status: 422,
    title: 'The correction is larger than one that is previewed and applied at once.',
    customer: operatorsOnly,
    mend: 'Make several corrections of it: by customers, or by months.',
  },
  'correction-not-computable': {
    status: 422,
    title: 'An invoice that the correction changes cannot be computed.',
    customer: operatorsOnly,
    mend: 'Correct what the reason names, and preview again.',
  },
  'correction-moved': {
    status: 409,
    title: 'The data has moved since the correction was previewed, so that it would do something else now.',
    customer: operatorsOnly,
    mend: 'Preview it again, look at what it does now, and apply that.',
  },
  'correction-ended': {
    status: 409,
    title: 'The correction is over: it was applied, refused or discarded.',
    customer: operatorsOnly,
    mend: 'Preview a new one.',
  },
} as const satisfies Record<string, Catalogued>;
