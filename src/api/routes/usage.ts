import { Readable } from 'node:stream';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { Principal } from '../../auth/principal.ts';
import { parseInstant } from '../../billing/instant.ts';
import { eventsCsv, usageCsv } from '../../billing/usage/export-usage.ts';
import { listMeters } from '../../billing/usage/list-meters.ts';
import { type Figure, showUsage } from '../../billing/usage/show-usage.ts';
import { type EventQuestion, readEventFilter } from '../../billing/usage/usage-request.ts';
import { safeNumber } from '../../store/invoice-views.ts';
import { listUsageEvents, type UsageEventCursor } from '../../store/usage-event-views.ts';
import type { ApiDeps } from '../deps.ts';
import { customerIdFor } from '../filters.ts';
import { type CursorForm, defaultLimit, pageOf, readCursor } from '../paging.ts';
import { problems } from '../schemas/common.ts';
import { CustomerParams } from '../schemas/customers.ts';
import {
  Csv,
  CustomerMeters,
  csvNamed,
  UsageAnswer,
  UsageEventCsvQuery,
  UsageEventPage,
  UsageEventQuery,
  UsageQuery,
} from '../schemas/usage.ts';

export const usageRoutes: FastifyPluginAsyncTypebox<ApiDeps> = async (app, { database }) => {
  const tags = ['usage'];
  const config = { scope: 'invoices:read', customers: 'path' } as const;
  const params = CustomerParams;

  app.get(
    '/v1/customers/:id/usage',
    {
      config,
      schema: {
        tags,
        summary: "Read a customer's usage over time",
        description:
          'By local hours, days or months, split by a property if one is named, beside another time if one is given. The total ' +
          'is what a bill of the same time has for a price that reads the meter with the same filter.',
        params,
        querystring: UsageQuery,
        response: { 200: UsageAnswer, ...problems },
      },
    },
    async ({ params: { id }, query: { bucket = 'day', ...query }, principal }) => {
      const customerId = await customerIdFor(database, id);
      const seenBy = principal?.customerId ?? null;
      const question = { ...query, bucket, customerId, seenBy };
      const { total, series, groups, compared, ...usage } = await showUsage(database, question);
      return {
        ...usage,
        total: shown(total),
        series: series.map(({ value, figures }) => ({ value, figures: figures.map(shown) })),
        groups: groups.map((group) => ({ ...group, eventCount: safeNumber(group.eventCount) })),
        compared: compared && { ...compared, total: shown(compared.total), figures: compared.figures.map(shown) },
      };
    },
  );

  app.get(
    '/v1/customers/:id/usage/meters',
    {
      config,
      schema: {
        tags,
        summary: "List the meters that a customer's plans read",
        params,
        response: { 200: CustomerMeters, ...problems },
      },
    },
    async ({ params: { id }, principal }) => {
      const customerId = await customerIdFor(database, id);
      return { data: await listMeters(database, customerId, principal?.customerId) };
    },
  );

  app.get(
    '/v1/customers/:id/usage/csv',
    {
      config,
      schema: {
        tags,
        summary: "Export a customer's usage over time",
        params,
        querystring: UsageQuery,
        response: { 200: Csv, ...problems },
      },
    },
    async ({ params: { id }, query: { bucket = 'day', ...query }, principal }, reply) => {
      const customerId = await customerIdFor(database, id);
      const seenBy = principal?.customerId ?? null;
      const csv = await usageCsv(database, { ...query, bucket, customerId, seenBy });
      return await reply.headers(csvNamed('usage')).send(csv);
    },
  );

  app.get(
    '/v1/customers/:id/usage/events',
    {
      config,
      schema: {
        tags,
        summary: 'List the events behind a number',
        params,
        querystring: UsageEventQuery,
        response: { 200: UsageEventPage, ...problems },
      },
    },
    async ({ params: { id }, query: { limit = defaultLimit, cursor, ...query }, principal }) => {
      const after = readCursor(cursor, cursorForm);
      const filter = await filterFor(id, query, principal);
      const rows = await listUsageEvents(database, filter, { after, limit: limit + 1 });
      return pageOf(rows, limit, cursorForm);
    },
  );

  app.get(
    '/v1/customers/:id/usage/events/csv',
    {
      config,
      // Whoever reads slowly is waited for.
      handlerTimeout: 600_000,
      schema: {
        tags,
        summary: 'Export the events behind a number',
        description: 'All of them, page by page, up to a million.',
        params,
        querystring: UsageEventCsvQuery,
        response: { 200: Csv, ...problems },
      },
    },
    async ({ params: { id }, query, principal }, reply) => {
      const filter = await filterFor(id, query, principal);
      return await reply.headers(csvNamed('usage-events')).send(Readable.from(eventsCsv(database, filter)));
    },
  );

  const filterFor = async (id: string, query: EventQuestion, principal: Principal | null) =>
    await readEventFilter(database, await customerIdFor(database, id), query, principal?.customerId);
};

const shown = ({ quantity, eventCount, skippedCount }: Figure) => ({
  quantity,
  eventCount: safeNumber(eventCount),
  skippedCount: safeNumber(skippedCount),
});

const cursorForm: CursorForm<UsageEventCursor> = {
  write: ({ occurredAt, source, id, version }) => [occurredAt.toISOString(), source, id, String(version)],
  read: ([at = '', source, id, version = '']) => {
    const occurredAt = parseInstant(at);
    if (occurredAt === undefined || source === undefined || id === undefined || !/^[1-9]\d{0,8}$/.test(version)) {
      return undefined;
    }
    return { occurredAt, source, id, version: Number(version) };
  },
};
