import type { Catalogued } from '../catalogued.ts';
import { refused } from '../words/shared.ts';

const untouched = 'Your bill is not touched by it.';

/** Keys, webhooks, and what makes requests safe to repeat. */
export const developerErrors = {
  'webhook-endpoint-refused': {
    status: 409,
    title: 'The webhook endpoint is not in a state for this.',
    customer: {
      happened: 'This cannot be done with this address of your program as it is.',
      meansForBill: untouched,
      beingDone: 'Nothing was changed.',
      youCan: 'Enable it first, or remove one that is not used any more.',
    },
    mend: 'Look at its state at GET /v1/webhook-endpoints/{id}; an owner has at most 20 endpoints.',
  },
  'api-key-refused': {
    status: 409,
    title: 'There are as many API keys as are taken.',
    customer: {
      happened: 'There are as many keys as we take.',
      meansForBill: untouched,
      beingDone: 'No key was made.',
      youCan: 'Revoke a key that is not used any more, and try again.',
    },
    mend: 'Revoke keys that are not used any more: a customer has at most 20, the business 200.',
  },
  'rate-limited': {
    status: 429,
    title: 'More requests came than this key or session may make.',
    customer: {
      happened: 'Too many requests came at once.',
      meansForBill: untouched,
      beingDone: 'Nothing of this request was done.',
      youCan: 'Please try again in a moment.',
    },
    mend: 'Wait as long as Retry-After says; the header RateLimit tells what is left.',
  },
  'precondition-failed': {
    status: 412,
    title: 'It has been changed since it was read.',
    customer: {
      happened: 'Somebody has changed this while you were looking at it.',
      meansForBill: untouched,
      beingDone: 'Your change was not made, so that theirs is not lost.',
      youCan: 'Look at it again, and then change it.',
    },
    mend: 'Read it again, and send its ETag as If-Match.',
  },
  'idempotency-key-invalid': {
    status: 400,
    title: 'The Idempotency-Key is not one.',
    customer: refused,
    mend: 'Send 1 to 255 printable characters of ASCII, such as a UUID.',
  },
  'idempotency-key-reused': {
    status: 422,
    title: 'The Idempotency-Key was sent with other content before.',
    customer: refused,
    mend: 'Make another key for another request; the same one is for the same request again.',
  },
  'idempotency-key-in-use': {
    status: 409,
    title: 'A request with this Idempotency-Key is being carried out.',
    customer: {
      happened: 'The same request is being carried out already.',
      meansForBill: untouched,
      beingDone: 'Nothing is done twice: the first request goes on.',
      youCan: 'Please wait a moment, and look at what came of it.',
    },
    mend: 'Wait a moment and send the same again: its answer is kept.',
  },
} as const satisfies Record<string, Catalogued>;
