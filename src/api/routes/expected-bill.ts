import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { expectBills } from '../../billing/expected/expect-bills.ts';
import { shownBills } from '../../billing/expected/show-bills.ts';
import type { ApiDeps } from '../deps.ts';
import { customerIdFor } from '../filters.ts';
import { isCustomer } from '../guard.ts';
import { problems } from '../schemas/common.ts';
import { CustomerParams } from '../schemas/customers.ts';
import { ExpectedBillAnswer, ExpectedBillQuery } from '../schemas/expected-bill.ts';

export const expectedBillRoutes: FastifyPluginAsyncTypebox<ApiDeps> = async (app, { database }) => {
  app.get(
    '/v1/customers/:id/expected-bill',
    {
      config: { scope: 'invoices:read', customers: 'path' },
      schema: {
        tags: ['customers'],
        summary: 'Read what a customer will be billed, as it stands now',
        description:
          'All that has begun and no invoice has billed, computed by the functions that make drafts: usage until now, what is ' +
          'to be paid whatever is used, what waits for a bill, discounts, taxes and credits; drafts in review apart. Nothing is ' +
          'guessed of what will still be used. Each bill says why it is over more or less than the one before.',
        params: CustomerParams,
        querystring: ExpectedBillQuery,
        response: { 200: ExpectedBillAnswer, ...problems },
      },
    },
    async (request) => {
      const { compare = 'last-bill' } = request.query;
      const customerId = await customerIdFor(database, request.params.id);
      const expected = await expectBills(database, customerId, { comparison: compare === 'none' ? null : compare });
      return shownBills(expected, { isForCustomer: isCustomer(request) });
    },
  );
};
