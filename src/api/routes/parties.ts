import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { noCustomer, storeBillingProfile } from '../../billing/store-billing-profile.ts';
import { storeSeller } from '../../billing/store-seller.ts';
import { DurabillError } from '../../errors/error.ts';
import { readBilling } from '../../store/customer-billing.ts';
import { findCustomer } from '../../store/customers.ts';
import { readSeller } from '../../store/seller-settings.ts';
import type { ApiDeps } from '../deps.ts';
import { actorOf, isCustomer } from '../guard.ts';
import { problems } from '../schemas/common.ts';
import { CustomerParams } from '../schemas/customers.ts';
import { BillingProfile, NewBillingProfile, NewSeller, NoSeller, Seller, SellerQuery } from '../schemas/parties.ts';

/** Who bills, and whom invoices are made out to. */
export const partyRoutes: FastifyPluginAsyncTypebox<ApiDeps> = async (app, { database }) => {
  app.put(
    '/v1/settings/seller',
    {
      config: { scope: 'settings:write' },
      schema: {
        tags: ['settings'],
        summary: 'Say who bills',
        description:
          'Invoices that are issued from now on say so. Earlier versions stay; the same again changes nothing.',
        body: NewSeller,
        response: { 200: Seller, ...problems },
      },
    },
    async (request) => await storeSeller(database, request.body, actorOf(request)),
  );

  app.get(
    '/v1/settings/seller',
    {
      config: { scope: 'settings:read' },
      schema: {
        tags: ['settings'],
        summary: 'Read who bills',
        description: 'The latest version unless one is named; nothing (204) as long as nobody has said it.',
        querystring: SellerQuery,
        response: { 200: Seller, 204: NoSeller, ...problems },
      },
    },
    async ({ query: { version } }, reply) => {
      const seller = await readSeller(database, version);
      if (seller !== undefined) return seller;
      if (version === undefined) return reply.code(204).send(null);
      throw new DurabillError('not-found', { field: 'version', reason: `There is no version ${version}.` });
    },
  );

  app.put(
    '/v1/customers/:id/billing',
    {
      config: { scope: 'customers:write', customers: 'path', customersMay: 'write' },
      schema: {
        tags: ['customers'],
        summary: "Say whom a customer's invoices are made out to, and on which terms",
        description:
          'Drafts follow; what is issued stays as it is. Stripe gets address and language with the next invoice.',
        params: CustomerParams,
        body: NewBillingProfile,
        response: { 200: BillingProfile, ...problems },
      },
    },
    async (request) => {
      const author = isCustomer(request) ? 'customer' : 'operator';
      return await storeBillingProfile(database, request.params.id, request.body, actorOf(request), author);
    },
  );

  app.get(
    '/v1/customers/:id/billing',
    {
      config: { scope: 'customers:read', customers: 'path' },
      schema: {
        tags: ['customers'],
        summary: "Read whom a customer's invoices are made out to",
        params: CustomerParams,
        response: { 200: BillingProfile, ...problems },
      },
    },
    async ({ params: { id } }) => {
      const customer = await findCustomer(database, id);
      const billing = customer && (await readBilling(database, customer.id));
      if (customer === undefined || billing === undefined) throw noCustomer(id);
      return { customerId: customer.id, ...billing };
    },
  );
};
