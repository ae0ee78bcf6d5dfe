import type { PaymentIntentRecord, PaymentMethodRecord } from '../objects/payment-records.ts';
import type { InvoiceRecord } from '../objects/records.ts';
import type { Transaction } from '../state.ts';
import { testCard } from '../test-cards.ts';
import { cancelPayment, declined, finalAmountDue, newCharge, syncPayment } from './collection.ts';
import { disputeByCard } from './dispute-record.ts';
import { customerOf } from './invoice-record.ts';
import type { Call } from './operation.ts';

/** The payment of an invoice that an intent is for, and that invoice. */
export function purposeOf(intent: PaymentIntentRecord, tx: Transaction) {
  const payment = tx.get('invoicePayment', intent.invoicePayment ?? '');
  const invoice = tx.get('invoice', payment?.invoice ?? '');
  return payment === undefined || invoice === undefined ? undefined : { payment, invoice };
}

/**
 * One attempt to charge the intent's amount to a card. What succeeds is credited to the invoice that the intent is for.
 * A card that wants its owner's consent waits for it, unless nobody is there to give it: then, as with any card that is
 * refused, the 402 is thrown and the intent waits for another method.
 */
export function charge(
  intent: PaymentIntentRecord,
  method: PaymentMethodRecord,
  call: Call<{ off_session?: boolean; error_on_requires_action?: boolean }>,
): PaymentIntentRecord {
  const { tx, now, params } = call;
  const { failure, needsAuthentication } = testCard(method.testCard);
  const mayAsk = params.off_session !== true && params.error_on_requires_action !== true;
  if (needsAuthentication && mayAsk) {
    return written({ ...intent, status: 'requires_action', paymentMethod: method.id }, tx);
  }
  const made = newCharge(intent, method, failure !== null, now);
  tx.put('charge', made);
  if (failure !== null) {
    const waiting = written(
      { ...intent, status: 'requires_payment_method', paymentMethod: null, latestCharge: made.id },
      tx,
    );
    noteDecline(waiting, tx);
    throw declined(failure, waiting, method, call);
  }
  const paid = written({ ...intent, status: 'succeeded', paymentMethod: method.id, latestCharge: made.id }, tx);
  credit(paid, call);
  disputeByCard(made, tx, now);
  return paid;
}

function written(intent: PaymentIntentRecord, tx: Transaction): PaymentIntentRecord {
  tx.put('paymentIntent', intent);
  return intent;
}

function noteDecline(intent: PaymentIntentRecord, tx: Transaction): void {
  const invoice = purposeOf(intent, tx)?.invoice;
  if (invoice === undefined) return;
  tx.put('invoice', { ...invoice, attempted: true, timesDeclined: (invoice.timesDeclined ?? 0) + 1 });
}

/**
 * Credits an intent that has succeeded to its invoice. Once nothing remains the invoice is paid; what was paid beyond
 * that stays with the customer as credit.
 */
export function credit(intent: PaymentIntentRecord, call: Call<unknown>): void {
  const { tx, now } = call;
  const purpose = purposeOf(intent, tx);
  if (purpose === undefined || purpose.payment.status !== 'open' || purpose.invoice.status === 'void') return;
  tx.put('invoicePayment', { ...purpose.payment, status: 'paid', amountPaid: intent.amount, paidAt: now });
  const invoice = tx.get('invoice', purpose.invoice.id) as InvoiceRecord;
  const remaining = Math.max(0, finalAmountDue(invoice, tx) - invoice.amountPaid);
  const over = Math.max(0, intent.amount - remaining);
  if (over > 0) {
    const customer = customerOf(tx, invoice);
    tx.put('customer', { ...customer, balance: customer.balance - over });
  }
  const credited: InvoiceRecord = {
    ...invoice,
    attempted: true,
    amountPaid: invoice.amountPaid + intent.amount - over,
    ...(over === 0 ? {} : { amountOverpaid: (invoice.amountOverpaid ?? 0) + over }),
  };
  const isPaid = intent.amount >= remaining && invoice.status !== 'paid';
  const settled: InvoiceRecord = isPaid ? { ...credited, status: 'paid', paidAt: now } : credited;
  tx.put('invoice', settled);
  if (isPaid) cancelPayment(settled, null, call);
  else syncPayment(settled, call);
}
