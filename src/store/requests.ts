import type { Sql } from './database.ts';
import { isPaused } from './pauses.ts';

export type RequestSubject = { accountId: string; kind: 'customer' | 'invoice'; id: string };

export type RequestRow = {
  step: string;
  generation: number;
  idempotencyKey: string;
  params: Record<string, unknown>;
  firstSentAt: Date;
  sends: number;
  status: number | null;
  requestId: string | null;
  remoteId: string | null;
};

const columns = `step, generation, idempotency_key AS "idempotencyKey", params, first_sent_at AS "firstSentAt", sends,
  status, request_id AS "requestId", remote_id AS "remoteId"`;

/** What stops every write, and what stops those of one invoice: a person has parked it while it was on its way. */
const isStopped = `${isPaused} OR EXISTS (SELECT FROM invoice_states WHERE invoice_id = $3 AND sync = 'parked')`;

/**
 * Stores a request under the next key of its step, or counts one more sending of the one that is stored.
 * @param request.afterGeneration looked at and found not carried out, so that a later one is wanted; 0 if none was
 * @param request.keyPrefix the idempotency key without its generation
 * @returns what is stored: of the latest generation, or of the one after `afterGeneration` if that is later. Undefined
 *   while a pause or a hold lets nothing be sent
 */
export async function storeRequest(
  sql: Sql,
  subject: RequestSubject,
  request: {
    step: string;
    afterGeneration: number;
    keyPrefix: string;
    operation: string;
    params: Record<string, unknown>;
  },
): Promise<RequestRow | undefined> {
  const { rows } = await sql.query<RequestRow>({
    name: 'store-request',
    text: `INSERT INTO stored_requests AS r
             (account_id, subject_kind, subject_id, step, generation, idempotency_key, operation, params, first_sent_at)
           SELECT $1, $2, $3, $4, g.generation, $6 || '/' || g.generation, $7, $8, now()
           FROM (SELECT greatest(coalesce(max(generation), 1), $5::int + 1) AS generation FROM stored_requests
                 WHERE account_id = $1 AND subject_kind = $2 AND subject_id = $3 AND step = $4) g
           WHERE NOT (${isStopped})
           ON CONFLICT (account_id, subject_kind, subject_id, step, generation)
             DO UPDATE SET sends = r.sends + CASE WHEN r.remote_id IS NULL THEN 1 ELSE 0 END
           RETURNING ${columns}`,
    values: [
      subject.accountId,
      subject.kind,
      subject.id,
      request.step,
      request.afterGeneration,
      request.keyPrefix,
      request.operation,
      JSON.stringify(request.params),
    ],
  });
  return rows[0];
}

/** The latest generation of a step; undefined if nothing was ever sent for it. */
export async function readLatestRequest(
  sql: Sql,
  subject: RequestSubject,
  step: string,
): Promise<RequestRow | undefined> {
  const { rows } = await sql.query<RequestRow>(
    `SELECT ${columns} FROM stored_requests
     WHERE account_id = $1 AND subject_kind = $2 AND subject_id = $3 AND step = $4 ORDER BY generation DESC LIMIT 1`,
    [subject.accountId, subject.kind, subject.id, step],
  );
  return rows[0];
}

export async function recordAnswer(
  sql: Sql,
  idempotencyKey: string,
  answer: { status: number; requestId: string | null; remoteId: string | null },
): Promise<void> {
  await sql.query({
    name: 'record-answer',
    text: `UPDATE stored_requests SET answered_at = now(), status = $2, request_id = $3,
             remote_id = coalesce($4, remote_id),
             -- A customer's request holds a name and an address; once it is answered nobody needs them here.
             params = CASE WHEN subject_kind = 'customer' AND $4 IS NOT NULL THEN '{}' ELSE params END
           WHERE idempotency_key = $1`,
    values: [idempotencyKey, answer.status, answer.requestId, answer.remoteId],
  });
}
