import type { Catalogued } from '../catalogued.ts';
import { operatorsOnly, refused } from '../words/shared.ts';

const untouched = 'Your bill is not touched by it.';

/** Signing in, sessions, and who may manage them. */
export const accessErrors = {
  'session-invalid': {
    status: 401,
    title: 'The session is over.',
    customer: {
      happened: 'You have been signed out.',
      meansForBill: untouched,
      beingDone: 'Nothing: sessions end by themselves after a while, so that nobody else can use them.',
      youCan: 'Please sign in again.',
    },
    mend: 'Sign in again.',
  },
  'csrf-refused': {
    status: 403,
    title: 'The change was not sent by a page of Durabill.',
    customer: {
      happened: 'The page was open for too long, or the request did not come from one of our pages.',
      meansForBill: untouched,
      beingDone: 'Nothing was done.',
      youCan: 'Please load the page again, and try once more.',
    },
    mend: 'Send the `csrfToken` of GET /v1/session in the header x-csrf-token, from a page at the same address.',
  },
  'sign-in-refused': {
    status: 401,
    title: 'The sign-in was refused.',
    customer: {
      happened: 'We could not sign you in with what was typed.',
      meansForBill: untouched,
      beingDone: 'Nothing was done.',
      youCan: 'Please check what you have typed, and try again.',
    },
    mend: 'Check the e-mail address, the password and the code.',
  },
  'sign-in-throttled': {
    status: 429,
    title: 'There were too many attempts to sign in.',
    customer: {
      happened: 'There were too many attempts to sign in.',
      meansForBill: untouched,
      beingDone: 'We let some time pass before the next one, so that nobody can guess their way in.',
      youCan: 'Please wait a little, and try again.',
    },
    mend: 'Wait for as long as the header Retry-After says.',
  },
  'link-invalid': {
    status: 410,
    title: 'The link is used up, too old, or none of ours.',
    customer: {
      happened: 'This link does not work any more: each works once, and for a short time.',
      meansForBill: untouched,
      beingDone: 'Nothing was done.',
      youCan: 'Please ask for a new one.',
    },
    mend: 'Ask for a new link: each works once, and for a short time.',
  },
  'password-refused': {
    status: 422,
    title: 'The password is not one that is taken.',
    customer: operatorsOnly,
    mend: 'Choose one of at least 12 characters that is not among the commonest.',
  },
  'access-refused': {
    status: 409,
    title: 'The change would leave nobody who can manage access.',
    customer: refused,
    mend: 'Make somebody else an admin first.',
  },
} as const satisfies Record<string, Catalogued>;
