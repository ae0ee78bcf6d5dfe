import type { CustomerWords } from './reader.ts';

export const nothingToDo = 'You need not do anything.';

/** What was sent was turned down, whoever sent it. */
export const refused: CustomerWords = {
  happened: 'What was asked for was not accepted.',
  meansForBill: 'Nothing was changed: your bill is as it was.',
  beingDone: 'Nothing more happens with it.',
  youCan: 'Correct what the message names, and try again.',
};

/** Something of ours broke. */
export const ourFault: CustomerWords = {
  happened: 'Something failed on our side.',
  meansForBill: 'Nothing is lost, and nothing is billed twice.',
  beingDone: 'The failure was written down, so that we can find its cause.',
  youCan: 'Please try again. If it fails again, tell us the number of the request that is shown with it.',
};

/** Something of ours is away for a moment. */
export const away: CustomerWords = {
  happened: 'We cannot answer right now.',
  meansForBill: 'Your bill is not touched by it, and nothing is lost.',
  beingDone: 'Our systems keep trying until everything is back.',
  youCan: 'Please try again in a moment.',
};

/** The invoice waits for a look of ours before it is final. */
export const beingChecked: CustomerWords = {
  happened: 'Your invoice is being checked before it becomes final.',
  meansForBill: 'Its amounts may still change. Nothing is to be paid yet.',
  beingDone: 'One of us looks at it, and lets it go on when it is right.',
  youCan: nothingToDo,
};

/** Only operators call what answers this: no page and no key of a customer leads there. */
export const operatorsOnly = null;

/** It stops a program before anybody can speak to it, or stays in its log: no customer sees it. */
export const insideOnly = null;
