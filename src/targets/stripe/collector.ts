import Stripe from 'stripe';
import type { CollectOrder, CollectOutcome, Collector, RemoteOrder } from '../collector.ts';
import { type RemoteInvoice, type RequestLog, TargetError } from '../port.ts';
import { kindOf } from './errors.ts';
import { readObject } from './records.ts';
import { refund } from './refund.ts';
import { seenOf } from './seen.ts';
import { asStripe, carryOut } from './steps.ts';

/** What Stripe answers when a payment method was refused: the request was carried out, and the card was not charged. */
const paymentRequired = 402;
/** Our word for it, beside Stripe's decline codes. */
const methodMissing = 'payment_method_missing';

/** Stripe as a collector: its invoices are charged, marked and refunded, never by its own schedule. */
export function createStripeCollector(stripe: Stripe): Collector {
  return {
    collect: (order, log) => collect(stripe, order, log),
    markPaidElsewhere: (order, log) =>
      mark(stripe, order, log, {
        name: 'pay out of band',
        operation: 'invoices.pay',
        params: { paid_out_of_band: true },
        send: (params, options) => stripe.invoices.pay(order.remoteId, params, options),
        isDone: ({ status }) => status === 'paid',
      }),
    markUncollectible: (order, log) =>
      mark(stripe, order, log, {
        name: `mark uncollectible ${order.attempt}`,
        operation: 'invoices.markUncollectible',
        params: {},
        send: (params, options) => stripe.invoices.markUncollectible(order.remoteId, params, options),
        isDone: ({ status }) => status === 'uncollectible' || status === 'paid',
      }),
    refund: (order, log) => refund(stripe, order, log),
    paymentsOf: async (remoteInvoiceId) => (await readObject(stripe, 'invoice', remoteInvoiceId)).records,
  };
}

/**
 * One numbered attempt. Its request is stored before it is sent, so that whoever repeats it gets the answer of the first;
 * where the key can no longer vouch for it the invoice and its payment are looked at, and while one may still succeed no
 * other is sent. That the card was refused is the key's answer too: the number is used up, and another has to be wanted.
 */
async function collect(stripe: Stripe, order: CollectOrder, log: RequestLog): Promise<CollectOutcome> {
  const { invoice, remoteId, attempt, paymentMethodId, seen } = order;
  const name = `pay ${attempt}`;
  const begun = await log.latest(name);
  if (begun === undefined && seen.payment === 'paid') return { state: 'not needed', remote: seen };
  if (begun === undefined && paymentMethodId === null) {
    return { state: 'declined', code: methodMissing, isMethodGone: false };
  }
  if (begun?.status === paymentRequired && begun.remoteId === null) return await knownDecline(stripe, remoteId);
  try {
    const { answer } = await carryOut<Stripe.Invoice>(log, {
      name,
      operation: 'invoices.pay',
      params: { payment_method: paymentMethodId, off_session: true },
      send: (params, options) => stripe.invoices.pay(remoteId, params, options),
      look: () => paidOrOnItsWay(stripe, remoteId),
    });
    const remote = seenOf(invoice, answer ?? (await read(stripe, remoteId)));
    return { state: remote.payment === 'paid' ? 'paid' : 'processing', remote };
  } catch (error) {
    const refusal = refusalIn(error);
    if (refusal !== undefined) return { state: 'declined', ...refusal };
    if (!isOfState(error)) throw error;
    // Somebody was faster: the customer on the page, or an attempt whose answer was lost.
    const remote = seenOf(invoice, await read(stripe, remoteId));
    if (remote.payment !== 'paid') throw error;
    return { state: 'paid', remote };
  }
}

const read = (stripe: Stripe, remoteId: string) => asStripe(() => stripe.invoices.retrieve(remoteId));

const withIntents = { expand: ['payments.data.payment.payment_intent'] };

function intentsOf({ payments }: Stripe.Invoice): Stripe.PaymentIntent[] {
  return (payments?.data ?? []).flatMap(({ payment: { payment_intent: intent } }) =>
    typeof intent === 'object' && intent !== null ? [intent] : [],
  );
}

/** The invoice, where the attempt was carried out or may still be: its payment has succeeded, or is on its way. */
async function paidOrOnItsWay(stripe: Stripe, remoteId: string): Promise<Stripe.Invoice | undefined> {
  const invoice = await stripe.invoices.retrieve(remoteId, withIntents);
  if (invoice.status === 'paid') return invoice;
  return intentsOf(invoice).some(({ status }) => status === 'processing') ? invoice : undefined;
}

/** What a decline said whose answer we have had, and died over. */
async function knownDecline(stripe: Stripe, remoteId: string): Promise<CollectOutcome> {
  const invoice = await asStripe(() => stripe.invoices.retrieve(remoteId, withIntents));
  const failures = intentsOf(invoice).flatMap(({ last_payment_error: failure }) => failure ?? []);
  const code = failures[0]?.decline_code || failures[0]?.code || 'card_declined';
  return { state: 'declined', code, isMethodGone: false };
}

function stripeErrorIn(error: unknown): InstanceType<typeof Stripe.errors.StripeError> | undefined {
  const cause = error instanceof TargetError ? error.cause : undefined;
  return cause instanceof Stripe.errors.StripeError ? cause : undefined;
}

/** Why the payment method was not charged: refused by its bank, not there any more, or not for such an amount. */
function refusalIn(error: unknown): { code: string; isMethodGone: boolean } | undefined {
  const cause = stripeErrorIn(error);
  if (cause === undefined) return undefined;
  // The SDK makes an absent decline code an empty one.
  if (cause.statusCode === paymentRequired) {
    return { code: cause.decline_code || cause.code || 'card_declined', isMethodGone: false };
  }
  if (cause.param === 'payment_method') return { code: methodMissing, isMethodGone: true };
  return kindOf(cause) === 'amount' ? { code: cause.code ?? 'amount', isMethodGone: false } : undefined;
}

/** Whether Stripe refuses because of the state that the invoice is in. */
function isOfState(error: unknown): boolean {
  const cause = stripeErrorIn(error);
  return cause !== undefined && kindOf(cause) === 'wrong-state';
}

type Mark = {
  name: string;
  operation: string;
  params: Record<string, unknown>;
  send(params: Record<string, unknown>, options: Stripe.RequestOptions): Promise<Stripe.Response<Stripe.Invoice>>;
  isDone(invoice: Stripe.Invoice): boolean;
};

/** A change of the invoice that is done once it is seen there, whoever has done it. */
async function mark(
  stripe: Stripe,
  { invoice, remoteId }: RemoteOrder,
  log: RequestLog,
  { isDone, ...step }: Mark,
): Promise<RemoteInvoice> {
  try {
    const { answer } = await carryOut<Stripe.Invoice>(log, {
      ...step,
      look: async () => {
        const found = await stripe.invoices.retrieve(remoteId);
        return isDone(found) ? found : undefined;
      },
    });
    return seenOf(invoice, answer ?? (await read(stripe, remoteId)));
  } catch (error) {
    if (!isOfState(error)) throw error;
    const found = await read(stripe, remoteId);
    if (!isDone(found)) throw error;
    return seenOf(invoice, found);
  }
}
