import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { preview } from '../../billing/preview/preview.ts';
import type { ApiDeps } from '../deps.ts';
import { requireOwn } from '../ownership.ts';
import { problems } from '../schemas/common.ts';
import { PreviewAnswer, PreviewRequest } from '../schemas/preview.ts';

const bodyLimit = 4 * 1_024 * 1_024;

export const previewRoutes: FastifyPluginAsyncTypebox<ApiDeps> = async (app, { database }) => {
  // The readers behind previewInvoice check the request; a schema of twelve models would say "must match one of twelve".
  app.setValidatorCompiler(() => () => true);

  app.post(
    '/v1/invoices/preview',
    {
      config: { scope: 'invoices:read', customers: 'any', customersMay: 'write' },
      bodyLimit,
      schema: {
        tags: ['invoices'],
        summary: 'Price anything, without writing anything',
        description:
          'Prices and usage as they are sent, whether or not they are in the books, or with nothing but the id of a ' +
          'subscription its expected bill to date; by the very functions that bill. Each ' +
          'line shows its working tier by tier. Amounts and quantities are decimals in quotes; amounts are in major units.',
        body: PreviewRequest,
        response: { 200: PreviewAnswer, ...problems },
      },
    },
    async ({ body, principal }) => {
      // A customer asks what its own subscription comes to; prices of anybody's making are not computed for it.
      if (principal !== null && principal.customerId !== null) {
        const named =
          typeof body === 'object' && body !== null ? (body as { subscription?: unknown }).subscription : null;
        await requireOwn(database, principal, 'subscription', named, 'subscription');
      }
      return await preview(database, body);
    },
  );
};
