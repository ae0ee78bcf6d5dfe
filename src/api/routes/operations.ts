import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { syncInvoiceId } from '../../../workflows/contract/ids.ts';
import { readSummary } from '../../billing/operations/read-summary.ts';
import { viewCustomer } from '../../billing/operations/view-customer.ts';
import { readReview } from '../../store/invoice-reviews.ts';
import { safeNumber } from '../../store/invoice-views.ts';
import { readRemoteRecords } from '../../store/remote-records.ts';
import { readSyncState } from '../../store/sync.ts';
import type { ApiDeps } from '../deps.ts';
import { invoiceIdFor } from '../filters.ts';
import { actorOf, viewerOf } from '../guard.ts';
import { problems } from '../schemas/common.ts';
import { InvoiceParams } from '../schemas/invoices.ts';
import { CustomerView, CustomerViewOrder, Review, Summary } from '../schemas/operations.ts';

const tags = ['operations'];

/** What operators look at before they act. */
export const operationRoutes: FastifyPluginAsyncTypebox<ApiDeps> = async (
  app,
  { database, deadLetters, workflows },
) => {
  const config = { scope: 'operations:read' } as const;

  app.get(
    '/v1/operations/summary',
    {
      config,
      schema: { tags, summary: 'Read what waits for a person', response: { 200: Summary, ...problems } },
    },
    async () => ({
      ...(await readSummary(database, deadLetters, workflows.stateOf)),
      temporalUrl: workflows.listUrl,
    }),
  );

  app.get(
    '/v1/invoices/:id/review',
    {
      config,
      schema: {
        tags: ['invoices'],
        summary: 'Read what is to be weighed before an invoice is answered',
        description:
          'Findings of the checks, tries, answers that were given, earlier invoices to compare with, and its money at Stripe.',
        params: InvoiceParams,
        response: { 200: Review, ...problems },
      },
    },
    async ({ params }) => {
      const invoiceId = await invoiceIdFor(database, params.id);
      const workflowId = syncInvoiceId(invoiceId);
      const { findings, ...review } = await readReview(database, invoiceId);
      const records = await readRemoteRecords(database, invoiceId);
      return {
        invoiceId,
        workflowId,
        workflowUrl: workflows.urlOf(workflowId),
        failureCode: (await readSyncState(database, invoiceId))?.failureCode ?? null,
        ...review,
        findings: findings.map((finding) => ({ ...finding, figure: String(finding.figure) })),
        remoteRecords: records.map((record) => ({ ...record, amountMinor: safeNumber(record.amountMinor) })),
      };
    },
  );

  app.post(
    '/v1/operations/customer-views',
    {
      config,
      schema: {
        tags,
        summary: "Note that a customer's pages are looked at",
        description: 'The first look of a session, or of a key, is told in the audit log.',
        body: CustomerViewOrder,
        response: { 200: CustomerView, ...problems },
      },
    },
    async (request) =>
      await viewCustomer(database, request.body.customer, { viewer: viewerOf(request), actor: actorOf(request) }),
  );
};
