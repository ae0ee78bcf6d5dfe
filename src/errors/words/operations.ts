import type { StateWords } from './reader.ts';
import { operatorsOnly } from './shared.ts';

/** A billing run: how far its record and its workflow are. */
export const run = {
  running: {
    label: 'Running',
    tone: 'waiting',
    engineer: 'Its record is open and `finishedAt` is null; its workflow goes on, or is retried by Temporal.',
    operator: 'Nothing. If its counts stand still, open its workflow in the Web UI.',
    customer: operatorsOnly,
  },
  finished: {
    label: 'Finished',
    tone: 'good',
    engineer: 'It has done all that was due at its cut-off; `progress` has the counts.',
    operator: 'Look at what it has parked or held, if anything.',
    customer: operatorsOnly,
  },
  failed: {
    label: 'Failed',
    tone: 'bad',
    engineer: 'Its record is open, and its workflow has failed, was cancelled or terminated.',
    operator:
      'Open its workflow in the Web UI for the reason, mend it, and start the run again: what was done is not done twice.',
    customer: operatorsOnly,
  },
  unknown: {
    label: 'Not known',
    tone: 'attention',
    engineer: 'Its record is open, and Temporal could not be asked, or knows its workflow no more.',
    operator: 'See whether Temporal is up. If it has lost the run, start it again: what was done is not done twice.',
    customer: operatorsOnly,
  },
} as const satisfies Record<string, StateWords>;

/** A comparison of the books with Stripe, by its instants. */
export const reconciliation = {
  waiting: {
    label: 'Waits',
    tone: 'waiting',
    engineer: 'It was asked for, and its workflow has not begun.',
    operator: 'Nothing. If it lasts, see whether the workers run.',
    customer: operatorsOnly,
  },
  running: {
    label: 'Running',
    tone: 'waiting',
    engineer: 'It lists what Stripe has, or compares; `counts` grows.',
    operator: 'Nothing.',
    customer: operatorsOnly,
  },
  finished: {
    label: 'Finished',
    tone: 'good',
    engineer: 'All differences of what was at rest before it began are written down.',
    operator: 'Look at those that are `alerted`.',
    customer: operatorsOnly,
  },
} as const satisfies Record<string, StateWords>;

/** What stops all issuing and every write to Stripe. */
export const pause = {
  operator: {
    label: 'Paused by a person',
    tone: 'attention',
    engineer: 'An open row of kind `operator` in `pauses`: nothing is issued, nothing is sent to Stripe.',
    operator: 'End it when its reason is gone; what has waited goes on by itself.',
    // What customers read is the error `paused`, and of an invoice that it is on its way.
    customer: operatorsOnly,
  },
  restore: {
    label: 'Paused after a restore',
    tone: 'bad',
    engineer:
      'The database is older than what it has sent to Stripe: kind `restore`, ended by the adoption of what Stripe has.',
    operator: 'Nothing for ten minutes. If it stays, another copy of Durabill uses the same account: stop that one.',
    customer: operatorsOnly,
  },
} as const satisfies Record<string, StateWords>;

/** Whether every part that the service stands on is up. */
export const readiness = {
  ready: {
    label: 'All up',
    tone: 'good',
    engineer: 'Every part answers.',
    operator: 'Nothing.',
    customer: operatorsOnly,
  },
  'not ready': {
    label: 'A part is away',
    tone: 'bad',
    engineer: 'A part does not answer; `parts` says which and why.',
    operator: 'Bring that part back. What waits goes on by itself.',
    customer: operatorsOnly,
  },
} as const satisfies Record<string, StateWords>;

/** Why a chain of the audit log does not hold. */
export const auditFault = {
  changed: {
    label: 'Entry changed',
    tone: 'bad',
    engineer: 'The hash of an entry is not that of its content.',
    operator: 'Run verify-audit, and ask who has had the right to write to the database since.',
    customer: operatorsOnly,
  },
  missing: {
    label: 'Entry missing',
    tone: 'bad',
    engineer: 'A sequence number of the chain is not there.',
    operator: 'Run verify-audit, and ask who has had the right to write to the database since.',
    customer: operatorsOnly,
  },
  'not linked': {
    label: 'Chain broken',
    tone: 'bad',
    engineer: 'An entry does not carry the hash of the one before.',
    operator: 'Run verify-audit, and ask who has had the right to write to the database since.',
    customer: operatorsOnly,
  },
} as const satisfies Record<string, StateWords>;

/** What came of applying a plan file, of each meter and plan. */
export const planOutcome = {
  created: {
    label: 'New',
    tone: 'good',
    engineer: 'Nothing of this key was stored.',
    operator: 'Nothing.',
    customer: operatorsOnly,
  },
  'new version': {
    label: 'New version',
    tone: 'attention',
    engineer: 'The plan is stored with other content: another version is added, and subscriptions stay on theirs.',
    operator: 'Move subscriptions to it where it is to hold for them.',
    customer: operatorsOnly,
  },
  unchanged: {
    label: 'Unchanged',
    tone: 'neutral',
    engineer: 'The same content is stored already.',
    operator: 'Nothing.',
    customer: operatorsOnly,
  },
} as const satisfies Record<string, StateWords>;

/** What was answered to an invoice that waits for a person. */
export const answerOutcome = {
  accepted: {
    label: 'Taken',
    tone: 'good',
    engineer: 'The answer is stored, and the invoice taken up.',
    operator: 'Nothing: see the state of the invoice.',
    customer: operatorsOnly,
  },
  'already accepted': {
    label: 'Taken before',
    tone: 'good',
    engineer: 'This decision was stored before; nothing was done twice.',
    operator: 'Nothing.',
    customer: operatorsOnly,
  },
} as const satisfies Record<string, StateWords>;

/** One try to bring an invoice to the target. */
export const syncAttempt = {
  synced: {
    label: 'Brought there',
    tone: 'good',
    engineer: 'The copy was found equal to the books.',
    operator: 'Nothing.',
    customer: operatorsOnly,
  },
  failed: {
    label: 'Failed',
    tone: 'bad',
    engineer: 'The target refused or could not be reached; code and reason say how.',
    operator: 'Nothing while it is tried again. If it waits for a person, do what the failure says.',
    customer: operatorsOnly,
  },
  stopped: {
    label: 'Stopped',
    tone: 'attention',
    engineer: 'A pause or a person stopped it before its next request.',
    operator: 'Nothing: it goes on when the pause ends or the answer comes.',
    customer: operatorsOnly,
  },
  voided: {
    label: 'Voided there',
    tone: 'neutral',
    engineer: 'The void that was wanted is confirmed.',
    operator: 'Nothing.',
    customer: operatorsOnly,
  },
  'paid instead': {
    label: 'Paid instead',
    tone: 'attention',
    engineer: 'A void was wanted, and the customer had paid: it stays.',
    operator: 'Give the money back by a refund or a credit note if it is not owed.',
    customer: operatorsOnly,
  },
} as const satisfies Record<string, StateWords>;

/** What became of a delivery of Stripe's. */
export const delivery = {
  stored: {
    label: 'Stored',
    tone: 'good',
    engineer: 'Proved and stored; it is taken up in the background.',
    operator: 'Nothing.',
    customer: operatorsOnly,
  },
  known: {
    label: 'Known already',
    tone: 'good',
    engineer: 'The event was stored before, by the sweep or an earlier delivery.',
    operator: 'Nothing.',
    customer: operatorsOnly,
  },
  ignored: {
    label: 'Ignored',
    tone: 'neutral',
    engineer: 'Its type says nothing here.',
    operator: 'Nothing. Send only the types that are needed to spare calls.',
    customer: operatorsOnly,
  },
} as const satisfies Record<string, StateWords>;
