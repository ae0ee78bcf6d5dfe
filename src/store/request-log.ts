import type { Sql } from './database.ts';

/** One request with an API key: no address, no body, nothing of a person's. */
export type LoggedRequest = {
  id: string;
  at: Date;
  keyId: string;
  customerId: string | null;
  method: string;
  route: string;
  status: number;
  code: string | null;
  durationMs: number;
};

export type RequestView = LoggedRequest & { keyName: string };
export type RequestCursor = { at: Date; id: string };

/** @param used keys, each with the instant of its last request, those that are not logged too */
export async function insertRequests(
  sql: Sql,
  requests: readonly LoggedRequest[],
  used: ReadonlyMap<string, Date>,
): Promise<void> {
  await sql.query({
    name: 'insert-requests',
    text: `WITH used AS (
       UPDATE api_keys k SET used_at = u.at FROM unnest($1::uuid[], $2::timestamptz[]) AS u (id, at)
       WHERE k.id = u.id AND (k.used_at IS NULL OR k.used_at < u.at))
     INSERT INTO request_log (id, at, key_id, customer_id, method, route, status, code, duration_ms)
     SELECT * FROM unnest($3::uuid[], $4::timestamptz[], $5::uuid[], $6::uuid[], $7::text[], $8::text[], $9::smallint[],
       $10::text[], $11::int[])
     ON CONFLICT (id) DO NOTHING`,
    values: [
      [...used.keys()],
      [...used.values()],
      requests.map(({ id }) => id),
      requests.map(({ at }) => at),
      requests.map(({ keyId }) => keyId),
      requests.map(({ customerId }) => customerId),
      requests.map(({ method }) => method),
      requests.map(({ route }) => route),
      requests.map(({ status }) => status),
      requests.map(({ code }) => code),
      requests.map(({ durationMs }) => durationMs),
    ],
  });
}

/** A page of the log, the latest first, after the cursor. */
export async function listRequests(
  sql: Sql,
  filter: { customerId?: string; keyId?: string; refused?: boolean },
  page: { after: RequestCursor | undefined; limit: number },
): Promise<RequestView[]> {
  const { rows } = await sql.query<RequestView>(
    `SELECT r.id, r.at, r.key_id AS "keyId", k.name AS "keyName", r.customer_id AS "customerId", r.method, r.route, r.status,
       r.code, r.duration_ms AS "durationMs"
     FROM request_log r JOIN api_keys k ON k.id = r.key_id
     WHERE ($1::uuid IS NULL OR r.customer_id = $1) AND ($2::uuid IS NULL OR r.key_id = $2)
       AND ($3::boolean IS NULL OR (r.status >= 400) = $3)
       AND ($4::timestamptz IS NULL OR r.at < $4 OR (r.at = $4 AND r.id > $5::uuid))
     ORDER BY r.at DESC, r.id LIMIT $6`,
    [
      filter.customerId ?? null,
      filter.keyId ?? null,
      filter.refused ?? null,
      page.after?.at ?? null,
      page.after?.id ?? null,
      page.limit,
    ],
  );
  return rows;
}

/** @returns how many requests of more than so many days ago were forgotten */
export async function forgetRequests(sql: Sql, days: number, limit: number): Promise<number> {
  const { rowCount } = await sql.query(
    `DELETE FROM request_log WHERE id IN (SELECT id FROM request_log
       WHERE at < now() - $1 * interval '1 day' ORDER BY at LIMIT $2)`,
    [days, limit],
  );
  return rowCount ?? 0;
}
