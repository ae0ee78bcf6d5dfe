import { correction, correctionTreatment, eventAnswer, reissue, waitingReason } from './corrections.ts';
import { coupon, grant, redemption, topUp, wallet } from './credit.ts';
import { difference, differenceAction, differenceState } from './differences.ts';
import { invoiceStanding } from './invoice-standing.ts';
import {
  collectionFallback,
  invoiceLifecycle,
  invoicePayment,
  invoiceSync,
  invoiceWanted,
  usageState,
} from './invoice-states.ts';
import { dunning, dunningStep, dunningWait, message } from './mail.ts';
import { attempt, payment, uncollectible } from './money.ts';
import { creditNote, dispute, refund } from './money-back.ts';
import {
  answerOutcome,
  auditFault,
  delivery,
  pause,
  planOutcome,
  readiness,
  reconciliation,
  run,
  syncAttempt,
} from './operations.ts';
import type { SubjectWords } from './reader.ts';
import { stripeInvoice } from './stripe-copies.ts';
import { customerErasure, pendingItem, subscription, taxStatus } from './subscriptions.ts';
import { user } from './users.ts';
import { webhookDelivery, webhookEndpoint } from './webhooks.ts';

/** Something that has states, and where the API tells them. */
type Subject = {
  /** What it is, as a heading. */
  readonly about: string;
  /** Names of the fields of answers that hold one of the states; none where they follow from other fields. */
  readonly fields: readonly string[];
  readonly states: SubjectWords;
};

/**
 * Every state that a person can meet, by what it is of. Pages look words up by subject and state; a test holds the lists of
 * states of the API, the database and Stripe's typings against them.
 */
export const stateSubjects = {
  'invoice-standing': {
    about: 'Where an invoice stands, all taken together',
    fields: ['standing'],
    states: invoiceStanding,
  },
  'invoice-lifecycle': { about: 'An invoice: draft or final', fields: ['lifecycle'], states: invoiceLifecycle },
  'invoice-payment': { about: 'An invoice: how far it is paid', fields: ['payment'], states: invoicePayment },
  'invoice-sync': { about: 'An invoice: how far it is on its way', fields: ['sync'], states: invoiceSync },
  'invoice-wanted': { about: 'An invoice: what is wanted of it', fields: ['wanted'], states: invoiceWanted },
  'collection-fallback': {
    about: 'An invoice that was not charged',
    fields: ['collectionFallback'],
    states: collectionFallback,
  },
  'waiting-reason': {
    about: 'Why an invoice waits for a person, beside errors and failures',
    fields: [],
    states: waitingReason,
  },
  'usage-state': { about: 'What is known of the usage of a line', fields: ['usageState'], states: usageState },
  'stripe-invoice': { about: 'The copy of an invoice at Stripe', fields: [], states: stripeInvoice },
  attempt: { about: 'An attempt to charge', fields: [], states: attempt },
  payment: { about: 'A payment', fields: [], states: payment },
  refund: { about: 'A refund', fields: [], states: refund },
  dispute: { about: 'A dispute', fields: [], states: dispute },
  uncollectible: { about: 'Giving up on an invoice', fields: [], states: uncollectible },
  'credit-note': { about: 'A credit note', fields: [], states: creditNote },
  message: { about: 'A mail', fields: ['state', 'mailState'], states: message },
  'webhook-endpoint': { about: 'A webhook endpoint', fields: ['state'], states: webhookEndpoint },
  'webhook-delivery': { about: 'A delivery to a webhook endpoint', fields: ['state'], states: webhookDelivery },
  dunning: { about: 'The follow-up of an unpaid invoice', fields: ['state'], states: dunning },
  'dunning-wait': { about: 'What the follow-up waits for', fields: ['waitsFor'], states: dunningWait },
  'dunning-step': { about: 'A step of the follow-up', fields: ['state'], states: dunningStep },
  wallet: { about: 'A wallet', fields: ['status'], states: wallet },
  grant: { about: 'Credit in a wallet', fields: [], states: grant },
  'top-up': { about: 'An automatic top-up', fields: ['outcome'], states: topUp },
  coupon: { about: 'A coupon', fields: [], states: coupon },
  redemption: { about: 'A coupon that was redeemed', fields: [], states: redemption },
  subscription: { about: 'A subscription', fields: ['state'], states: subscription },
  user: { about: 'A person who sees the pages of a customer', fields: ['state'], states: user },
  'tax-status': { about: 'Whether a customer pays taxes', fields: ['status'], states: taxStatus },
  'pending-item': { about: 'Something for the next bill', fields: [], states: pendingItem },
  'customer-erasure': { about: 'The erasure of personal data', fields: [], states: customerErasure },
  event: { about: 'Usage that was sent', fields: ['status'], states: eventAnswer },
  correction: { about: 'A correction of usage', fields: ['state'], states: correction },
  'correction-treatment': {
    about: 'How a correction reaches an invoice',
    fields: ['treatment'],
    states: correctionTreatment,
  },
  reissue: { about: 'An invoice that is made anew', fields: ['state'], states: reissue },
  run: { about: 'A billing run', fields: ['state'], states: run },
  reconciliation: { about: 'A comparison with Stripe', fields: [], states: reconciliation },
  difference: { about: 'A difference between the books and Stripe', fields: ['kind'], states: difference },
  'difference-state': { about: 'How far a difference is', fields: ['state'], states: differenceState },
  'difference-action': { about: 'What is done about a difference', fields: ['action'], states: differenceAction },
  pause: { about: 'A pause of everything', fields: ['kind'], states: pause },
  readiness: { about: 'The service and its parts', fields: ['status'], states: readiness },
  'sync-attempt': { about: 'One try to bring an invoice to Stripe', fields: ['outcome'], states: syncAttempt },
  'audit-fault': { about: 'A chain of the audit log that does not hold', fields: ['fault'], states: auditFault },
  'plan-outcome': { about: 'Applying plans', fields: ['outcome'], states: planOutcome },
  'answer-outcome': { about: 'An answer to an invoice that waits', fields: ['outcome'], states: answerOutcome },
  delivery: { about: 'A delivery of a webhook of Stripe', fields: ['status'], states: delivery },
} as const satisfies Record<string, Subject>;

export type StateSubject = keyof typeof stateSubjects;
/** The states of a subject that have words. */
export type StateOf<S extends StateSubject> = keyof (typeof stateSubjects)[S]['states'] & string;
