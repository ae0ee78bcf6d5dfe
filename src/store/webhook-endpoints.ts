import { auditOf } from './audit.ts';
import type { Sql } from './database.ts';
import { type CreationPage, creationValues, latestFirst, type Owner, ofOwner, ownerValues } from './list-pages.ts';
import type { EndpointMailKind, MessageState } from './messages.ts';
import { uuidOrNull } from './uuid.ts';

/** An endpoint as it is shown: its secret is told when it is made and never again. */
export type WebhookEndpoint = {
  id: string;
  customerId: string | null;
  url: string;
  description: string;
  /** Null: all types that its owner may be told of. */
  eventTypes: string[] | null;
  state: 'enabled' | 'disabled';
  disabledBecause: 'person' | 'gone' | 'failing' | null;
  disabledAt: Date | null;
  failingSince: Date | null;
  /** How far the last mail is by which its owner is told of these failures; null when none is owed. */
  mailState: MessageState | null;
  mailedAt: Date | null;
  /** Until then the secret before signs too; null when there is none. */
  previousSecretUntil: Date | null;
  createdAt: Date;
  changedAt: Date;
};

/** Of the last mail about the failures that go on. */
const ofMail = (column: 'state' | 'sent_at') =>
  `(SELECT m.${column} FROM messages m WHERE m.endpoint_id = webhook_endpoints.id
     AND m.failing_since = webhook_endpoints.failing_since ORDER BY m.created_at DESC, m.id LIMIT 1)`;

const columns = `id, customer_id AS "customerId", url, description, nullif(event_types, '{}') AS "eventTypes", state,
  disabled_because AS "disabledBecause", disabled_at AS "disabledAt", failing_since AS "failingSince",
  ${ofMail('state')} AS "mailState", ${ofMail('sent_at')} AS "mailedAt",
  CASE WHEN previous_until > now() THEN previous_until END AS "previousSecretUntil", created_at AS "createdAt",
  changed_at AS "changedAt"`;

/** A page of endpoints, the latest first: of one owner, or of everybody. */
export async function listEndpoints(
  sql: Sql,
  owner: Owner | undefined,
  page: CreationPage,
): Promise<WebhookEndpoint[]> {
  const { rows } = await sql.query<WebhookEndpoint>(
    `SELECT ${columns} FROM webhook_endpoints WHERE ${ofOwner} AND ${latestFirst(3)}`,
    [...ownerValues(owner), ...creationValues(page)],
  );
  return rows;
}

export async function findEndpoint(sql: Sql, reference: string): Promise<WebhookEndpoint | undefined> {
  const { rows } = await sql.query<WebhookEndpoint>(`SELECT ${columns} FROM webhook_endpoints WHERE id = $1`, [
    uuidOrNull(reference),
  ]);
  return rows[0];
}

/** Counts the endpoints of an owner, whom it locks, so that two who add one at once both see the other's. */
export async function countEndpoints(sql: Sql, { customerId }: Owner): Promise<number> {
  await sql.query(`SELECT pg_advisory_xact_lock(hashtextextended('webhook-endpoints/' || coalesce($1::text, ''), 0))`, [
    customerId,
  ]);
  const { rows } = await sql.query<{ count: number }>(
    `SELECT count(*)::int AS count FROM webhook_endpoints WHERE customer_id IS NOT DISTINCT FROM $1::uuid`,
    [customerId],
  );
  return rows[0]?.count ?? 0;
}

export type EndpointToAdd = Owner & {
  id: string;
  url: string;
  description: string;
  eventTypes: readonly string[] | null;
  secret: string;
  actor: string;
};

export async function insertEndpoint(sql: Sql, endpoint: EndpointToAdd): Promise<WebhookEndpoint> {
  const { rows } = await sql.query<WebhookEndpoint>(
    `INSERT INTO webhook_endpoints (id, customer_id, url, description, event_types, secret, created_by)
     VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING ${columns}`,
    [
      endpoint.id,
      endpoint.customerId,
      endpoint.url,
      endpoint.description,
      endpoint.eventTypes ?? [],
      endpoint.secret,
      endpoint.actor,
    ],
  );
  return rows[0] as WebhookEndpoint;
}

export type EndpointChange = {
  url?: string;
  description?: string;
  eventTypes?: readonly string[] | null;
  state?: 'enabled' | 'disabled';
};

/** @returns undefined where there is none */
export async function updateEndpoint(
  sql: Sql,
  id: string,
  { url, description, eventTypes, state }: EndpointChange,
): Promise<WebhookEndpoint | undefined> {
  const { rows } = await sql.query<WebhookEndpoint>(
    `UPDATE webhook_endpoints SET url = coalesce($2, url), description = coalesce($3, description),
       event_types = coalesce($4, event_types), state = coalesce($5, state), changed_at = now(),
       disabled_because = CASE $5 WHEN 'disabled' THEN 'person' WHEN 'enabled' THEN NULL ELSE disabled_because END,
       disabled_at = CASE WHEN $5 = 'enabled' THEN NULL WHEN $5 = 'disabled' AND state = 'enabled' THEN now()
         ELSE disabled_at END,
       failing_since = CASE WHEN $5 = 'enabled' AND state = 'disabled' THEN NULL ELSE failing_since END
     WHERE id = $1 RETURNING ${columns}`,
    [id, url ?? null, description ?? null, eventTypes === undefined ? null : (eventTypes ?? []), state ?? null],
  );
  return rows[0];
}

/** The log of its deliveries goes with it. @returns whether there was one */
export async function deleteEndpoint(sql: Sql, id: string): Promise<boolean> {
  return (await sql.query('DELETE FROM webhook_endpoints WHERE id = $1', [id])).rowCount === 1;
}

/** From now on the new secret signs; the one before does so too for a day. @returns undefined where there is none */
export async function changeSecret(sql: Sql, id: string, secret: string): Promise<WebhookEndpoint | undefined> {
  const { rows } = await sql.query<WebhookEndpoint>(
    `UPDATE webhook_endpoints SET previous_secret = secret, previous_until = now() + interval '1 day', secret = $2,
       changed_at = now()
     WHERE id = $1 RETURNING ${columns}`,
    [id, secret],
  );
  return rows[0];
}

/** Until the end of the transaction nobody else changes it; what is to be told to it comes in all the same. */
export async function lockEndpoint(sql: Sql, id: string): Promise<void> {
  await sql.query('SELECT FROM webhook_endpoints WHERE id = $1 FOR NO KEY UPDATE', [id]);
}

/**
 * Disables an endpoint that is not there any more, or from which nothing but failures came since before an instant; with an
 * entry in its history and a mail to its owner.
 * @returns false if it is disabled already, or has recovered
 */
export async function giveUpEndpoint(
  sql: Sql,
  { id, url, because, reason }: { id: string; url: string; because: 'gone' | 'failing'; reason: string },
  givenUpAfterMs: number,
): Promise<boolean> {
  const { rowCount } = await sql.query(
    `WITH given_up AS (
       UPDATE webhook_endpoints SET state = 'disabled', disabled_because = $2, disabled_at = now(), changed_at = now()
       WHERE id = $1 AND state = 'enabled' AND CASE $2 WHEN 'gone' THEN url = $5 ELSE failing_since < now() - $3 * interval '1 ms' END RETURNING *),
     audited AS (${auditOf(
       `SELECT 'webhook-endpoint' AS subject_kind, id AS subject_id, 'webhooks' AS actor, 'disabled' AS action,
          jsonb_build_object('because', disabled_because, 'failingSince', failing_since) AS detail FROM given_up`,
     )}),
     owed AS (${mailOf('webhook-given-up', 'given_up', 'disabled_at', '$4')})
     SELECT FROM given_up`,
    [id, because, givenUpAfterMs, reason, url],
  );
  return rowCount === 1;
}

/** Owes its owner a mail, once for all failures in a row, where nothing but failures came since before an instant. */
export async function warnOfFailures(
  sql: Sql,
  { id, reason }: { id: string; reason: string },
  warnedAfterMs: number,
): Promise<void> {
  await sql.query(
    `WITH failing AS (
       SELECT * FROM webhook_endpoints
       WHERE id = $1 AND state = 'enabled' AND failing_since < now() - $2 * interval '1 ms')
     ${mailOf('webhook-failing', 'failing', 'failing_since', '$3')}`,
    [id, warnedAfterMs, reason],
  );
}

/** A mail to the owner of each of these endpoints, owed once for that instant. */
const mailOf = (kind: EndpointMailKind, endpoints: string, once: string, reason: string) =>
  `INSERT INTO messages (id, key, kind, customer_id, endpoint_id, last_answer, failing_since)
   SELECT gen_random_uuid(), '${kind}/' || id || '/' || extract(epoch FROM ${once}), '${kind}', customer_id, id,
     ${reason}::text, coalesce(failing_since, now())
   FROM ${endpoints} ON CONFLICT (key) DO NOTHING`;
