import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { readInstant } from '../../billing/instant.ts';
import { DurabillError } from '../../errors/error.ts';
import { type AuditPosition, listAudit } from '../../store/audit-trail.ts';
import { verifyChain } from '../../store/audit-verify.ts';
import { uuidOrNull } from '../../store/uuid.ts';
import type { ApiDeps } from '../deps.ts';
import { type CursorForm, defaultLimit, pageOf, readCursor, readInstantAndId, writeCursor } from '../paging.ts';
import { AuditPage, AuditQuery, ChainParams } from '../schemas/audit.ts';
import { problems } from '../schemas/common.ts';
import { ChainVerdict } from '../schemas/history.ts';

/** What happened to everything, and whether a chain of it holds. */
export const auditRoutes: FastifyPluginAsyncTypebox<ApiDeps> = async (app, { database }) => {
  const config = { scope: 'audit:read' } as const;
  const tags = ['operations'];

  app.get(
    '/v1/audit',
    {
      config,
      schema: {
        tags,
        summary: 'List what happened',
        querystring: AuditQuery,
        response: { 200: AuditPage, ...problems },
      },
    },
    async ({ query: { limit = defaultLimit, cursor, subject, from, to, ...plain } }) => {
      const filter = {
        ...plain,
        ...(subject !== undefined && { subjectId: subjectIdOf(subject, 'subject') }),
        ...(from !== undefined && { from: readInstant(from, 'from') }),
        ...(to !== undefined && { to: readInstant(to, 'to') }),
      };
      const { rows, next } = await listAudit(database, filter, { after: readCursor(cursor, cursorForm), limit });
      return {
        ...pageOf(rows, limit, cursorForm),
        nextCursor: next === undefined ? null : writeCursor(cursorForm.write(next)),
      };
    },
  );

  app.get(
    '/v1/audit/:kind/:id/verification',
    {
      config,
      schema: {
        tags,
        summary: 'Compute a chain again and say whether it holds',
        params: ChainParams,
        response: { 200: ChainVerdict, ...problems },
      },
    },
    async ({ params }) => {
      const chain = await verifyChain(database, { kind: params.kind, id: subjectIdOf(params.id, 'id') });
      if (chain.links === 0) throw noChain(params.id, 'id');
      return { holds: chain.fault === null, ...chain };
    },
  );
};

function subjectIdOf(text: string, field: string): string {
  const id = uuidOrNull(text);
  if (id === null) throw noChain(text, field);
  return id;
}

function noChain(id: string, field: string): DurabillError {
  return new DurabillError('not-found', {
    field,
    reason: `Nothing is told of a subject with the id "${id}".`,
    mend: 'Ids and kinds of subjects are in the entries of /v1/audit.',
  });
}

const cursorForm: CursorForm<AuditPosition> = {
  write: ({ at, subjectKind, subjectId, sequence }) => [at.toISOString(), subjectKind, subjectId, String(sequence)],
  read: ([at = '', subjectKind = '', subjectId = '', sequence = '']) => {
    const position = readInstantAndId([at, subjectId]);
    if (position === undefined || !/^[1-9]\d{0,8}$/.test(sequence)) return undefined;
    return { at: position.at, subjectKind, subjectId, sequence: Number(sequence) };
  },
};
