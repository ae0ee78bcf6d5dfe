import type Stripe from 'stripe';
import type { Currency } from '../../domain/money/currency.ts';
import { fromStripeAmount } from '../../domain/money/stripe-amount.ts';
import { failureKinds } from '../failures.ts';
import {
  type OutgoingCreditNote,
  type OutgoingInvoice,
  type OutgoingLine,
  type RemoteCreditNote,
  type RequestLog,
  TargetError,
} from '../port.ts';
import { stripeAmount } from './amount.ts';
import { creditNoteMark, invoiceMark, lineMark } from './invoice-params.ts';
import { refund } from './refund.ts';
import { seenOf } from './seen.ts';
import { asStripe, carryOut } from './steps.ts';

const stepOf = ({ id }: OutgoingCreditNote) => `credit-note ${id}`;

/**
 * Brings a credit note to Stripe, exactly once. What goes to the customer's balance with us is out of band there: Stripe's
 * own balance of a customer stays zero. What is paid between the issue of the note and its way to Stripe is given back
 * out of band too, and told as overpaid.
 */
export async function bringCreditNote(
  stripe: Stripe,
  invoice: OutgoingInvoice,
  remoteInvoiceId: string,
  note: OutgoingCreditNote,
  log: RequestLog,
): Promise<RemoteCreditNote> {
  const begun = await log.latest(stepOf(note));
  const isDone = begun !== undefined && begun.remoteId !== null;
  const { id, answer } = await carryOut<Stripe.CreditNote>(log, {
    name: stepOf(note),
    operation: 'creditNotes.create',
    // Of one that is done nothing is sent, so nothing is read for it.
    params: isDone ? begun.params : { ...(await paramsOf(stripe, invoice, remoteInvoiceId, note, log)) },
    send: (params, options) => stripe.creditNotes.create(params as unknown as Stripe.CreditNoteCreateParams, options),
    look: async () => {
      for await (const found of stripe.creditNotes.list({ invoice: remoteInvoiceId, limit: 100 })) {
        if (found.metadata?.[creditNoteMark] === note.id) return found;
      }
      return undefined;
    },
  });
  const remote = answer ?? (await asStripe(() => stripe.creditNotes.retrieve(id)));
  checkNote(invoice, note, remote);
  const loweredMinor = fromStripeAmount(remote.pre_payment_amount, invoice.currency as Currency);
  return {
    remoteId: id,
    refundIds: remote.refunds.map(({ refund }) => (typeof refund === 'string' ? refund : refund.id)),
    overpaidMinor: note.dueMinor > loweredMinor ? note.dueMinor - loweredMinor : 0n,
    invoice: seenOf(invoice, await asStripe(() => stripe.invoices.retrieve(remoteInvoiceId))),
  };
}

async function paramsOf(
  stripe: Stripe,
  invoice: OutgoingInvoice,
  remoteInvoiceId: string,
  note: OutgoingCreditNote,
  log: RequestLog,
): Promise<Stripe.CreditNoteCreateParams> {
  const { amount_remaining: remaining } = await asStripe(() => stripe.invoices.retrieve(remoteInvoiceId));
  const amount = stripeAmount(note.moneyMinor, invoice.currency);
  const backAmount = amount - Math.min(amount, remaining);
  const refundAmount = stripeAmount(note.refundMinor, invoice.currency);
  if (refundAmount > backAmount) {
    throw new TargetError(
      'person',
      'wrong-state',
      `Stripe's ${remoteInvoiceId} has ${remaining} still to be paid, so that ${refundAmount} cannot be refunded with a note over ${amount}.`,
      { mend: failureKinds['wrong-state'].operator, needsAlert: true },
    );
  }
  return {
    invoice: remoteInvoiceId,
    ...(await contentOf(stripe, invoice, remoteInvoiceId, note)),
    ...(refundAmount > 0 && (await refundOf(stripe, { invoice, remoteId: remoteInvoiceId, note, refundAmount }, log))),
    ...(backAmount > refundAmount && { out_of_band_amount: backAmount - refundAmount }),
    ...(note.reason !== 'other' && { reason: note.reason }),
    memo: note.memo === null ? note.number : `${note.number}: ${note.memo}`,
    effective_at: Math.floor(note.issuedAt.getTime() / 1_000),
    metadata: { [creditNoteMark]: note.id, [invoiceMark]: invoice.id },
  };
}

/**
 * A note makes one refund, of one payment. Of an invoice that was paid by several the refunds are made before it, each once
 * by steps of their own, and the note tells of them.
 * @throws TargetError wrong-state
 */
async function refundOf(
  stripe: Stripe,
  order: { invoice: OutgoingInvoice; remoteId: string; note: OutgoingCreditNote; refundAmount: number },
  log: RequestLog,
): Promise<Pick<Stripe.CreditNoteCreateParams, 'refund_amount' | 'refunds'>> {
  const { invoice, remoteId, note, refundAmount } = order;
  const paid = await asStripe(() => stripe.invoicePayments.list({ invoice: remoteId, status: 'paid', limit: 2 }));
  if (paid.data.length < 2) return { refund_amount: refundAmount };
  const { state, code, records } = await refund(
    stripe,
    { invoice, remoteId, refundId: note.id, amountMinor: note.refundMinor },
    log,
  );
  if (state !== 'sent') {
    throw new TargetError(
      'person',
      'wrong-state',
      `Of the payments of Stripe's ${remoteId} not all of ${refundAmount} can be refunded: ${code}.`,
      { mend: failureKinds['wrong-state'].operator, needsAlert: true },
    );
  }
  const refunds = records.map(({ remoteId: id, amountMinor }) => ({
    refund: id,
    amount_refunded: stripeAmount(amountMinor, invoice.currency),
  }));
  return { refunds };
}

/**
 * Line by line with the taxes that we have computed. Where credits have paid a part, which is a line below zero at Stripe,
 * or a line or tax is not there as we know it, one amount in all: that is always right in sum.
 */
async function contentOf(
  stripe: Stripe,
  { currency, lines: ownLines }: OutgoingInvoice,
  remoteInvoiceId: string,
  note: OutgoingCreditNote,
): Promise<Pick<Stripe.CreditNoteCreateParams, 'amount' | 'lines'>> {
  const whole = { amount: stripeAmount(note.moneyMinor, currency) };
  if (note.moneyMinor !== note.totalMinor) return whole;
  const remoteLines = new Map<string, Stripe.InvoiceLineItem>();
  await asStripe(async () => {
    for await (const line of stripe.invoices.listLineItems(remoteInvoiceId, { limit: 100 })) {
      const mark = line.metadata[lineMark];
      if (mark !== undefined) remoteLines.set(mark, line);
    }
  });
  const lines: Stripe.CreditNoteCreateParams.Line[] = [];
  for (const line of note.lines.filter(({ amountMinor }) => amountMinor > 0n)) {
    const remote = remoteLines.get(line.lineId);
    const own = ownLines.find(({ id }) => id === line.lineId);
    const taxAmounts = remote && own && taxesOf(remote, own, line, currency);
    if (remote === undefined || taxAmounts === undefined) return whole;
    lines.push({
      type: 'invoice_line_item',
      invoice_line_item: remote.id,
      amount: stripeAmount(line.amountMinor, currency),
      ...(taxAmounts.length > 0 && { tax_amounts: taxAmounts }),
    });
  }
  return { lines };
}

/** The taxes of a part of a line, each under the rate that Stripe has made of the line's own: the one with its amounts. */
function taxesOf(
  remote: Stripe.InvoiceLineItem,
  line: OutgoingLine,
  { taxes }: OutgoingCreditNote['lines'][number],
  currency: string,
): Stripe.CreditNoteCreateParams.Line.TaxAmount[] | undefined {
  const amountOf = (minor: bigint) => stripeAmount(minor, currency);
  const free = [...(remote.taxes ?? [])];
  const found: Stripe.CreditNoteCreateParams.Line.TaxAmount[] = [];
  for (const { key, amountMinor, taxableMinor, isInclusive } of line.taxes) {
    const index = free.findIndex(
      (tax) =>
        tax.amount === amountOf(amountMinor) &&
        tax.taxable_amount === amountOf(taxableMinor) &&
        (tax.tax_behavior === 'inclusive') === isInclusive,
    );
    const rate = free.splice(index, index < 0 ? 0 : 1)[0]?.tax_rate_details?.tax_rate;
    const part = taxes.find((tax) => tax.key === key);
    if (rate === undefined || part === undefined) return undefined;
    const amount = amountOf(part.amountMinor);
    found.push({ amount, taxable_amount: amountOf(part.taxableMinor), tax_rate: rate });
  }
  return free.length === 0 ? found : undefined;
}

/** What Stripe has made of it is to be what the books say. */
function checkNote({ currency }: OutgoingInvoice, note: OutgoingCreditNote, remote: Stripe.CreditNote): void {
  const ours = stripeAmount(note.moneyMinor, currency);
  if (remote.total === ours && remote.status === 'issued') return;
  throw new TargetError(
    'person',
    'total-differs',
    `Stripe's ${remote.id} is ${remote.status} over ${remote.total}, the books have ${ours} of note ${note.number}.`,
    { mend: failureKinds['total-differs'].operator, needsAlert: true },
  );
}
