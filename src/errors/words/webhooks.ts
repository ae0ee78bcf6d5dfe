import type { SubjectWords } from './reader.ts';
import { nothingToDo } from './shared.ts';

const untouched = 'Your bill is not touched by it.';

export const webhookEndpoint = {
  enabled: {
    label: 'Enabled',
    tone: 'good',
    engineer: 'Events of the chosen types are delivered to it.',
    operator: 'It is told of what happens.',
    customer: {
      happened: 'Your program is told of what happens.',
      meansForBill: untouched,
      beingDone: 'We send it a message each time.',
      youCan: 'Disable it or remove it when it is not used any more.',
    },
  },
  disabled: {
    label: 'Disabled',
    tone: 'neutral',
    engineer:
      'Nothing is delivered to it; disabledBecause says why. Where it was given up, deliveries are kept as failed, for 30 days.',
    operator: 'It is told of nothing until somebody enables it. Then send again what has failed.',
    customer: {
      happened: 'Your program is not told of what happens.',
      meansForBill: untouched,
      beingDone: 'Nothing is sent to it. If we gave it up, what happens is kept for 30 days.',
      youCan: 'Enable it when your program works again, and have sent again what has failed.',
    },
  },
} as const satisfies SubjectWords;

export const webhookDelivery = {
  pending: {
    label: 'On its way',
    tone: 'waiting',
    engineer: 'It waits for its first or next attempt at nextAt.',
    operator: 'It is sent in a moment, or tried again later.',
    customer: {
      happened: 'A message to your program is on its way.',
      meansForBill: untouched,
      beingDone: 'We try until your program takes it, for three days at the most.',
      youCan: nothingToDo,
    },
  },
  delivered: {
    label: 'Delivered',
    tone: 'good',
    engineer: 'The endpoint answered with a status from 200 to 299.',
    operator: 'The receiver has it.',
    customer: {
      happened: 'Your program has taken the message.',
      meansForBill: untouched,
      beingDone: 'Nothing more happens with it.',
      youCan: 'Send it again if your program has lost it.',
    },
  },
  failed: {
    label: 'Failed',
    tone: 'bad',
    engineer: 'Every attempt of three days failed, or the endpoint was disabled; reason says how the last one ended.',
    operator: 'The receiver does not have it. Send it again when the receiver works.',
    customer: {
      happened: 'Your program did not take the message.',
      meansForBill: untouched,
      beingDone: 'We have stopped trying.',
      youCan: 'Mend your program, and then have the message sent again.',
    },
  },
} as const satisfies SubjectWords;
