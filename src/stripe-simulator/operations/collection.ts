import { CardDeclined, invalid } from '../errors.ts';
import { newId } from '../ids.ts';
import { creditedOf } from '../objects/credits.ts';
import { linesOf } from '../objects/invoice.ts';
import { renderPaymentIntent } from '../objects/payment.ts';
import { renderPaymentMethod } from '../objects/payment-method.ts';
import type {
  ChargeRecord,
  InvoicePaymentRecord,
  PaymentIntentRecord,
  PaymentMethodRecord,
} from '../objects/payment-records.ts';
import type { InvoiceRecord } from '../objects/records.ts';
import { amountDueOf, totalsOf } from '../objects/totals.ts';
import type { Transaction } from '../state.ts';
import { type CardFailure, testCard } from '../test-cards.ts';
import { disputeByCard } from './dispute-record.ts';
import { customerOf, openPayment } from './invoice-record.ts';
import type { Call } from './operation.ts';
import { methodOfCustomer } from './payment-method-record.ts';

interface PayParams {
  off_session?: boolean;
  payment_method?: string;
}

/** A finalized invoice's amount due; its balances are frozen, so the customer's present one does not count. */
export function finalAmountDue(invoice: InvoiceRecord, tx: Transaction): number {
  return amountDueOf(invoice, totalsOf(linesOf(invoice, tx)), 0) - creditedOf(invoice, tx).prePayment;
}

/**
 * open or uncollectible → paid by the card named, else the invoice's, else the customer's. A card that fails leaves
 * the invoice open with the attempt on record, and throws the 402.
 */
export function payByCard(invoice: InvoiceRecord, call: Call<PayParams>): InvoiceRecord {
  const owner = call.params.off_session === false ? 'asked' : 'away';
  return payWith(invoice, chosenMethod(invoice, call), owner, call);
}

/**
 * Pays by a card at hand. @param owner of the card: `away`, `asked` where the bank wants consent, or has `consented`
 */
export function payWith(
  invoice: InvoiceRecord,
  method: PaymentMethodRecord,
  owner: 'asked' | 'away' | 'consented',
  call: Call<unknown>,
): InvoiceRecord {
  const { payable, payment, intent } = openPaymentOf(invoice, call);
  // Only the first attempt by hand counts: the count belongs to the schedule of retries (the SDK's typings).
  const attempted = { ...payable, attempted: true, attemptCount: Math.max(1, invoice.attemptCount) };
  const { failure: ofCard, needsAuthentication } = testCard(method.testCard);
  if (needsAuthentication && owner === 'asked') throw wantsConsent(attempted, intent, method, call);
  const failure = owner === 'consented' ? withConsent(ofCard) : ofCard;
  const charge = newCharge(intent, method, failure !== null, call.now);
  call.tx.put('charge', charge);
  if (failure !== null) throw declinedBy(failure, attempted, { ...intent, latestCharge: charge.id }, method, call);
  call.tx.put('paymentIntent', {
    ...intent,
    status: 'succeeded',
    paymentMethod: method.id,
    latestCharge: charge.id,
  });
  call.tx.put('invoicePayment', { ...payment, status: 'paid', amountPaid: intent.amount, paidAt: call.now });
  disputeByCard(charge, call.tx, call.now);
  const amountPaid = attempted.amountPaid + intent.amount;
  const paid: InvoiceRecord = { ...attempted, status: 'paid', paidAt: call.now, amountPaid };
  call.tx.put('invoice', paid);
  return paid;
}

/** What still fails once the owner has consented: nothing, where the consent was all that was missing. */
export function withConsent(failure: CardFailure | null): CardFailure | null {
  return failure?.code === 'authentication_required' ? null : failure;
}

function chosenMethod(invoice: InvoiceRecord, call: Call<PayParams>): PaymentMethodRecord {
  const { default_payment_method: ofCustomer } = customerOf(call.tx, invoice).invoiceSettings;
  const chosen = call.params.payment_method ?? invoice.defaultPaymentMethod ?? ofCustomer;
  if (typeof chosen !== 'string') {
    throw invalid('There is no `default_payment_method` set on this Customer or Invoice.');
  }
  return methodOfCustomer(chosen, invoice.customer, 'payment_method', call);
}

/** What is open to collect by; made now for an invoice out of a journal that is older than payments. */
function openPaymentOf(
  invoice: InvoiceRecord,
  { tx, now }: Call<unknown>,
): { payable: InvoiceRecord; payment: InvoicePaymentRecord; intent: PaymentIntentRecord } {
  const remaining = finalAmountDue(invoice, tx) - invoice.amountPaid;
  const ids = invoice.paymentIds ?? [];
  const paymentIds = ids.length === 0 ? [openPayment(tx, invoice, remaining, now)] : ids;
  const payable = { ...invoice, paymentIds };
  const found = defaultPayment(payable, tx);
  if (found === undefined) throw new Error(`Invoice ${invoice.id} has no open payment.`);
  return { payable, ...found };
}

/** What the finalization made to collect by, while it is open; attached payments stand beside it. */
function defaultPayment(
  invoice: InvoiceRecord,
  tx: Transaction,
): { payment: InvoicePaymentRecord; intent: PaymentIntentRecord } | undefined {
  const payments = (invoice.paymentIds ?? []).flatMap((id) => tx.get('invoicePayment', id) ?? []);
  const payment = payments.find(({ isDefault }) => isDefault !== false);
  const intent = tx.get('paymentIntent', payment?.paymentIntent ?? '');
  return payment?.status !== 'open' || intent === undefined ? undefined : { payment, intent };
}

export function newCharge(
  intent: PaymentIntentRecord,
  method: PaymentMethodRecord,
  failed: boolean,
  now: number,
): ChargeRecord {
  const { id, amount, currency, customer } = intent;
  return {
    id: newId('ch'),
    created: now,
    amount,
    currency,
    customer,
    paymentIntent: id,
    paymentMethod: method.id,
    failed,
    refundIds: [],
  };
}

/** Nobody is there to consent, or the bank refuses: the intent waits for another method. */
function declinedBy(
  failure: CardFailure,
  attempted: InvoiceRecord,
  tried: PaymentIntentRecord,
  method: PaymentMethodRecord,
  { tx, business }: Call<unknown>,
): CardDeclined {
  const intent: PaymentIntentRecord = { ...tried, status: 'requires_payment_method', paymentMethod: null };
  tx.put('paymentIntent', intent);
  tx.put('invoice', { ...attempted, timesDeclined: (attempted.timesDeclined ?? 0) + 1 });
  return declined(failure, intent, method, { tx, business });
}

/** The 402 of an attempt, with the intent as the attempt has left it. */
export function declined(
  { code, declineCode, adviceCode, message }: CardFailure,
  intent: PaymentIntentRecord,
  method: PaymentMethodRecord,
  { tx, business }: Pick<Call, 'tx' | 'business'>,
): CardDeclined {
  return new CardDeclined(message, code, {
    ...(adviceCode === undefined ? {} : { advice_code: adviceCode }),
    ...(intent.latestCharge === null ? {} : { charge: intent.latestCharge }),
    ...(declineCode === undefined ? {} : { decline_code: declineCode }),
    payment_intent: renderPaymentIntent(intent, tx, business),
    payment_method: renderPaymentMethod(method, business),
  });
}

/** The customer is there (`off_session: false`) and has to consent before anything is charged. */
function wantsConsent(
  attempted: InvoiceRecord,
  untried: PaymentIntentRecord,
  method: PaymentMethodRecord,
  { tx, business }: Call<unknown>,
): CardDeclined {
  const intent: PaymentIntentRecord = { ...untried, status: 'requires_action', paymentMethod: method.id };
  tx.put('paymentIntent', intent);
  tx.put('invoice', { ...attempted, timesToConfirm: (attempted.timesToConfirm ?? 0) + 1 });
  return new CardDeclined(
    "This invoice's payment needs the customer to confirm it; its PaymentIntent tells how.",
    'invoice_payment_intent_requires_action',
    { payment_intent: renderPaymentIntent(intent, tx, business) },
  );
}

/** open or uncollectible → paid by money received elsewhere; Stripe attempted nothing, so `attempted` stays. */
export function payOutOfBand(invoice: InvoiceRecord, call: Call<unknown>): InvoiceRecord {
  const { tx, now } = call;
  const amountDue = finalAmountDue(invoice, tx);
  cancelPayment(invoice, null, call);
  const paid: InvoiceRecord = {
    ...invoice,
    status: 'paid',
    paidAt: now,
    amountPaid: amountDue,
    amountPaidOffStripe: amountDue - invoice.amountPaid,
  };
  tx.put('invoice', paid);
  return paid;
}

/** What was open to collect by is no longer: the invoice is void, or has nothing left to pay. */
export function cancelPayment(
  invoice: InvoiceRecord,
  reason: PaymentIntentRecord['cancellationReason'],
  { tx, now }: Call<unknown>,
): void {
  const found = defaultPayment(invoice, tx);
  if (found === undefined) return;
  const { payment, intent } = found;
  tx.put('invoicePayment', { ...payment, status: 'canceled', canceledAt: now });
  tx.put('paymentIntent', { ...intent, status: 'canceled', canceledAt: now, cancellationReason: reason });
}

/** Credit notes and attached payments change what remains; what is open to collect by follows (`is_default` in the SDK's typings). */
export function syncPayment(invoice: InvoiceRecord, call: Call<unknown>): void {
  const { tx } = call;
  const found = defaultPayment(invoice, tx);
  if (found === undefined) return;
  const { payment, intent } = found;
  const remaining = finalAmountDue(invoice, tx) - invoice.amountPaid;
  if (remaining === 0) {
    cancelPayment(invoice, null, call);
    return;
  }
  tx.put('invoicePayment', { ...payment, amountRequested: remaining });
  tx.put('paymentIntent', { ...intent, amount: remaining });
}
