import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { RenderedDocument } from '../../billing/documents/kept-document.ts';
import { renderCreditNote } from '../../billing/render-credit-note.ts';
import { renderInvoice } from '../../billing/render-invoice.ts';
import { DurabillError } from '../../errors/error.ts';
import { uuidOrNull } from '../../store/uuid.ts';
import type { ApiDeps } from '../deps.ts';
import { invoiceIdFor, noSuchInvoice } from '../filters.ts';
import { actorOf } from '../guard.ts';
import { problems } from '../schemas/common.ts';
import { CreditNoteParams } from '../schemas/credit-notes.ts';
import { NotModified, Pdf } from '../schemas/documents.ts';
import { InvoiceParams } from '../schemas/invoices.ts';

/** Documents as files. */
export const documentRoutes: FastifyPluginAsyncTypebox<ApiDeps> = async (app, { database }) => {
  app.get(
    '/v1/invoices/:id/pdf',
    {
      config: { scope: 'invoices:read', customers: 'invoice' },
      schema: {
        tags: ['invoices'],
        summary: 'Read the document of an invoice',
        description:
          'Made once for an issued invoice and each state that it shows (to be paid, paid, void), and the same bytes from then ' +
          'on. A draft is marked as one and made anew each time.',
        params: InvoiceParams,
        response: { 200: Pdf, 304: NotModified, ...problems },
      },
    },
    async (request, reply) => {
      const id = await invoiceIdFor(database, request.params.id);
      const rendered = await renderInvoice(database, id, actorOf(request));
      if (rendered === undefined) throw noSuchInvoice(id);
      return await answer(request, reply, rendered);
    },
  );

  app.get(
    '/v1/credit-notes/:id/pdf',
    {
      config: { scope: 'invoices:read', customers: 'credit-note' },
      schema: {
        tags: ['invoices'],
        summary: 'Read the document of a credit note',
        description: 'Made once, and the same bytes from then on.',
        params: CreditNoteParams,
        response: { 200: Pdf, 304: NotModified, ...problems },
      },
    },
    async (request, reply) => {
      const id = uuidOrNull(request.params.id);
      const rendered = id === null ? undefined : await renderCreditNote(database, id, actorOf(request));
      if (rendered === undefined) {
        const reason = `There is no credit note with the id "${request.params.id}".`;
        throw new DurabillError('not-found', { field: 'id', reason });
      }
      return await answer(request, reply, rendered);
    },
  );
};

/** Sends a document, or nothing to whoever has it. */
async function answer(request: FastifyRequest, reply: FastifyReply, document: RenderedDocument) {
  const { bytes, hash, fileName, unwritable } = document;
  if (unwritable > 0) {
    // How many, and not which: they are parts of names.
    request.log.warn({ fileName, count: unwritable }, 'no font has some characters of the document');
  }
  const etag = `"${hash}"`;
  // A copy may be kept, where all other answers are not to be, if it is asked for again each time.
  reply.headers({ etag, 'cache-control': 'private, no-cache' });
  if (request.headers['if-none-match']?.split(/\s*,\s*/).includes(etag)) return await reply.code(304).send(null);
  return await reply
    .type('application/pdf')
    .header('content-disposition', `inline; filename="${fileName}"`)
    .send(bytes);
}
