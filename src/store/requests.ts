import { appendAudit } from './audit.ts';
import type { Sql } from './database.ts';
import { isSwept } from './event-sweeps.ts';
import { isPaused } from './pauses.ts';

export type RequestSubject = {
  accountId: string;
  kind: 'customer' | 'invoice';
  id: string;
  /** Of an invoice: the attempt that sends. One that another has overtaken sends nothing any more. */
  attempt?: number;
};

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

/**
 * What stops every write: a pause, or that nobody has looked whether this database is older than what it has sent. And
 * what stops those of one invoice: a person has parked it while it was on its way.
 */
const isStopped = `${isPaused} OR NOT ${isSwept('$1')} OR EXISTS (SELECT FROM invoice_states WHERE invoice_id = $3 AND sync = 'parked')`;

/** Who the history names, by the kind of the subject: its one writer. */
const actors: Record<RequestSubject['kind'], string> = { invoice: 'sync', customer: 'sync-customer' };

/**
 * What each link about a request begins with. A customer's body is a name and an address: even its hash, which a guess
 * could be held against, stays out of what can never be erased.
 */
const requestWords = `'operation', operation, 'step', step, 'generation', generation, 'key', idempotency_key`;
const bodyHash = `CASE WHEN subject_kind = 'invoice' THEN encode(sha256(convert_to(params::text, 'UTF8')), 'hex') END`;

/**
 * Stores a request under the next key of its step, or counts one more sending of the one that is stored.
 * The same statement tells of it in the subject's history, before it leaves: a link without an answer after it stands
 * for a request that may or may not have arrived. What is not to be sent (answered, or in doubt) is not told of.
 * @param request.afterGeneration looked at and found not carried out, so that a later one is wanted; 0 if none was
 * @param request.keyPrefix the idempotency key without its generation
 * @param request.shown what of the parameters may stand in the history for ever
 * @param request.trustedSince one that was first sent earlier is in doubt
 * @returns what is stored: of the latest generation, or of the one after `afterGeneration` if that is later. Undefined
 *   while a pause or a hold lets nothing be sent, and for an attempt that another has overtaken
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
    shown: Record<string, unknown>;
    trustedSince: Date;
  },
): Promise<RequestRow | undefined> {
  const { rows } = await sql.query<RequestRow>({
    name: 'store-request',
    // The lock makes this and the begin of the next attempt wait for each other: what an attempt that was given up has
    // stored is seen by the next one, and after that it stores nothing more.
    text: `WITH fence AS MATERIALIZED (
           SELECT FROM invoice_states
           WHERE invoice_id = $3 AND lifecycle = 'issued' AND sync = 'syncing' AND sync_attempts = $12 FOR SHARE),
         stored AS (
           INSERT INTO stored_requests AS r
             (account_id, subject_kind, subject_id, step, generation, idempotency_key, operation, params, first_sent_at)
           SELECT $1, $2, $3, $4, g.generation, $6 || '/' || g.generation, $7, $8, now()
           FROM (SELECT greatest(coalesce(max(generation), 1), $5::int + 1) AS generation FROM stored_requests
                 WHERE account_id = $1 AND subject_kind = $2 AND subject_id = $3 AND step = $4) g
           WHERE NOT (${isStopped}) AND ($12::int IS NULL OR EXISTS (SELECT FROM fence))
           ON CONFLICT (account_id, subject_kind, subject_id, step, generation)
             DO UPDATE SET sends = r.sends + CASE WHEN r.remote_id IS NULL THEN 1 ELSE 0 END
           RETURNING r.*)
           SELECT ${columns},
             CASE WHEN remote_id IS NULL AND status IS NULL AND first_sent_at > $9 THEN
               append_audit_link(subject_kind, subject_id, $10, 'request', jsonb_strip_nulls(jsonb_build_object(
                 ${requestWords}, 'sends', sends, 'bodySha256', ${bodyHash},
                 -- Whatever is sent again is what was shown the first time, and has its hash.
                 'body', CASE WHEN sends = 1 THEN $11::jsonb END)))
             END AS link
           FROM stored`,
    values: [
      subject.accountId,
      subject.kind,
      subject.id,
      request.step,
      request.afterGeneration,
      request.keyPrefix,
      request.operation,
      JSON.stringify(request.params),
      request.trustedSince,
      actors[subject.kind],
      JSON.stringify(request.shown),
      subject.attempt ?? null,
    ],
  });
  return rows[0];
}

/** Whether a request that is stored has been stopped since: by a pause, or by a person who holds its invoice. */
export async function isStoppedSince(sql: Sql, idempotencyKey: string | null): Promise<boolean> {
  const { rows } = await sql.query<{ isStopped: boolean }>({
    name: 'is-stopped-since',
    text: `SELECT ${isPaused} OR EXISTS (
             SELECT FROM stored_requests r JOIN invoice_states s ON s.invoice_id = r.subject_id
             WHERE r.idempotency_key = $1 AND s.sync = 'parked') AS "isStopped"`,
    values: [idempotencyKey],
  });
  return rows[0]?.isStopped === true;
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

/** Records what a key answers from now on, and tells of it in the history of whoever the request is about. */
export async function recordAnswer(
  sql: Sql,
  idempotencyKey: string,
  answer: {
    what: string;
    status: number;
    requestId: string | null;
    remoteId: string | null;
    told: Record<string, unknown>;
  },
): Promise<void> {
  await sql.query({
    name: 'record-answer',
    text: `WITH answered AS (
           UPDATE stored_requests SET answered_at = now(), status = $2, request_id = $3,
             remote_id = coalesce($4, remote_id),
             -- A customer's request holds a name and an address; once it is answered nobody needs them here.
             params = CASE WHEN subject_kind = 'customer' AND $4 IS NOT NULL THEN '{}' ELSE params END
           WHERE idempotency_key = $1 RETURNING *)
           SELECT append_audit_link(subject_kind, subject_id, $5::jsonb ->> subject_kind, $6,
             jsonb_strip_nulls(jsonb_build_object(${requestWords}, 'status', $2::int, 'requestId', $3::text,
               'remoteId', $4::text) || $7::jsonb))
           FROM answered`,
    values: [
      idempotencyKey,
      answer.status,
      answer.requestId,
      answer.remoteId,
      JSON.stringify(actors),
      answer.what,
      JSON.stringify(answer.told),
    ],
  });
}

/** Tells in the history what became of a request that the key has not answered. */
export async function noteRequest(
  sql: Sql,
  subject: RequestSubject,
  request: Pick<RequestRow, 'step' | 'generation' | 'idempotencyKey'>,
  news: { what: string; told: Record<string, unknown> },
): Promise<void> {
  const { step, generation, idempotencyKey: key } = request;
  await appendAudit(sql, [
    {
      subjectKind: subject.kind,
      subjectId: subject.id,
      actor: actors[subject.kind],
      action: news.what,
      detail: { step, generation, key, ...news.told },
    },
  ]);
}
