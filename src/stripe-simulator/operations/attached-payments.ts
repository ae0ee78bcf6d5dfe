import { invalid, missingParameter, resourceMissing } from '../errors.ts';
import { newId } from '../ids.ts';
import { renderInvoice } from '../objects/invoice.ts';
import type { InvoiceRecord } from '../objects/records.ts';
import { beyond, expand, id } from '../schema.ts';
import { credit } from './intent-record.ts';
import { existingInvoice } from './invoice-record.ts';
import { operation } from './operation.ts';

/** Payments that a client makes itself and then lets count for an invoice; partial ones too. */
export const attachedPaymentOperations = [
  operation({
    name: 'invoices.attachPayment',
    method: 'POST',
    path: '/v1/invoices/{invoice}/attach_payment',
    parameters: { expand: expand(), payment_intent: id(), payment_record: beyond() },
    answers: 'invoice',
    validate: ({ payment_intent }) => {
      if (payment_intent === undefined) throw missingParameter('payment_intent');
    },
    run: (call) => {
      const { params, ids, tx, now, business } = call;
      const invoice = existingInvoice(tx, ids['invoice'], 'invoice');
      const intent = tx.get('paymentIntent', params.payment_intent ?? '');
      if (intent === undefined) {
        throw resourceMissing('payment_intent', params.payment_intent ?? '', 'payment_intent', 'parameter');
      }
      if (invoice.status !== 'open') throw invalid('Payments can be attached to open invoices only.');
      if (intent.invoicePayment != null || intent.own === undefined) {
        throw invalid('This PaymentIntent is already attached to an invoice.', 'payment_intent');
      }
      if (intent.status === 'canceled') throw invalid('This PaymentIntent is canceled.', 'payment_intent');
      if (intent.customer !== null && intent.customer !== invoice.customer) {
        throw invalid('This PaymentIntent belongs to another customer than the invoice.', 'payment_intent');
      }
      if (intent.currency !== invoice.currency) {
        throw invalid(`The currency must be that of the invoice: ${invoice.currency}.`, 'payment_intent');
      }
      const payment = newId('inpay');
      tx.put('invoicePayment', {
        id: payment,
        created: now,
        invoice: invoice.id,
        paymentIntent: intent.id,
        currency: intent.currency,
        amountRequested: intent.amount,
        amountPaid: null,
        isDefault: false,
        status: 'open',
        paidAt: null,
        canceledAt: null,
      });
      const attached = { ...intent, invoicePayment: payment };
      tx.put('paymentIntent', attached);
      tx.put('invoice', { ...invoice, paymentIds: [payment, ...(invoice.paymentIds ?? [])] });
      if (intent.status === 'succeeded') credit(attached, call);
      return renderInvoice(tx.get('invoice', invoice.id) as InvoiceRecord, tx, business);
    },
  }),
];
