import { Readable } from 'node:stream';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { findLineEvidence } from '../../billing/find-line-evidence.ts';
import { parseInstant } from '../../billing/instant.ts';
import { type InvoiceProof, proveInvoice } from '../../billing/prove-invoice.ts';
import { lineEventsCsv } from '../../billing/usage/export-usage.ts';
import { DurabillError } from '../../errors/error.ts';
import { safeNumber } from '../../store/invoice-views.ts';
import { type EventCursor, listEvidence } from '../../store/usage-evidence.ts';
import { findUsageRecord } from '../../store/usage-records.ts';
import type { ApiDeps } from '../deps.ts';
import { invoiceIdFor, noSuchInvoice } from '../filters.ts';
import { type CursorForm, defaultLimit, pageOf, readCursor } from '../paging.ts';
import { problems } from '../schemas/common.ts';
import { HistoryParams } from '../schemas/history.ts';
import { ProofEventCsvQuery, ProofEventPage, ProofEventQuery, InvoiceProof as ProofSchema } from '../schemas/proof.ts';
import { Csv, csvNamed } from '../schemas/usage.ts';

export const invoiceProofRoutes: FastifyPluginAsyncTypebox<ApiDeps> = async (app, { database }) => {
  const tags = ['invoices'];
  const config = { scope: 'invoices:read', customers: 'invoice' } as const;

  app.get(
    '/v1/invoices/:id/proof',
    {
      config,
      schema: {
        tags,
        summary: 'Prove an invoice from its raw events to its total at Stripe',
        params: HistoryParams,
        response: { 200: ProofSchema, ...problems },
      },
    },
    async ({ params }) => {
      const id = await invoiceIdFor(database, params.id);
      const proof = await proveInvoice(database, id);
      if (proof === undefined) throw noSuchInvoice(id);
      return answerOf(proof);
    },
  );

  app.get(
    '/v1/invoices/:id/proof/events',
    {
      config,
      schema: {
        tags,
        summary: 'List the events that a line of an invoice is made of',
        params: HistoryParams,
        querystring: ProofEventQuery,
        response: { 200: ProofEventPage, ...problems },
      },
    },
    async ({ params, query: { line, limit = defaultLimit, cursor } }) => {
      const after = readCursor(cursor, cursorForm);
      const { window, of } = await evidenceFor(params.id, line);
      const rows = await listEvidence(database, window, of, { after, limit: limit + 1 });
      return pageOf(rows, limit, cursorForm);
    },
  );

  app.get(
    '/v1/invoices/:id/proof/events/csv',
    {
      config,
      // Whoever reads slowly is waited for.
      handlerTimeout: 600_000,
      schema: {
        tags,
        summary: 'Export the events that a line of an invoice is made of',
        description: 'All of them, page by page, up to a million, with what was sent.',
        params: HistoryParams,
        querystring: ProofEventCsvQuery,
        response: { 200: Csv, ...problems },
      },
    },
    async ({ params, query: { line } }, reply) => {
      const evidence = await evidenceFor(params.id, line);
      return await reply.headers(csvNamed('line-events')).send(Readable.from(lineEventsCsv(database, evidence)));
    },
  );

  const evidenceFor = async (invoice: string, line: number) => {
    const id = await invoiceIdFor(database, invoice);
    const evidence = await findLineEvidence(database, id, line);
    if (evidence === undefined) {
      const reason = `The invoice has no line ${line} that is made of events.`;
      throw new DurabillError('not-found', { field: 'line', reason, mend: `Its lines are at /v1/invoices/${id}.` });
    }
    const record = await findUsageRecord(database, id);
    if (record?.removedAt) throw removed(record.removedAt);
    return evidence;
  };
};

/** No empty list, which would say that there was no use. */
function removed(removedAt: Date): DurabillError {
  return new DurabillError('usage-removed', {
    field: 'line',
    reason: `The raw events of the invoice were removed by the policy of retention, the first of them on ${removedAt.toISOString()}.`,
    mend: 'How many they were, what they made and their digests are in the proof of the invoice.',
  });
}

function answerOf({ facts, history, lines, ...proof }: InvoiceProof) {
  const { fault, ...chain } = history;
  return {
    invoiceId: facts.id,
    number: facts.number,
    currency: facts.currency,
    totalMinor: safeNumber(facts.totalMinor),
    ...proof,
    usageCutAt: facts.usageCutAt,
    lines: lines.map(({ evidence, ...line }) => ({
      ...line,
      evidence: evidence && {
        ...evidence,
        events: safeNumber(evidence.events),
        withoutKey: safeNumber(evidence.withoutKey),
        late: safeNumber(evidence.late),
        corrected: safeNumber(evidence.corrected),
      },
    })),
    atStripe: facts.atStripe && { ...facts.atStripe, totalMinor: safeNumber(facts.atStripe.totalMinor) },
    history: { holds: fault === null, ...chain, fault },
  };
}

const cursorForm: CursorForm<EventCursor> = {
  write: ({ occurredAt, source, id, version }) => [occurredAt.toISOString(), source, id, String(version)],
  read: ([at = '', source, id, version = '']) => {
    const occurredAt = parseInstant(at);
    if (!occurredAt || !source || !id || !/^[1-9][0-9]{0,8}$/.test(version)) return undefined;
    return { occurredAt, source, id, version: Number(version) };
  },
};
