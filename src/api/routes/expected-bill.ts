import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { expectBills } from '../../billing/expected/expect-bills.ts';
import { shownBills } from '../../billing/expected/show-bills.ts';
import { shownWhatIf } from '../../billing/expected/show-what-if.ts';
import { supposeBills } from '../../billing/expected/what-if.ts';
import type { ApiDeps } from '../deps.ts';
import { customerIdFor } from '../filters.ts';
import { isCustomer } from '../guard.ts';
import { problems } from '../schemas/common.ts';
import { CustomerParams } from '../schemas/customers.ts';
import { ExpectedBillAnswer, ExpectedBillQuery } from '../schemas/expected-bill.ts';
import { WhatIfAnswer, WhatIfOrder } from '../schemas/what-if.ts';

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

  app.post(
    '/v1/customers/:id/what-if',
    {
      config: { scope: 'invoices:read', customers: 'path', customersMay: 'write' },
      schema: {
        tags: ['customers'],
        summary: 'Read what a customer would be billed with more usage or another plan',
        description:
          'The expected bill twice, as it is and as it would be, each computed by the functions that make drafts. Nothing is ' +
          'written. To price what is not in the books there is `POST /v1/invoices/preview`.',
        params: CustomerParams,
        body: WhatIfOrder,
        response: { 200: WhatIfAnswer, ...problems },
      },
    },
    async (request) => {
      const customerId = await customerIdFor(database, request.params.id);
      const isForCustomer = isCustomer(request);
      const supposed = await supposeBills(database, customerId, request.body, isForCustomer ? customerId : null);
      return shownWhatIf(supposed, { isForCustomer });
    },
  );
};
