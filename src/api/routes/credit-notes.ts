import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { issueCreditNote } from '../../billing/issue-credit-note.ts';
import { previewCreditNote } from '../../billing/preview-credit-note.ts';
import { DurabillError } from '../../errors/error.ts';
import { type CreditNoteCursor, findCreditNote, listCreditNotes, listNotesOf } from '../../store/credit-note-views.ts';
import type { ApiDeps } from '../deps.ts';
import { customerIdFor, invoiceIdFor } from '../filters.ts';
import { actorOf } from '../guard.ts';
import { type CursorForm, defaultLimit, pageOf, readCursor, readInstantAndId } from '../paging.ts';
import { problems } from '../schemas/common.ts';
import {
  CreditNote,
  CreditNotePage,
  CreditNoteParams,
  CreditNoteQuery,
  CreditNotes,
  CreditNoteToPreview,
  NewCreditNote,
  PreviewedCreditNote,
} from '../schemas/credit-notes.ts';
import { InvoiceParams } from '../schemas/invoices.ts';

export const creditNoteRoutes: FastifyPluginAsyncTypebox<ApiDeps> = async (app, { database, syncs }) => {
  const tags = ['invoices'];
  const write = { scope: 'invoices:write' } as const;
  const read = { scope: 'invoices:read' } as const;

  app.post(
    '/v1/invoices/:id/credit-notes',
    {
      config: write,
      schema: {
        tags,
        summary: 'Credit an issued invoice, in full, by lines or by an amount',
        description:
          'The note is issued at once, with a number and facts that never change; its copy at Stripe, and the refund, are ' +
          'brought there by the sync of the invoice. The same request id is answered by 200 with the note that is there.',
        params: InvoiceParams,
        body: NewCreditNote,
        response: { 201: CreditNote, 200: CreditNote, ...problems },
      },
    },
    async (request, reply) => {
      const invoiceId = await invoiceIdFor(database, request.params.id);
      const { id, created } = await issueCreditNote(database, invoiceId, request.body, actorOf(request));
      // After a repetition too: whoever asked first may have died before it woke the sync.
      await syncs.wake(invoiceId, 'in turn');
      reply.header('location', `/v1/credit-notes/${id}`);
      return reply.code(created ? 201 : 200).send(await shown(id));
    },
  );

  app.post(
    '/v1/invoices/:id/credit-notes/preview',
    {
      config: read,
      schema: {
        tags,
        summary: 'Show what a credit note would be over and how it would be given back',
        description: 'Nothing is written.',
        params: InvoiceParams,
        body: CreditNoteToPreview,
        response: { 200: PreviewedCreditNote, ...problems },
      },
    },
    async (request) => {
      const invoiceId = await invoiceIdFor(database, request.params.id);
      return await previewCreditNote(database, invoiceId, request.body);
    },
  );

  app.get(
    '/v1/invoices/:id/credit-notes',
    {
      config: { ...read, customers: 'invoice' },
      schema: {
        tags,
        summary: 'List the credit notes of an invoice',
        params: InvoiceParams,
        response: { 200: CreditNotes, ...problems },
      },
    },
    async (request) => ({ data: await listNotesOf(database, await invoiceIdFor(database, request.params.id)) }),
  );

  app.get(
    '/v1/credit-notes',
    {
      config: { ...read, customers: 'filter' },
      schema: {
        tags,
        summary: 'List credit notes',
        querystring: CreditNoteQuery,
        response: { 200: CreditNotePage, ...problems },
      },
    },
    async ({ query: { limit = defaultLimit, cursor, customer } }) => {
      const after = readCursor(cursor, cursorForm);
      const filter = customer === undefined ? {} : { customerId: await customerIdFor(database, customer) };
      return pageOf(await listCreditNotes(database, filter, { after, limit: limit + 1 }), limit, cursorForm);
    },
  );

  app.get(
    '/v1/credit-notes/:id',
    {
      config: { ...read, customers: 'credit-note' },
      schema: {
        tags,
        summary: 'Read a credit note',
        params: CreditNoteParams,
        response: { 200: CreditNote, ...problems },
      },
    },
    async (request) => await shown(request.params.id),
  );

  async function shown(id: string) {
    const note = await findCreditNote(database, id);
    if (note !== undefined) return note;
    throw new DurabillError('not-found', { field: 'id', reason: `There is no credit note with the id "${id}".` });
  }
};

const cursorForm: CursorForm<CreditNoteCursor> = {
  write: ({ issuedAt, id }) => [issuedAt.toISOString(), id],
  read: (parts) => {
    const position = readInstantAndId(parts);
    return position && { issuedAt: position.at, id: position.id };
  },
};
