import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { applyUsageCorrection, discardUsageCorrection } from '../../billing/apply-usage-correction.ts';
import type { CorrectedInvoice, CorrectionOutcome } from '../../billing/corrections/outcome.ts';
import type { CorrectionInput } from '../../billing/preview-usage-correction.ts';
import { previewUsageCorrection } from '../../billing/preview-usage-correction.ts';
import { reissueInvoice } from '../../billing/reissue-invoice.ts';
import { DurabillError } from '../../errors/error.ts';
import {
  type CorrectionCursor,
  findUsageCorrection,
  listUsageCorrections,
  type StoredCorrection,
} from '../../store/usage-corrections.ts';
import { uuidOrNull } from '../../store/uuid.ts';
import type { ApiDeps } from '../deps.ts';
import { invoiceIdFor } from '../filters.ts';
import { actorOf } from '../guard.ts';
import { type CursorForm, defaultLimit, pageOf, readCursor, readInstantAndId } from '../paging.ts';
import { problems } from '../schemas/common.ts';
import { InvoiceParams } from '../schemas/invoices.ts';
import {
  NewUsageCorrection,
  Reissue,
  ReissueOrder,
  UsageCorrection,
  UsageCorrectionPage,
  UsageCorrectionParams,
  UsageCorrectionQuery,
} from '../schemas/usage-corrections.ts';

/** 10,000 changes of some hundred bytes each. */
const bodyLimit = 4 * 1_024 * 1_024;

/** Corrections of usage: previewed first, and applied as they were shown or not at all. */
export const usageCorrectionRoutes: FastifyPluginAsyncTypebox<ApiDeps> = async (app, { database, syncs }) => {
  const tags = ['usage'];
  const write = { scope: 'invoices:write' } as const;
  const read = { scope: 'invoices:read' } as const;
  const one = { params: UsageCorrectionParams, response: { 200: UsageCorrection, ...problems } };

  async function shown(id: string) {
    const stored = await findUsageCorrection(database, idOf(id));
    if (stored === undefined) throw noSuchCorrection(id);
    const { invoices, failures } = stored.outcome as CorrectionOutcome;
    return { ...summaryOf(stored), invoices: invoices.map(datedOf), failures, content: stored.content };
  }

  app.post(
    '/v1/usage/corrections',
    {
      config: { ...write, heedsIdempotencyKey: true },
      bodyLimit,
      schema: {
        tags,
        summary: 'Preview a correction of usage',
        description:
          'Shows which invoices change, by how much, line by line, and stores it. Nothing is changed before it is applied.',
        body: NewUsageCorrection,
        response: { 201: UsageCorrection, ...problems },
      },
    },
    async (request, reply) => {
      const { id } = await previewUsageCorrection(database, request.body as CorrectionInput, actorOf(request));
      reply.header('location', `/v1/usage/corrections/${id}`);
      return reply.code(201).send(await shown(id));
    },
  );

  app.get(
    '/v1/usage/corrections',
    {
      config: read,
      schema: {
        tags,
        summary: 'List corrections of usage',
        querystring: UsageCorrectionQuery,
        response: { 200: UsageCorrectionPage, ...problems },
      },
    },
    async ({ query: { limit = defaultLimit, cursor, state } }) => {
      const after = readCursor(cursor, cursorForm);
      const filter = state === undefined ? {} : { state };
      const rows = await listUsageCorrections(database, filter, { after, limit: limit + 1 });
      const { data, nextCursor } = pageOf(rows, limit, cursorForm);
      return { data: data.map(summaryOf), nextCursor };
    },
  );

  app.get(
    '/v1/usage/corrections/:id',
    { config: read, schema: { tags, summary: 'Read a correction of usage with its lines', ...one } },
    async ({ params: { id } }) => await shown(id),
  );

  app.post(
    '/v1/usage/corrections/:id/apply',
    {
      config: write,
      schema: {
        tags,
        summary: 'Apply a correction just as it was previewed',
        description:
          'Refused for good, with `correction-moved`, if it would do something else by now. Applied again it answers the same.',
        ...one,
      },
    },
    async (request) => {
      const id = idOf(request.params.id);
      const { voided } = await applyUsageCorrection(database, id, actorOf(request));
      for (const invoiceId of voided) await syncs.wake(invoiceId, 'in turn');
      return await shown(id);
    },
  );

  app.post(
    '/v1/usage/corrections/:id/discard',
    { config: write, schema: { tags, summary: 'Give a previewed correction up', ...one } },
    async (request) => {
      const id = idOf(request.params.id);
      await discardUsageCorrection(database, id, actorOf(request));
      return await shown(id);
    },
  );

  app.post(
    '/v1/invoices/:id/reissue',
    {
      config: write,
      schema: {
        tags: ['invoices'],
        summary: 'Bill the periods of a void invoice again',
        description:
          'Of one that is only to be void, the order waits until it is. The new revision is a draft for its review day. ' +
          'Ordered again it answers the order that is there.',
        params: InvoiceParams,
        body: ReissueOrder,
        response: { 200: Reissue, ...problems },
      },
    },
    async (request) => {
      const invoiceId = await invoiceIdFor(database, request.params.id);
      const {
        reason: _,
        actor: __,
        correctionId: ___,
        ...order
      } = await reissueInvoice(database, { ...request.body, invoiceId }, actorOf(request));
      return order;
    },
  );
};

function summaryOf({ content: _, outcome, ...rest }: StoredCorrection) {
  const { events, invoices, differences } = outcome as CorrectionOutcome;
  return { ...rest, events, invoiceCount: invoices.length, differences };
}

function datedOf({ periodStartAt, periodEndAt, ...rest }: CorrectedInvoice) {
  return { ...rest, periodStartAt: new Date(periodStartAt), periodEndAt: new Date(periodEndAt) };
}

function idOf(reference: string): string {
  const id = uuidOrNull(reference);
  if (id === null) throw noSuchCorrection(reference);
  return id;
}

function noSuchCorrection(reference: string): DurabillError {
  return new DurabillError('not-found', {
    field: 'id',
    reason: `There is no correction with the id "${reference}".`,
    mend: 'The list of them is at /v1/usage/corrections.',
  });
}

const cursorForm: CursorForm<CorrectionCursor> = {
  write: ({ previewedAt, id }) => [previewedAt.toISOString(), id],
  read: (parts) => {
    const position = readInstantAndId(parts);
    return position && { previewedAt: position.at, id: position.id };
  },
};
