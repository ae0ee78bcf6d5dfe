import { randomUUID } from 'node:crypto';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { syncInvoiceId } from '../../../workflows/contract/ids.ts';
import { requireScope } from '../../auth/principal.ts';
import { storeCorrection } from '../../billing/store-correction.ts';
import { syncNow } from '../../billing/sync-now.ts';
import { requestVoid } from '../../billing/void-invoice.ts';
import { DurabillError } from '../../errors/error.ts';
import { uuidOrNull } from '../../store/uuid.ts';
import type { ApiDeps } from '../deps.ts';
import { actorOf } from '../guard.ts';
import { problems } from '../schemas/common.ts';
import { CustomerParams } from '../schemas/customers.ts';
import { InvoiceParams } from '../schemas/invoices.ts';
import { AnswerTaken, NewAnswer, NewCorrection, StoredCorrection, VoidOrder, Woken } from '../schemas/syncs.ts';

/** What a person can do to an invoice on its way to Stripe. Each is a use case or an answer to its workflow. */
export const syncRoutes: FastifyPluginAsyncTypebox<ApiDeps> = async (app, { database, syncs, workflows }) => {
  const tags = ['invoices'];
  const config = { scope: 'invoices:write' } as const;
  /** Whoever supports customers answers and hurries; what takes money back is for those who answer for money. */
  const answering = { ...config, orScope: 'operations:write' } as const;
  const urlOf = (invoiceId: string) => workflows.urlOf(syncInvoiceId(invoiceId));
  const wokenOf = (invoiceId: string) => ({
    invoiceId,
    workflowId: syncInvoiceId(invoiceId),
    workflowUrl: urlOf(invoiceId),
  });

  app.post(
    '/v1/invoices/:id/sync',
    {
      config: answering,
      schema: {
        tags,
        summary: 'Bring an invoice to Stripe at once, before all others',
        params: InvoiceParams,
        response: { 202: Woken, ...problems },
      },
    },
    async (request, reply) => {
      const id = readInvoiceId(request.params.id);
      const { hasBegun } = await syncNow(database, id, actorOf(request));
      await syncs.wake(id, hasBegun ? 'at once' : 'anew');
      return reply.code(202).send(wokenOf(id));
    },
  );

  app.post(
    '/v1/invoices/:id/void',
    {
      config,
      schema: {
        tags,
        summary: 'Void an issued invoice',
        description: 'It is void once Stripe has confirmed it; if the customer has paid meanwhile, it stays paid.',
        params: InvoiceParams,
        body: VoidOrder,
        response: { 202: Woken, ...problems },
      },
    },
    async (request, reply) => {
      const id = readInvoiceId(request.params.id);
      await requestVoid(database, { invoiceId: id, reason: request.body.reason }, actorOf(request));
      await syncs.wake(id, 'in turn');
      return reply.code(202).send(wokenOf(id));
    },
  );

  app.post(
    '/v1/invoices/:id/answers',
    {
      config: answering,
      schema: {
        tags,
        summary: 'Answer an invoice that waits for a person, or hold one',
        params: InvoiceParams,
        body: NewAnswer,
        response: { 200: AnswerTaken, ...problems },
      },
    },
    async (request) => {
      const { decisionId = randomUUID(), ...answer } = request.body;
      const actor = actorOf(request);
      if (answer.kind === 'abandon' && request.principal !== null) requireScope(request.principal, config.scope);
      const id = readInvoiceId(request.params.id);
      const outcome = await syncs.answer(id, { ...answer, decisionId, actor });
      return { decisionId, outcome, workflowUrl: urlOf(id) };
    },
  );

  app.post(
    '/v1/customers/:id/corrections',
    {
      config: { scope: 'customers:write', heedsIdempotencyKey: true },
      schema: {
        tags: ['customers'],
        summary: 'Store a correction for the answer `fix`',
        params: CustomerParams,
        body: NewCorrection,
        response: { 201: StoredCorrection, ...problems },
      },
    },
    async (request, reply) => {
      const correction = { ...request.body, customer: request.params.id };
      return reply.code(201).send(await storeCorrection(database, correction, actorOf(request)));
    },
  );
};

/** What is no UUID names no invoice; PostgreSQL would refuse to compare it. */
function readInvoiceId(id: string): string {
  const read = uuidOrNull(id);
  if (read === null) {
    throw new DurabillError('not-found', {
      field: 'id',
      reason: `There is no invoice with the id "${id}".`,
      mend: 'Find it by its number at /v1/invoices?number=…',
    });
  }
  return read;
}
