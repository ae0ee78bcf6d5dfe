import type { StateWords } from './reader.ts';
import { nothingToDo } from './shared.ts';

/** Whether a person sees the pages of a customer. */
export const user = {
  invited: {
    label: 'Invited',
    tone: 'waiting',
    engineer: 'The user has not signed in yet.',
    operator: 'Nothing. They come in by their address, with or without the invitation.',
    customer: {
      happened: 'This person may see your bills, and has not signed in yet.',
      meansForBill: 'Your bill is not touched by it.',
      beingDone: 'We wait until they sign in by their e-mail address.',
      youCan: 'Tell them to look into their mailbox, or to ask for a link on the page to sign in.',
    },
  },
  active: {
    label: 'Active',
    tone: 'good',
    engineer: 'The user has signed in at least once and is not disabled.',
    operator: 'Nothing.',
    customer: {
      happened: 'This person sees your bills.',
      meansForBill: 'Your bill is not touched by it.',
      beingDone: 'They get a link to sign in whenever they ask for one.',
      youCan: nothingToDo,
    },
  },
  disabled: {
    label: 'Kept out',
    tone: 'neutral',
    engineer: 'The user was disabled: no session and no link of theirs works.',
    operator: 'Set them active again if they are to come back.',
    customer: {
      happened: 'This person does not see your bills any more.',
      meansForBill: 'Your bill is not touched by it.',
      beingDone: 'They were signed out everywhere, and get no more links.',
      youCan: 'Let them in again at any time.',
    },
  },
} as const satisfies Record<string, StateWords>;
