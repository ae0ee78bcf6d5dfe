import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { getDunning, pauseDunning, resumeDunning } from '../../billing/pause-dunning.ts';
import { readCustomerDunning, readDunningSettings, setCustomerDunning, setDunning } from '../../billing/set-dunning.ts';
import type { ApiDeps } from '../deps.ts';
import { invoiceIdFor } from '../filters.ts';
import { actorOf } from '../guard.ts';
import { problems } from '../schemas/common.ts';
import { CustomerParams } from '../schemas/customers.ts';
import {
  CustomerDunning,
  Dunning,
  DunningReason,
  DunningSettings,
  DunningSettingsSet,
  NewDunningSettings,
} from '../schemas/dunning.ts';
import { InvoiceParams } from '../schemas/invoices.ts';

export const dunningRoutes: FastifyPluginAsyncTypebox<ApiDeps> = async (app, { database }) => {
  const tags = ['dunning'];
  const reading = { scope: 'invoices:read' } as const;
  const writing = { scope: 'invoices:write' } as const;

  app.get(
    '/v1/settings/dunning',
    {
      config: { scope: 'settings:read' },
      schema: { tags, summary: 'Read the policies', response: { 200: DunningSettings, ...problems } },
    },
    async () => await readDunningSettings(database),
  );

  app.put(
    '/v1/settings/dunning',
    {
      config: { scope: 'settings:write' },
      schema: {
        tags,
        summary: 'Set the policies, and the mails that go out',
        description: 'An invoice that is followed up already keeps the policy with which it began.',
        body: NewDunningSettings,
        response: { 200: DunningSettingsSet, ...problems },
      },
    },
    async (request) => await setDunning(database, request.body, actorOf(request)),
  );

  app.get(
    '/v1/customers/:id/dunning',
    {
      config: { scope: 'customers:read' },
      schema: {
        tags,
        summary: "Read a customer's own policy",
        params: CustomerParams,
        response: { 200: CustomerDunning, ...problems },
      },
    },
    async ({ params: { id } }) => await readCustomerDunning(database, id),
  );

  app.put(
    '/v1/customers/:id/dunning',
    {
      config: { scope: 'customers:write' },
      schema: {
        tags,
        summary: 'Give a customer a policy of its own',
        params: CustomerParams,
        body: CustomerDunning,
        response: { 200: CustomerDunning, ...problems },
      },
    },
    async (request) => await setCustomerDunning(database, request.params.id, request.body, actorOf(request)),
  );

  app.get(
    '/v1/invoices/:id/dunning',
    {
      config: reading,
      schema: {
        tags,
        summary: 'Read how an invoice is followed up: what was done, what is planned',
        params: InvoiceParams,
        response: { 200: Dunning, ...problems },
      },
    },
    async ({ params: { id } }) => await getDunning(database, await invoiceIdFor(database, id)),
  );

  app.post(
    '/v1/invoices/:id/dunning/pause',
    {
      config: writing,
      schema: {
        tags,
        summary: 'Stop following an invoice up, for now',
        description: 'One that is paused already keeps its reason.',
        params: InvoiceParams,
        body: DunningReason,
        response: { 200: Dunning, ...problems },
      },
    },
    async (request) =>
      await pauseDunning(database, await invoiceIdFor(database, request.params.id), request.body, actorOf(request)),
  );

  app.post(
    '/v1/invoices/:id/dunning/resume',
    {
      config: writing,
      schema: {
        tags,
        summary: 'Go on with following an invoice up',
        description: 'What fell due meanwhile is done within the hour, several mails as one.',
        params: InvoiceParams,
        body: DunningReason,
        response: { 200: Dunning, ...problems },
      },
    },
    async (request) =>
      await resumeDunning(database, await invoiceIdFor(database, request.params.id), request.body, actorOf(request)),
  );
};
