import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { chooseRetention } from '../../billing/choose-retention.ts';
import { eraseCustomer } from '../../billing/erase-customer.ts';
import { exportPersonalData } from '../../billing/export-personal-data.ts';
import { parseInstant } from '../../billing/instant.ts';
import { findErasure } from '../../store/customer-erasures.ts';
import { type CustomerEventCursor, listCustomerEvents } from '../../store/personal-data.ts';
import { readRetention } from '../../store/retention-settings.ts';
import type { ApiDeps } from '../deps.ts';
import { customerIdFor } from '../filters.ts';
import { actorOf } from '../guard.ts';
import { type CursorForm, defaultLimit, pageOf, readCursor } from '../paging.ts';
import { problems } from '../schemas/common.ts';
import { CustomerParams } from '../schemas/customers.ts';
import {
  ChosenRetention,
  Erasure,
  NewErasure,
  PersonalData,
  PersonalEventPage,
  PersonalEventQuery,
  Retention,
} from '../schemas/personal-data.ts';

/** What the books know of a customer as a person: handed out, erased, and how long the rest is kept. */
export const personalDataRoutes: FastifyPluginAsyncTypebox<ApiDeps> = async (app, { database, syncs }) => {
  app.get(
    '/v1/customers/:id/personal-data',
    {
      config: { scope: 'personal-data:read', customers: 'path' },
      schema: {
        tags: ['customers'],
        summary: 'Export all personal data of a customer',
        description: 'One document, as of one moment. That it was handed out is told in the history of the customer.',
        params: CustomerParams,
        response: { 200: PersonalData, ...problems },
      },
    },
    async (request) => await exportPersonalData(database, request.params.id, actorOf(request)),
  );

  app.get(
    '/v1/customers/:id/personal-data/events',
    {
      config: { scope: 'personal-data:read', customers: 'path' },
      schema: {
        tags: ['customers'],
        summary: 'Export the usage events of a customer',
        params: CustomerParams,
        querystring: PersonalEventQuery,
        response: { 200: PersonalEventPage, ...problems },
      },
    },
    async ({ params, query: { limit = defaultLimit, cursor } }) => {
      const customerId = await customerIdFor(database, params.id, 'id');
      const after = readCursor(cursor, cursorForm);
      const rows = await listCustomerEvents(database, customerId, { after, limit: limit + 1 });
      return pageOf(rows, limit, cursorForm);
    },
  );

  app.post(
    '/v1/customers/:id/erasure',
    {
      config: { scope: 'personal-data:erase' },
      schema: {
        tags: ['customers'],
        summary: 'Erase the personal data of a customer',
        description:
          'It cannot be undone. Refused while a subscription is live, or anything is unbilled, unpaid or not at Stripe. What ' +
          'issued invoices say is kept as long as the law asks for it, as the answer says. Asked again it is the same answer.',
        params: CustomerParams,
        body: NewErasure,
        response: { 200: Erasure, ...problems },
      },
    },
    async (request) => {
      const { erasure, kept } = await eraseCustomer(database, request.params.id, request.body, actorOf(request));
      const { customerId } = erasure;
      if (erasure.copiesErasedAt === null) {
        // It is erased here in any case; whoever is away now is asked again every minute.
        await syncs.ensureCustomer(customerId).catch((error: unknown) => {
          request.log.warn({ err: error, customerId }, 'the copies of an erased customer have to wait');
        });
      }
      return { ...((await findErasure(database, customerId)) ?? erasure), kept };
    },
  );

  app.get(
    '/v1/settings/retention',
    {
      config: { scope: 'settings:read' },
      schema: {
        tags: ['settings'],
        summary: 'Read how long things are kept',
        response: { 200: Retention, ...problems },
      },
    },
    async () => await readRetention(database),
  );

  app.put(
    '/v1/settings/retention',
    {
      config: { scope: 'settings:write' },
      schema: {
        tags: ['settings'],
        summary: 'Say how long things are kept',
        description:
          'What is left out stays. A policy for raw usage removes nothing at once; GET /v1/usage/removals/plan says what it would.',
        body: ChosenRetention,
        response: { 200: Retention, ...problems },
      },
    },
    async (request) => await chooseRetention(database, request.body, actorOf(request)),
  );
};

const cursorForm: CursorForm<CustomerEventCursor> = {
  write: ({ type, occurredAt, source, id, version }) => [type, occurredAt.toISOString(), source, id, String(version)],
  read: ([type, at = '', source, id, version = '']) => {
    const occurredAt = parseInstant(at);
    if (!type || !occurredAt || !source || !id || !/^[1-9][0-9]{0,8}$/.test(version)) return undefined;
    return { type, occurredAt, source, id, version: Number(version) };
  },
};
