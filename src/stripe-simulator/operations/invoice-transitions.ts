import { invalid } from '../errors.ts';
import { renderInvoice } from '../objects/invoice.ts';
import type { InvoiceRecord } from '../objects/records.ts';
import { beyond, boolean, expand, id } from '../schema.ts';
import { cancelPayment, payByCard, payOutOfBand } from './collection.ts';
import { existingInvoice, finalize } from './invoice-record.ts';
import { type Call, operation } from './operation.ts';

/**
 * The life of an invoice at Stripe. Refusals of a wrong state are 400 without a code, with the texts that were
 * recorded from live answers, since clients can only tell them apart by reading back.
 */
const notOpen = "You can only pass in open invoices. This invoice isn't open.";

function answer(invoice: InvoiceRecord, { tx, business }: Call<unknown>) {
  return renderInvoice(invoice, tx, business);
}

function write(invoice: InvoiceRecord, call: Call<unknown>) {
  call.tx.put('invoice', invoice);
  return answer(invoice, call);
}

/** No mail leaves the simulator; that one would have left is told by the event. */
function sent(invoice: InvoiceRecord): InvoiceRecord {
  return { ...invoice, timesSent: (invoice.timesSent ?? 0) + 1 };
}

export const invoiceTransitionOperations = [
  operation({
    name: 'invoices.finalizeInvoice',
    method: 'POST',
    path: '/v1/invoices/{invoice}/finalize',
    parameters: { auto_advance: boolean(), expand: expand() },
    answers: 'invoice',
    run: (call) => {
      const invoice = existingInvoice(call.tx, call.ids['invoice'], 'id');
      if (invoice.status !== 'draft') {
        throw invalid("This invoice is already finalized, you can't re-finalize a non-draft invoice.");
      }
      const autoAdvance = call.params.auto_advance ?? invoice.autoAdvance;
      return answer(finalize(call.tx, { ...invoice, autoAdvance }, call.now), call);
    },
  }),
  operation({
    name: 'invoices.sendInvoice',
    method: 'POST',
    path: '/v1/invoices/{invoice}/send',
    parameters: { expand: expand() },
    answers: 'invoice',
    run: (call) => {
      const invoice = existingInvoice(call.tx, call.ids['invoice'], 'invoice');
      if (invoice.status === 'draft') return write(sent(finalize(call.tx, invoice, call.now)), call);
      if (invoice.status !== 'open') throw invalid('This invoice cannot be sent right now.');
      if (invoice.collectionMethod !== 'send_invoice') {
        throw invalid("You can only manually send an invoice if its collection method is 'send_invoice'.");
      }
      return write(sent(invoice), call);
    },
  }),
  operation({
    name: 'invoices.pay',
    method: 'POST',
    path: '/v1/invoices/{invoice}/pay',
    parameters: {
      expand: expand(),
      // Takes less than is due from a source that was filled with too little; a card is no such source.
      forgive: boolean(),
      mandate: beyond(),
      off_session: boolean(),
      paid_out_of_band: boolean(),
      payment_method: id(),
      source: beyond(),
    },
    answers: 'invoice',
    run: (call) => {
      const found = existingInvoice(call.tx, call.ids['invoice'], 'id');
      if (found.status === 'paid') throw invalid('Invoice is already paid');
      if (found.status === 'void') throw invalid('Voided invoices cannot be paid.');
      const invoice = found.status === 'draft' ? finalize(call.tx, found, call.now) : found;
      if (invoice.status === 'paid') return answer(invoice, call);
      if (call.params.paid_out_of_band === true) return answer(payOutOfBand(invoice, call), call);
      return answer(payByCard(invoice, call), call);
    },
  }),
  operation({
    name: 'invoices.voidInvoice',
    method: 'POST',
    path: '/v1/invoices/{invoice}/void',
    parameters: { expand: expand() },
    answers: 'invoice',
    run: (call) => {
      const invoice = existingInvoice(call.tx, call.ids['invoice'], 'id');
      const isPartlyPaid = invoice.amountPaid > 0;
      if (invoice.status === 'paid' || isPartlyPaid) throw invalid('Invoices with `paid` payments cannot be voided.');
      // The documentation allows uncollectible → void, a live recording refused it: the refusal is the harder case.
      if (invoice.status !== 'open') throw invalid(notOpen);
      cancelPayment(invoice, 'void_invoice', call);
      return write({ ...invoice, status: 'void', voidedAt: call.now }, call);
    },
  }),
  operation({
    name: 'invoices.markUncollectible',
    method: 'POST',
    path: '/v1/invoices/{invoice}/mark_uncollectible',
    parameters: { expand: expand() },
    answers: 'invoice',
    run: (call) => {
      const invoice = existingInvoice(call.tx, call.ids['invoice'], 'id');
      if (invoice.status === 'uncollectible') throw invalid('This invoice has already been marked uncollectible.');
      if (invoice.status !== 'open') throw invalid(notOpen);
      return write({ ...invoice, status: 'uncollectible', markedUncollectibleAt: call.now }, call);
    },
  }),
];
