import { missingParameter, resourceMissing } from '../errors.ts';
import { renderInvoicePayment } from '../objects/payment.ts';
import type { InvoicePaymentRecord } from '../objects/payment-records.ts';
import { beyond, choice, expand, id, object, range, required } from '../schema.ts';
import type { Sequence, Transaction } from '../state.ts';
import { isBefore, pageParameters, paginate, sequenceOf, validatePage, within } from './listing.ts';
import { operation } from './operation.ts';

/** One invoice's payments are at hand; without an invoice, all are walked. */
function paymentsToList(tx: Transaction, invoiceId: string | undefined): Sequence<InvoicePaymentRecord> {
  if (invoiceId === undefined) return tx.all('invoicePayment');
  const invoice = tx.get('invoice', invoiceId);
  if (invoice === undefined) throw resourceMissing('invoice', invoiceId, 'invoice', 'parameter');
  return sequenceOf((invoice.paymentIds ?? []).flatMap((paymentId) => tx.get('invoicePayment', paymentId) ?? []));
}

export const invoicePaymentOperations = [
  operation({
    name: 'invoicePayments.retrieve',
    method: 'GET',
    path: '/v1/invoice_payments/{invoice_payment}',
    parameters: { expand: expand() },
    answers: 'invoice_payment',
    run: ({ ids: { invoice_payment = '' }, tx, business }) => {
      const record = tx.get('invoicePayment', invoice_payment);
      if (record === undefined) throw resourceMissing('invoice_payment', invoice_payment, 'invoice_payment', 'path');
      return renderInvoicePayment(record, business);
    },
  }),
  operation({
    name: 'invoicePayments.list',
    method: 'GET',
    path: '/v1/invoice_payments',
    parameters: {
      ...pageParameters,
      created: range(),
      invoice: id(),
      payment: object({
        payment_intent: id(),
        payment_record: beyond(),
        type: required(choice('payment_intent', 'payment_record')),
      }),
      status: choice('canceled', 'open', 'paid'),
    },
    answers: 'invoice_payment',
    isList: true,
    validate: (params) => {
      validatePage(params);
      const { payment } = params;
      if (payment?.type === 'payment_intent' && payment.payment_intent === undefined) {
        throw missingParameter('payment[payment_intent]');
      }
    },
    run: ({ params, tx, business }) => {
      const { created, invoice, payment, status } = params;
      return paginate(paymentsToList(tx, invoice), params, {
        noun: 'invoice_payment',
        url: '/v1/invoice_payments',
        isTooOld: (record) => isBefore(created, record.created),
        // No payment of the simulator stands on a PaymentRecord, so asking for those finds none.
        filter: (record) =>
          (payment === undefined || record.paymentIntent === payment.payment_intent) &&
          (status === undefined || record.status === status) &&
          within(created, record.created),
        render: (record) => renderInvoicePayment(record, business),
      });
    },
  }),
];
