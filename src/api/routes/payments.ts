import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { syncInvoiceId } from '../../../workflows/contract/ids.ts';
import { orderRefund } from '../../billing/order-refund.ts';
import { recordPayment } from '../../billing/record-payment.ts';
import { showPayments } from '../../billing/show-payments.ts';
import { wantCollection } from '../../billing/want-collection.ts';
import { requestUncollectible } from '../../billing/want-uncollectible.ts';
import { safeNumber } from '../../store/invoice-views.ts';
import type { ApiDeps } from '../deps.ts';
import { invoiceIdFor, noSuchInvoice } from '../filters.ts';
import { actorOf, isCustomer } from '../guard.ts';
import {
  CollectOrder,
  InvoicePayments,
  NewPayment,
  NewRefund,
  Payment,
  Refund,
  UncollectibleOrder,
} from '../schemas/collection.ts';
import { problems } from '../schemas/common.ts';
import { InvoiceParams } from '../schemas/invoices.ts';
import { Woken } from '../schemas/syncs.ts';

/** The money of an issued invoice. What is wanted at Stripe is written down and carried out by the invoice's sync. */
export const paymentRoutes: FastifyPluginAsyncTypebox<ApiDeps> = async (app, { database, syncs, workflows }) => {
  const tags = ['payments'];
  const config = { scope: 'invoices:write' } as const;
  const params = InvoiceParams;
  const wokenOf = (invoiceId: string) => {
    const workflowId = syncInvoiceId(invoiceId);
    return { invoiceId, workflowId, workflowUrl: workflows.urlOf(workflowId) };
  };

  app.get(
    '/v1/invoices/:id/payments',
    {
      config: { scope: 'invoices:read', customers: 'invoice' },
      schema: {
        tags,
        summary: 'Read all that happened to the money of an invoice',
        description: 'Attempts to charge, payments, refunds and disputes in one list, and what they come to.',
        params,
        response: { 200: InvoicePayments, ...problems },
      },
    },
    async (request) => {
      const shown = await showPayments(database, await invoiceIdFor(database, request.params.id));
      if (shown === undefined) throw noSuchInvoice(request.params.id);
      if (!isCustomer(request)) return shown;
      // Who of us has asked for it, and the words for our own history, are not for the customer.
      return { ...shown, movements: shown.movements.map((one) => ({ ...one, reason: null, actor: null })) };
    },
  );

  app.post(
    '/v1/invoices/:id/payments',
    {
      config,
      schema: {
        tags,
        summary: 'Record money that came in elsewhere, all that is open or a part',
        params,
        body: NewPayment,
        response: { 201: Payment, 200: Payment, ...problems },
      },
    },
    async (request, reply) => {
      const { id, amountMinor, paidAt, reference, reason } = request.body;
      const invoiceId = await invoiceIdFor(database, request.params.id);
      const amount = amountMinor === undefined ? undefined : BigInt(amountMinor);
      const input = { invoiceId, id, amountMinor: amount, paidAt, reference, reason };
      const payment = await recordPayment(database, input, actorOf(request));
      await syncs.wake(invoiceId, 'in turn');
      const shown = {
        id: payment.id,
        invoiceId,
        amountMinor: safeNumber(payment.amountMinor),
        paidAt: payment.paidAt,
        reference: payment.reference,
      };
      return reply.code(payment.isNew ? 201 : 200).send(shown);
    },
  );

  app.post(
    '/v1/invoices/:id/collect',
    {
      config,
      schema: {
        tags,
        summary: 'Charge the saved payment method with what is open, now',
        description: 'While an attempt is wanted or in doubt no other is made: it is the one that is answered.',
        params,
        body: CollectOrder,
        response: { 202: Woken, ...problems },
      },
    },
    async (request, reply) => {
      const invoiceId = await invoiceIdFor(database, request.params.id);
      await wantCollection(database, { invoiceId, reason: request.body.reason ?? null }, actorOf(request));
      await syncs.wake(invoiceId, 'in turn');
      return reply.code(202).send(wokenOf(invoiceId));
    },
  );

  app.post(
    '/v1/invoices/:id/refunds',
    {
      config,
      schema: {
        tags,
        summary: 'Give money back that came in for an invoice',
        params,
        body: NewRefund,
        response: { 202: Refund, 200: Refund, ...problems },
      },
    },
    async (request, reply) => {
      const { id, kind, amountMinor, reason } = request.body;
      const invoiceId = await invoiceIdFor(database, request.params.id);
      const amount = amountMinor === undefined ? undefined : BigInt(amountMinor);
      const input = { invoiceId, id, kind, amountMinor: amount, reason };
      const refund = await orderRefund(database, input, actorOf(request));
      if (refund.kind === 'target') await syncs.wake(invoiceId, 'in turn');
      const shown = { id: refund.id, invoiceId, kind: refund.kind, amountMinor: safeNumber(refund.amountMinor) };
      return reply.code(refund.isNew ? 202 : 200).send(shown);
    },
  );

  app.post(
    '/v1/invoices/:id/uncollectible',
    {
      config,
      schema: {
        tags,
        summary: 'Give an invoice up',
        description:
          'Nobody is asked for it any more once Stripe has confirmed it; who pays it all the same has paid it.',
        params,
        body: UncollectibleOrder,
        response: { 202: Woken, ...problems },
      },
    },
    async (request, reply) => {
      const invoiceId = await invoiceIdFor(database, request.params.id);
      await requestUncollectible(database, { invoiceId, reason: request.body.reason }, actorOf(request));
      await syncs.wake(invoiceId, 'in turn');
      return reply.code(202).send(wokenOf(invoiceId));
    },
  );
};
