import type Stripe from 'stripe';
import type { Currency } from '../../domain/money/currency.ts';
import { fromStripeAmount } from '../../domain/money/stripe-amount.ts';
import { failureKinds } from '../failures.ts';
import { type OutgoingInvoice, type RemoteInvoice, TargetError } from '../port.ts';
import { stripeAmount } from './amount.ts';

/**
 * The answer to add_lines is the read-back: what Stripe would charge has to be what the books say.
 * @throws TargetError person: total-differs
 */
export function checkTotal(invoice: OutgoingInvoice, remote: Stripe.Invoice): void {
  const ours = stripeAmount(invoice.totalMinor, invoice.currency);
  if (remote.total !== ours || remote.currency !== invoice.currency.toLowerCase()) {
    throw new TargetError(
      'person',
      'total-differs',
      `Stripe's ${remote.id} has ${remote.total} ${remote.currency}, the books have ${ours} ${invoice.currency}.`,
      { mend: failureKinds['total-differs'].operator, needsAlert: true },
    );
  }
}

/**
 * What is seen of a finalized invoice.
 * @throws TargetError person: total-differs, void-at-target
 */
export function seenOf(invoice: OutgoingInvoice, remote: Stripe.Invoice): RemoteInvoice {
  checkTotal(invoice, remote);
  if (remote.status === 'void') {
    throw new TargetError(
      'person',
      'void-at-target',
      `Stripe's ${remote.id} was voided there; the books want it paid.`,
      {
        mend: failureKinds['void-at-target'].operator,
        needsAlert: true,
      },
    );
  }
  const paidAt = remote.status_transitions.paid_at;
  return {
    remoteId: remote.id,
    status: remote.status ?? 'unknown',
    totalMinor: invoice.totalMinor,
    url: remote.hosted_invoice_url ?? null,
    payment: paymentOf(remote),
    amountPaidMinor: fromStripeAmount(remote.amount_paid, invoice.currency as Currency),
    paidElsewhereMinor: fromStripeAmount(remote.amount_paid_off_stripe ?? 0, invoice.currency as Currency),
    paidAt: paidAt === null ? null : new Date(paidAt * 1_000),
  };
}

function paymentOf({ status, amount_paid: amountPaid }: Stripe.Invoice): RemoteInvoice['payment'] {
  if (status === 'paid') return 'paid';
  if (status === 'uncollectible') return 'uncollectible';
  return amountPaid > 0 ? 'partly_paid' : 'unpaid';
}
