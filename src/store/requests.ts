import type { Sql } from './database.ts';

export type RequestSubject = { accountId: string; kind: 'customer' | 'invoice'; id: string };

export type RequestRow = {
  step: string;
  generation: number;
  idempotencyKey: string;
  params: Record<string, unknown>;
  firstSentAt: Date;
  sends: number;
  status: number | null;
  remoteId: string | null;
};

const columns = `step, generation, idempotency_key AS "idempotencyKey", params, first_sent_at AS "firstSentAt", sends,
  status, remote_id AS "remoteId"`;

/** Stores a request, or counts one more sending of the one that is stored; returns what is stored, of that generation. */
export async function storeRequest(
  sql: Sql,
  subject: RequestSubject,
  request: {
    step: string;
    generation: number;
    idempotencyKey: string;
    operation: string;
    params: Record<string, unknown>;
  },
): Promise<RequestRow> {
  const { rows } = await sql.query<RequestRow>(
    `INSERT INTO stored_requests AS r
       (account_id, subject_kind, subject_id, step, generation, idempotency_key, operation, params, first_sent_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, now())
     ON CONFLICT (account_id, subject_kind, subject_id, step, generation)
       DO UPDATE SET sends = r.sends + CASE WHEN r.remote_id IS NULL THEN 1 ELSE 0 END
     RETURNING ${columns}`,
    [
      subject.accountId,
      subject.kind,
      subject.id,
      request.step,
      request.generation,
      request.idempotencyKey,
      request.operation,
      JSON.stringify(request.params),
    ],
  );
  return rows[0] as RequestRow;
}

/** The latest generation of a step's request. */
export async function latestRequest(sql: Sql, subject: RequestSubject, step: string): Promise<RequestRow | undefined> {
  const { rows } = await sql.query<RequestRow>(
    `SELECT ${columns} FROM stored_requests
     WHERE account_id = $1 AND subject_kind = $2 AND subject_id = $3 AND step = $4
     ORDER BY generation DESC LIMIT 1`,
    [subject.accountId, subject.kind, subject.id, step],
  );
  return rows[0];
}

export async function recordAnswer(
  sql: Sql,
  idempotencyKey: string,
  answer: { status: number; requestId: string | null; remoteId: string | null },
): Promise<void> {
  await sql.query(
    `UPDATE stored_requests SET answered_at = now(), status = $2, request_id = $3, remote_id = coalesce($4, remote_id),
       -- A customer's request holds a name and an address; once it is answered nobody needs them here.
       params = CASE WHEN subject_kind = 'customer' AND $4 IS NOT NULL THEN '{}' ELSE params END
     WHERE idempotency_key = $1`,
    [idempotencyKey, answer.status, answer.requestId, answer.remoteId],
  );
}
