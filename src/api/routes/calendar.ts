import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { showCalendar } from '../../billing/show-calendar.ts';
import type { ApiDeps } from '../deps.ts';
import { customerIdFor } from '../filters.ts';
import { CalendarAnswer, CalendarQuery } from '../schemas/calendar.ts';
import { problems } from '../schemas/common.ts';
import { CustomerParams } from '../schemas/customers.ts';

export const calendarRoutes: FastifyPluginAsyncTypebox<ApiDeps> = async (app, { database }) => {
  app.get(
    '/v1/customers/:id/calendar',
    {
      config: { scope: 'invoices:read', customers: 'path' },
      schema: {
        tags: ['customers'],
        summary: "Read what happens to a customer's bills, and when",
        description:
          'What has happened, and what will if nothing changes: drafts, issues, days of payment, renewals, ends of trials, ' +
          'changes of plans, credit that ends.',
        params: CustomerParams,
        querystring: CalendarQuery,
        response: { 200: CalendarAnswer, ...problems },
      },
    },
    async ({ params, query }) => {
      const customerId = await customerIdFor(database, params.id);
      const { entries, ...calendar } = await showCalendar(database, { ...query, customerId });
      const linkTo = (what: string, id: string | null) => (id === null ? null : `/v1/${what}/${id}`);
      return {
        ...calendar,
        entries: entries.map((entry) => ({
          ...entry,
          links: {
            subscription: linkTo('subscriptions', entry.subscriptionId),
            invoice: linkTo('invoices', entry.invoiceId),
          },
        })),
      };
    },
  );
};
