import type { AnswerKind } from './contract/messages.ts';

/** What an operator reads in the Web UI about one sync, in Markdown. */

export function done(state: 'synced' | 'nothing' | 'void'): string {
  switch (state) {
    case 'synced':
      return 'At Stripe, equal to the books.';
    case 'void':
      return 'Void: nothing is left at Stripe that could be paid.';
    case 'nothing':
      return 'Nothing is wanted at Stripe.';
  }
}

export function backingOff(failure: { code: string; reason: string; failures: number; nextRetryAt: string }): string {
  return [
    `### Failed ${failure.failures} times, trying again`,
    `**${failure.code}**: ${failure.reason}`,
    '',
    `Next try at ${failure.nextRetryAt}. Nothing is needed from you; the signal \`dirty\` tries at once.`,
    '',
    'The update `hold` stops it, `abandon` gives it up, each with',
    ...form({}),
  ].join('\n');
}

export function waitingForSlot(): string {
  return 'Waits for a free slot: as many invoices as are allowed are on their way to Stripe. Nothing is needed from you.';
}

export function paused(): string {
  return [
    "Nothing is sent to Stripe now: everything is paused (`GET /v1/pauses` tells why), or the sweep of Stripe's events has not come",
    'to its end for an hour (`stripe-event-sweep-…`). It goes on by itself within a minute afterwards.',
  ].join(' ');
}

export type Parking = { invoiceId: string; parkingNumber: number; code: string; reason: string; isDraft?: boolean };

export function parked(parking: Parking): string {
  const { invoiceId, parkingNumber, code, reason, isDraft = false } = parking;
  const isHeld = isDraft || code === 'held';
  const title = isDraft ? 'Draft held' : isHeld ? 'Held' : 'Parked';
  return [
    `### ${title} (number ${parkingNumber}): waits for a person`,
    `**${code}**: ${reason}`,
    '',
    isHeld
      ? 'Nothing of it is sent meanwhile.'
      : `Stripe's own words, if it had any, are with the attempts of invoice ${invoiceId} in PostgreSQL.`,
    '',
    'Send one of these updates to this workflow (_More Actions_, _Send an Update_):',
    '',
    ...answers(isHeld, isDraft),
    '',
    'each with',
    '',
    ...form({ parkingNumber }),
    'A decision id that was sent before changes nothing; an answer with another parking number is refused.',
  ].join('\n');
}

function answers(isHeld: boolean, isDraft: boolean): string[] {
  const means: [AnswerKind, string][] = isHeld
    ? [
        ['release', isDraft ? 'it is right as it is: the next due scan issues it' : 'it goes on its way'],
        [
          'abandon',
          isDraft ? 'it is void; its periods stay billed' : 'it is deleted or voided at Stripe and void here',
        ],
      ]
    : [
        ['retry', 'the cause is mended: try again'],
        [
          'fix',
          'apply a correction (`POST /v1/customers/{id}/corrections`; add its id as `"correctionId"`), then try again',
        ],
        ['abandon', 'it is deleted or voided at Stripe and void here; its number stays used'],
      ];
  return means.map(([kind, meaning]) => `- \`${kind}\`: ${meaning}`);
}

/** What is to be filled in and sent, ready to be copied. */
function form({ parkingNumber }: { parkingNumber?: number }): string[] {
  const answer = {
    decisionId: '<a new UUID>',
    ...(parkingNumber !== undefined && { parkingNumber }),
    actor: '<who you are, as your team knows it>',
    reason: '<why>',
  };
  return ['```json', JSON.stringify(answer, null, 2), '```'];
}
