import { dayIn, dayText } from '../domain/period/day-text.ts';

export const lifecycles = ['draft', 'held', 'issued', 'skipped', 'void'] as const;
export const payments = ['none', 'unpaid', 'processing', 'partly_paid', 'paid', 'uncollectible'] as const;
export const syncs = ['none', 'pending', 'queued', 'syncing', 'backing_off', 'parked', 'synced'] as const;

export type Lifecycle = (typeof lifecycles)[number];
export type Payment = (typeof payments)[number];
export type Sync = (typeof syncs)[number];

/** The states of an invoice, and the days that its customer is told of. */
export type Standing = {
  lifecycle: Lifecycle;
  payment: Payment;
  sync: Sync;
  dueAt: Date;
  paymentDueOn: string | null;
  zone: string;
  /** What Stripe is to have, and when it is tried again; left out where it is not known. */
  wanted?: 'final' | 'void';
  nextRetryAt?: Date | null;
  /** The day of business time in the zone: who has not paid by the day is told so. */
  today?: string;
  /** When it was paid in full, and what was paid of how much, for people; left out where it is not known. */
  paidAt?: Date | null;
  paid?: { amount: string; total: string; isNothing: boolean };
};

/** Where an invoice stands, all its states taken together: what a page shows as its one badge. */
export const standings = [
  'draft',
  'becoming-final',
  'held',
  'skipped',
  'void',
  'being-cancelled',
  'paid',
  'payment-processing',
  'partly-paid',
  'closed-unpaid',
  'on-its-way',
  'tried-again',
  'waits-for-us',
  'open',
  'overdue',
] as const;
export type StandingName = (typeof standings)[number];

/** Where an invoice stands, for programs; what is said of each stands with all other words. */
export function standingOf(invoice: Standing): StandingName {
  if (invoice.lifecycle === 'draft') return standingOfDraft(invoice);
  if (invoice.lifecycle !== 'issued') return invoice.lifecycle;
  if (invoice.wanted === 'void') return 'being-cancelled';
  return standingsOfPayment[invoice.payment] ?? standingOfDelivery(invoice);
}

/** The next scan makes a late one final, such as one that was held; no day says when that is. */
function standingOfDraft({ dueAt, zone, today }: Standing): StandingName {
  return isPast(dayIn(zone, dueAt), today) ? 'becoming-final' : 'draft';
}

/** Payment speaks first: who has paid does not care how the invoice travels. */
const standingsOfPayment: Partial<Record<Payment, StandingName>> = {
  paid: 'paid',
  partly_paid: 'partly-paid',
  processing: 'payment-processing',
  uncollectible: 'closed-unpaid',
};

function standingOfDelivery({ sync, paymentDueOn, nextRetryAt, today }: Standing): StandingName {
  // Without an instant it has been stopped, by a pause, and not failed.
  if (sync === 'backing_off') return nextRetryAt === null ? 'on-its-way' : 'tried-again';
  if (sync === 'parked') return 'waits-for-us';
  if (sync !== 'synced') return 'on-its-way';
  return paymentDueOn !== null && isPast(paymentDueOn, today) ? 'overdue' : 'open';
}

/** Where an invoice stands, in one line that its customer understands: "Draft, becomes final on 2 Feb 2013". */
export function statusOf(invoice: Standing): string {
  const { dueAt, zone, paymentDueOn, paidAt, paid } = invoice;
  const payBy = paymentDueOn === null ? '' : dayText(paymentDueOn);
  const standing = standingOf(invoice);
  switch (standing) {
    case 'draft':
      return `Draft, becomes final on ${dayText(dayIn(zone, dueAt))}`;
    case 'paid':
      return paidAt == null ? 'Paid' : `Paid on ${dayText(dayIn(zone, paidAt))}`;
    case 'partly-paid':
      return partlyPaid(invoice, payBy);
    case 'closed-unpaid':
      if (paid === undefined || paid.isNothing) return 'Closed without payment';
      return `Closed with ${paid.amount} of ${paid.total} paid`;
    case 'open':
      return paymentDueOn === null ? 'Issued, waiting for payment' : `Issued, to be paid by ${payBy}`;
    case 'overdue':
      return `Overdue, was to be paid by ${payBy}`;
    default:
      return lines[standing];
  }
}

/** Standings that are said without a day or an amount. */
const lines = {
  'becoming-final': 'Draft, becomes final soon',
  held: 'Draft, being checked before it becomes final',
  skipped: 'Nothing to pay for this period',
  void: 'Cancelled, nothing is to be paid',
  'being-cancelled': 'Being cancelled',
  'payment-processing': 'Payment on its way',
  'on-its-way': 'Issued, on its way to Stripe',
  'tried-again': 'Issued, Stripe could not be reached yet and is tried again',
  'waits-for-us': 'Issued, waiting for one of us to look at it',
};

function partlyPaid({ paymentDueOn, paid, today }: Standing, payBy: string): string {
  const verb = paymentDueOn !== null && isPast(paymentDueOn, today) ? 'was' : 'is';
  const by = paymentDueOn === null ? '' : `, the rest ${verb} to be paid by ${payBy}`;
  return paid === undefined ? `Paid in part${by}` : `Paid in part (${paid.amount} of ${paid.total})${by}`;
}

function isPast(day: string, today: string | undefined): boolean {
  return today !== undefined && today > day;
}
