import type { Catalogued } from '../catalogued.ts';
import { away, insideOnly, nothingToDo, ourFault, refused } from '../words/shared.ts';

/** Requests of any kind. */
export const requestErrors = {
  'request-invalid': {
    status: 400,
    title: 'The request does not have the documented form.',
    customer: refused,
    mend: 'Compare the named field with the schema at /openapi.json.',
  },
  'request-too-large': {
    status: 413,
    title: 'The request body is larger than the limit.',
    customer: refused,
    mend: 'A batch has at most 1,000 events; a batch, a preview, a correction of usage and plans at most 4 MiB, every other body 64 KiB.',
  },
  'media-type-unsupported': {
    status: 415,
    title: 'The content type is not one that this address takes.',
    customer: refused,
    mend: 'Send application/json.',
  },
  'request-timeout': {
    status: 408,
    title: 'The request did not arrive whole in time.',
    customer: {
      happened: 'What you sent did not reach us whole.',
      meansForBill: 'Nothing was changed: your bill is as it was.',
      beingDone: 'Nothing more happens with it.',
      youCan: 'Please send it again.',
    },
    mend: 'Send the request again, whole within 30 seconds.',
  },
  'headers-too-large': {
    status: 431,
    title: 'The address and headers of the request are larger than 16 KiB.',
    customer: refused,
    mend: 'Shorten the address, and leave out headers and cookies that are not for Durabill.',
  },
  'expectation-unsupported': {
    status: 417,
    title: 'The request expects what this server cannot do.',
    customer: refused,
    mend: 'Leave the header Expect out, or send "100-continue".',
  },
  'not-found': {
    status: 404,
    title: 'Nothing was found at this address.',
    customer: {
      happened: 'We could not find what you asked for.',
      meansForBill: 'Your bill is not touched by it.',
      beingDone: 'Nothing: there is nothing at this address that we could show you.',
      youCan: 'Check the address, or go back to the overview. If a link of ours led here, please tell us.',
    },
    mend: 'Check the address and the id.',
  },
  'method-not-allowed': {
    status: 405,
    title: 'This address does not take this method.',
    customer: refused,
    mend: 'Use one of the methods in the Allow header.',
  },
  conflict: {
    status: 409,
    title: 'The request contradicts what is already stored.',
    customer: {
      happened: 'What was asked for does not fit what is already stored.',
      meansForBill: 'Nothing was changed: your bill is as it was.',
      beingDone: 'Nothing more happens with it.',
      youCan: 'Load the page again to see what is stored now, then decide anew.',
    },
    mend: 'Read the stored object first; use another key if a new one is meant.',
  },
  'key-missing': {
    status: 401,
    title: 'No API key was sent.',
    customer: {
      happened: 'We do not know who you are yet.',
      meansForBill: 'Your bill is not touched by it.',
      beingDone: 'Nothing: we show bills only to those whom they are for.',
      youCan: 'Please sign in.',
    },
    mend: 'Send the header "Authorization: Bearer <API key>".',
  },
  'key-invalid': {
    status: 401,
    title: 'The API key is unknown or revoked.',
    customer: {
      happened: 'Your sign-in, or the key that you used, is not valid any more.',
      meansForBill: 'Your bill is not touched by it.',
      beingDone: 'Nothing: we show bills only to those whom they are for.',
      youCan: 'Please sign in again, or use another key.',
    },
    mend: 'Check the key for missing characters or ask an operator for a new one.',
  },
  'scope-missing': {
    status: 403,
    title: 'The API key lacks the scope that this call needs.',
    customer: {
      happened: 'You do not have access to this.',
      meansForBill: 'Your bill is not touched by it.',
      beingDone: 'Nothing was done.',
      youCan: 'Ask whoever manages your account for access.',
    },
    mend: 'Ask an operator for a key with the named scope.',
  },
  'webhook-refused': {
    status: 400,
    title: 'The delivery is not a signed event of the Stripe account.',
    customer: insideOnly,
    mend: 'Compare STRIPE_WEBHOOK_SECRET with the signing secret of the endpoint, and pass the raw body on unchanged.',
  },
  internal: {
    status: 500,
    title: 'Something failed on our side.',
    customer: ourFault,
    mend: 'Try again; if it lasts, look in the log for the request id.',
  },
  unavailable: {
    status: 503,
    title: 'A part that this call needs cannot be reached.',
    customer: away,
    mend: 'See /readyz for the part that is away.',
  },
  paused: {
    status: 503,
    title: 'Everything is paused: nothing is issued, nothing is sent to Stripe.',
    customer: {
      happened: 'We have paused billing for a moment.',
      meansForBill: 'Your invoice comes a little later. Its amounts do not change by that.',
      beingDone: 'We are mending the cause, and go on as soon as it is gone.',
      youCan: nothingToDo,
    },
    mend: 'See why at GET /v1/pauses; end the pause when the cause is gone.',
  },
} as const satisfies Record<string, Catalogued>;
