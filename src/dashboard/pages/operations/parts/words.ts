import type { AnswerOf } from '../../../../client/index.ts';

export type WaitingKind = AnswerOf<'/v1/operations/summary'>['waiting'][number]['kind'];

/** `parkedPeriods` and `payment_failed` as people write it: `parked periods`. */
export function inWords(name: string): string {
  return name
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replaceAll(/[_-]/g, ' ')
    .toLowerCase();
}

export const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

type Waiting = {
  /** One and many of them. */
  names: readonly [one: string, many: string];
  /** What it means, in a sentence. */
  means: string;
  to: string;
  tone: 'bad' | 'warn' | 'info';
};

/** What each kind of the summary means for whoever opens the page in the morning, and where it is answered. */
export const waitingWords: Record<WaitingKind, Waiting> = {
  'changed-audit': {
    names: ['night with a changed audit chain', 'nights with changed audit chains'],
    means: 'What was written down is not what it had been. Find out which chain, and who could write to the database.',
    to: '/operations/audit',
    tone: 'bad',
  },
  pause: {
    names: ['pause is on', 'pauses are on'],
    means: 'Nothing is issued and nothing is sent to Stripe until it ends.',
    to: '/operations/pauses',
    tone: 'bad',
  },
  outage: {
    names: ['outage', 'outages'],
    means: 'Stripe does not answer. What waits is sent by itself when it does.',
    to: '/operations/parked?tab=retrying',
    tone: 'bad',
  },
  'failed-run': {
    names: ['run has failed', 'runs have failed'],
    means: 'It has ended without its work done. See why in Temporal, then start it again.',
    to: '/operations/runs',
    tone: 'bad',
  },
  'dead-letter': {
    names: ['dead letter', 'dead letters'],
    means: 'Messages that nobody could handle. Mend the reason, then put them back.',
    to: '/operations/dead-letters',
    tone: 'bad',
  },
  'parked-invoice': {
    names: ['invoice is parked', 'invoices are parked'],
    means: 'They do not reach Stripe before somebody answers.',
    to: '/operations/parked',
    tone: 'bad',
  },
  'parked-period': {
    names: ['period could not be billed', 'periods could not be billed'],
    means: 'Mend the reason; the next invoicing run tries again.',
    to: '/operations/runs',
    tone: 'bad',
  },
  'held-draft': {
    names: ['draft is held', 'drafts are held'],
    means: 'A check or one of us has stopped it. Look whether it is right, then release or give up.',
    to: '/operations/drafts',
    tone: 'warn',
  },
  difference: {
    names: ['difference to Stripe', 'differences to Stripe'],
    means: 'The books and Stripe do not agree, and no repair is safe.',
    to: '/operations/reconciliation',
    tone: 'bad',
  },
  dispute: {
    names: ['dispute', 'disputes'],
    means: "A bank asks money back. Answer it in Stripe's dashboard before its deadline.",
    to: '/operations/reconciliation',
    tone: 'warn',
  },
  'parked-stripe-event': {
    names: ['event of Stripe could not be taken up', 'events of Stripe could not be taken up'],
    means: 'They were tried for three days. The run book says how they are taken up again.',
    to: '/operations/reconciliation',
    tone: 'warn',
  },
  'failed-mail': {
    names: ['mail has failed', 'mails have failed'],
    means: 'The customer has not been written to. Mend the address, then send it again.',
    to: '/operations/messages?state=failed',
    tone: 'warn',
  },
  'unknown-mail': {
    names: ['mail may not have been sent', 'mails may not have been sent'],
    means: 'Look for them in the log of the mail server, then send again or dismiss.',
    to: '/operations/messages?state=unknown',
    tone: 'warn',
  },
  'unpaid-invoice': {
    names: ['unpaid invoice asks for you', 'unpaid invoices ask for you'],
    means: 'A step of dunning says that a person should look.',
    to: '/operations/invoices?payment=unpaid',
    tone: 'warn',
  },
  'silent-source': {
    names: ['source of usage is silent', 'sources of usage are silent'],
    means: 'Nothing came for a day. If it should have, usage is missing on bills.',
    to: '/operations/corrections',
    tone: 'info',
  },
  'stray-event': {
    names: ['event of an unusual month', 'events of unusual months'],
    means: 'They are billed all the same, only read more slowly.',
    to: '/operations/corrections',
    tone: 'info',
  },
  'kept-usage': {
    names: ["customer's old usage stays", "customers' old usage stays"],
    means: 'The policy would remove it, but late usage is not billed or the proof of an invoice does not hold.',
    to: '/operations/settings',
    tone: 'warn',
  },
  'webhook-endpoint': {
    names: ['webhook endpoint was given up', 'webhook endpoints were given up'],
    means: 'It is gone, or has done nothing but fail. Mend it, then switch it on again.',
    to: '/operations/developers',
    tone: 'warn',
  },
  'unerased-copy': {
    names: ['erased customer is still known to Stripe', 'erased customers are still known to Stripe'],
    means: 'The erasure is asked for again by itself; Stripe or Temporal may be away.',
    to: '/operations/audit',
    tone: 'warn',
  },
};
