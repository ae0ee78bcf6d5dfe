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
  /** Business time: who has not paid by the day is told so. */
  now?: Date;
  /** When it was paid in full, and what was paid of how much, for people; left out where it is not known. */
  paidAt?: Date | null;
  paid?: { amount: string; total: string; isNothing: boolean };
};

/** Where an invoice stands, in one line that its customer understands: "Draft, becomes final on 2 Feb 2013". */
export function statusOf(invoice: Standing): string {
  switch (invoice.lifecycle) {
    case 'draft':
      return `Draft, becomes final on ${dayText(invoice.dueAt, invoice.zone)}`;
    case 'held':
      return 'Draft, being checked before it becomes final';
    case 'skipped':
      return 'Nothing to pay for this period';
    case 'void':
      return 'Cancelled, nothing is to be paid';
    case 'issued':
      if (invoice.wanted === 'void') return 'Being cancelled';
      return paymentStatus(invoice) ?? deliveryStatus(invoice);
  }
}

/** Payment speaks first: who has paid does not care how the invoice travels. */
function paymentStatus({ payment, paidAt, zone, paid, paymentDueOn, now }: Standing): string | undefined {
  const verb = paymentDueOn !== null && isPast(paymentDueOn, now, zone) ? 'was' : 'is';
  const by = paymentDueOn === null ? '' : `, the rest ${verb} to be paid by ${dayText(new Date(paymentDueOn), 'UTC')}`;
  switch (payment) {
    case 'paid':
      return paidAt == null ? 'Paid' : `Paid on ${dayText(paidAt, zone)}`;
    case 'partly_paid':
      return paid === undefined ? `Paid in part${by}` : `Paid in part (${paid.amount} of ${paid.total})${by}`;
    case 'processing':
      return 'Payment on its way';
    case 'uncollectible':
      if (paid === undefined || paid.isNothing) return 'Closed without payment';
      return `Closed with ${paid.amount} of ${paid.total} paid`;
    case 'none':
    case 'unpaid':
      return undefined;
  }
}

function deliveryStatus({ sync, paymentDueOn, nextRetryAt, now, zone }: Standing): string {
  switch (sync) {
    case 'backing_off':
      // Without an instant it has been stopped, by a pause, and not failed.
      if (nextRetryAt === null) return 'Issued, on its way to Stripe';
      return 'Issued, Stripe could not be reached yet and is tried again';
    case 'parked':
      return 'Issued, waiting for one of us to look at it';
    case 'synced':
      if (paymentDueOn === null) return 'Issued, waiting for payment';
      return isPast(paymentDueOn, now, zone)
        ? `Overdue, was to be paid by ${dayText(new Date(paymentDueOn), 'UTC')}`
        : `Issued, to be paid by ${dayText(new Date(paymentDueOn), 'UTC')}`;
    default:
      return 'Issued, on its way to Stripe';
  }
}

/** Whether the day is over in the zone. */
function isPast(day: string, now: Date | undefined, zone: string): boolean {
  if (now === undefined) return false;
  return new Intl.DateTimeFormat('sv-SE', { timeZone: zone }).format(now) > day;
}

/** "2 Feb 2013", the day that it is in the zone. */
function dayText(instant: Date, zone: string): string {
  const parts = new Intl.DateTimeFormat('en-US', { timeZone: zone, day: 'numeric', month: 'short', year: 'numeric' })
    .formatToParts(instant)
    .reduce<Record<string, string>>((found, { type, value }) => Object.assign(found, { [type]: value }), {});
  return `${parts['day']} ${parts['month']} ${parts['year']}`;
}
