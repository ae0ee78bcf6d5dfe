import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { renderInvoice } from '../../billing/render-invoice.ts';
import type { ApiDeps } from '../deps.ts';
import { invoiceIdFor, noSuchInvoice } from '../filters.ts';
import { actorOf } from '../guard.ts';
import { problems } from '../schemas/common.ts';
import { NotModified, Pdf } from '../schemas/documents.ts';
import { InvoiceParams } from '../schemas/invoices.ts';

/** Documents as files. */
export const documentRoutes: FastifyPluginAsyncTypebox<ApiDeps> = async (app, { database }) => {
  app.get(
    '/v1/invoices/:id/pdf',
    {
      config: { scope: 'invoices:read' },
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
      const { bytes, hash, fileName, unwritable } = rendered;
      if (unwritable.length > 0) {
        // How many, and not which: they are parts of names.
        request.log.warn({ invoiceId: id, count: unwritable.length }, 'no font has some characters of the document');
      }
      const etag = `"${hash}"`;
      // Standing for all answers is no-store; here a copy may be kept, if it is asked for again each time.
      reply.headers({ etag, 'cache-control': 'private, no-cache' });
      if (request.headers['if-none-match']?.split(/\s*,\s*/).includes(etag)) return await reply.code(304).send(null);
      return await reply
        .type('application/pdf')
        .header('content-disposition', `inline; filename="${fileName}"`)
        .send(bytes);
    },
  );
};
