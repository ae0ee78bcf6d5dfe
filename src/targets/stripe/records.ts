import type Stripe from 'stripe';
import { parseCurrency } from '../../domain/money/currency.ts';
import { fromStripeAmount } from '../../domain/money/stripe-amount.ts';
import type { RemoteFinding, RemoteRecord } from '../events.ts';
import { type Linked, linkedId } from './ids.ts';
import { asStripe } from './steps.ts';

/** Invoices that one payment was made for, and payments of one invoice, that are read at most. */
const linkLimit = 100;

type Read = (stripe: Stripe, id: string) => Promise<RemoteFinding>;

const nothing: RemoteFinding = { remoteInvoiceIds: [], records: [] };

/** Reads an object as it is now, and finds the invoices that it belongs to. @throws TargetError */
export async function readObject(stripe: Stripe, kind: string, id: string): Promise<RemoteFinding> {
  const read = Object.hasOwn(readers, kind) ? readers[kind] : undefined;
  return read === undefined ? nothing : await asStripe(() => read(stripe, id));
}

const readers: Record<string, Read> = {
  async invoice(stripe, id) {
    const { data } = await stripe.invoicePayments.list({ invoice: id, limit: linkLimit });
    const records: RemoteRecord[] = [];
    for (const { payment } of data) {
      const intent = linkedId(payment.payment_intent);
      if (intent !== null) records.push(paymentRecord(await stripe.paymentIntents.retrieve(intent)));
    }
    return { remoteInvoiceIds: [id], records };
  },
  async payment_intent(stripe, id) {
    const intent = await stripe.paymentIntents.retrieve(id);
    return { remoteInvoiceIds: await invoicesPaidBy(stripe, id), records: [paymentRecord(intent)] };
  },
  async charge(stripe, id) {
    const { payment_intent: intent } = await stripe.charges.retrieve(id);
    return { remoteInvoiceIds: await invoicesPaidBy(stripe, linkedId(intent)), records: [] };
  },
  async refund(stripe, id) {
    const refund = await stripe.refunds.retrieve(id);
    const remoteInvoiceIds = await invoicesPaidBy(stripe, await intentOf(stripe, refund));
    return { remoteInvoiceIds, records: [refundRecord(refund)] };
  },
  async dispute(stripe, id) {
    const dispute = await stripe.disputes.retrieve(id);
    const remoteInvoiceIds = await invoicesPaidBy(stripe, await intentOf(stripe, dispute));
    return { remoteInvoiceIds, records: [disputeRecord(dispute)] };
  },
  async 'checkout.session'(stripe, id) {
    const { customer } = await stripe.checkout.sessions.retrieve(id);
    const remoteCustomerId = linkedId(customer);
    return { ...nothing, remoteCustomerIds: remoteCustomerId === null ? [] : [remoteCustomerId] };
  },
  async credit_note(stripe, id) {
    const note = await stripe.creditNotes.retrieve(id);
    const invoice = linkedId(note.invoice);
    return { remoteInvoiceIds: invoice === null ? [] : [invoice], records: [creditNoteRecord(note)] };
  },
};

/** Charges and disputes have not named an invoice since 2025; the payment intent leads there. */
async function intentOf(
  stripe: Stripe,
  { payment_intent: intent, charge }: { payment_intent: Linked; charge: Linked },
): Promise<string | null> {
  const known = linkedId(intent);
  const chargeId = linkedId(charge);
  if (known !== null || chargeId === null) return known;
  return linkedId((await stripe.charges.retrieve(chargeId)).payment_intent);
}

async function invoicesPaidBy(stripe: Stripe, intent: string | null): Promise<string[]> {
  if (intent === null) return [];
  const { data } = await stripe.invoicePayments.list({
    payment: { type: 'payment_intent', payment_intent: intent },
    limit: linkLimit,
  });
  return [...new Set(data.flatMap(({ invoice }) => linkedId(invoice) ?? []))];
}

function paymentRecord(intent: Stripe.PaymentIntent): RemoteRecord {
  const isFinal = intent.status === 'succeeded' || intent.status === 'canceled';
  const failure = intent.last_payment_error;
  return {
    ...amountOf(intent),
    kind: 'payment',
    status: intent.status,
    // Between its ends a payment goes to and fro: it is declined, tried again, waits for its owner, is declined.
    stage: isFinal ? 1 : 0,
    isFinal,
    code: isFinal ? null : (failure?.decline_code ?? failure?.code ?? null),
  };
}

export function refundRecord(refund: Stripe.Refund): RemoteRecord {
  const status = refund.status ?? 'pending';
  // One that has succeeded may still come back from the bank.
  const stage = status === 'failed' || status === 'canceled' ? 2 : status === 'succeeded' ? 1 : 0;
  return {
    ...amountOf(refund),
    kind: 'refund',
    status,
    stage,
    isFinal: stage > 0,
    code: refund.failure_reason ?? null,
  };
}

/** An inquiry may become a dispute, a dispute is decided, and a decision may be appealed and then confirmed or turned. */
const disputeStages: Record<string, number> = {
  warning_needs_response: 0,
  warning_under_review: 1,
  warning_closed: 2,
  needs_response: 3,
  under_review: 4,
};
const decidedStage = 5;
const closedStatuses: readonly string[] = ['won', 'lost', 'prevented', 'warning_closed'];

function disputeRecord(dispute: Stripe.Dispute): RemoteRecord {
  const { status, reason } = dispute;
  return {
    ...amountOf(dispute),
    kind: 'dispute',
    status,
    stage: disputeStages[status] ?? decidedStage,
    isFinal: closedStatuses.includes(status),
    code: reason,
  };
}

function creditNoteRecord(note: Stripe.CreditNote): RemoteRecord {
  const isVoid = note.status === 'void';
  const { id, currency, total } = note;
  return {
    ...amountOf({ id, currency, amount: total }),
    kind: 'credit_note',
    status: note.status,
    stage: isVoid ? 1 : 0,
    isFinal: isVoid,
    code: note.reason,
  };
}

function amountOf({ id, amount, currency }: { id: string; amount: number; currency: string }) {
  const code = parseCurrency(currency);
  return { remoteId: id, amountMinor: fromStripeAmount(amount, code), currency: code as string };
}
