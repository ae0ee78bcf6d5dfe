import type { Catalogued } from '../catalogued.ts';
import { operatorsOnly, refused } from '../words/shared.ts';

/** Who may come in, and what they may do. */
export const accessErrors = {
  'session-invalid': {
    status: 401,
    title: 'The session is over.',
    customer: {
      happened: 'You have been signed out.',
      meansForBill: 'Your bill is not touched by it.',
      beingDone: 'Nothing: a sign-in ends by itself after a while, and wherever it was ended by hand.',
      youCan: 'Please sign in again.',
    },
    mend: 'Sign in again.',
  },
  'csrf-refused': {
    status: 403,
    title: 'The change was not sent by a page of Durabill.',
    customer: {
      happened: 'We could not tell that this came from you.',
      meansForBill: 'Nothing was changed: your bill is as it was.',
      beingDone: 'Nothing more happens with it: no other site may change anything in your name.',
      youCan: 'Load the page again, and try once more.',
    },
    mend: 'Send the `csrfToken` of GET /v1/session in the header x-csrf-token, from a page at the same address.',
  },
  'sign-in-refused': {
    status: 401,
    title: 'The sign-in was refused.',
    customer: operatorsOnly,
    mend: 'Check the e-mail address, the password and the code.',
  },
  'sign-in-throttled': {
    status: 429,
    title: 'There were too many attempts to sign in.',
    customer: {
      happened: 'There were too many attempts to sign in.',
      meansForBill: 'Your bill is not touched by it.',
      beingDone: 'We make everybody wait for a little while, so that nobody can guess their way in.',
      youCan: 'Please wait a few minutes, then try again. Mails that were sent already still work.',
    },
    mend: 'Wait for as many seconds as the header Retry-After says.',
  },
  'link-invalid': {
    status: 410,
    title: 'The link is used up, too old, or none of ours.',
    customer: {
      happened: 'This link does not work any more.',
      meansForBill: 'Your bill is not touched by it.',
      beingDone: 'Nothing: each link works once, and only for a short time.',
      youCan: 'Ask for a new link on the page to sign in.',
    },
    mend: 'Ask for a new link: each works once, and for a short time.',
  },
  'mail-unavailable': {
    status: 503,
    title: 'No mail is sent from here, so nobody can sign in by one.',
    customer: {
      happened: 'We cannot send mails at the moment.',
      meansForBill: 'Your bill is not touched by it.',
      beingDone: 'Whoever runs this service has to set it up first.',
      youCan: 'Ask the company that bills you for another way to sign in.',
    },
    mend: 'Set SMTP_URL and MAIL_FROM of the API.',
  },
  'password-refused': {
    status: 422,
    title: 'The password is not one that is taken.',
    customer: operatorsOnly,
    mend: 'Choose one of at least 12 characters that is not among the commonest.',
  },
  'access-refused': {
    status: 409,
    title: 'The change would leave nobody who can manage access, or is made already.',
    customer: refused,
    mend: 'Read who has access first; make somebody else an admin if it is the last one.',
  },
} as const satisfies Record<string, Catalogued>;
