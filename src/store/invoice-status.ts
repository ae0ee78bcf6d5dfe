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
function paymentStatus({ payment }: Standing): string | undefined {
  switch (payment) {
    case 'paid':
      return 'Paid';
    case 'partly_paid':
      return 'Paid in part';
    case 'processing':
      return 'Payment on its way';
    case 'uncollectible':
      return 'Closed without payment';
    case 'none':
    case 'unpaid':
      return undefined;
  }
}

function deliveryStatus({ sync, paymentDueOn, nextRetryAt }: Standing): string {
  switch (sync) {
    case 'backing_off':
      // Without an instant it has been stopped, by a pause, and not failed.
      if (nextRetryAt === null) return 'Issued, on its way to Stripe';
      return 'Issued, Stripe could not be reached yet and is tried again';
    case 'parked':
      return 'Issued, waiting for one of us to look at it';
    case 'synced':
      return paymentDueOn === null
        ? 'Issued, waiting for payment'
        : `Issued, to be paid by ${dayText(new Date(paymentDueOn), 'UTC')}`;
    default:
      return 'Issued, on its way to Stripe';
  }
}

/** "2 Feb 2013", the day that it is in the zone. */
function dayText(instant: Date, zone: string): string {
  const parts = new Intl.DateTimeFormat('en-US', { timeZone: zone, day: 'numeric', month: 'short', year: 'numeric' })
    .formatToParts(instant)
    .reduce<Record<string, string>>((found, { type, value }) => Object.assign(found, { [type]: value }), {});
  return `${parts['day']} ${parts['month']} ${parts['year']}`;
}
