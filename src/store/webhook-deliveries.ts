import type { Sql } from './database.ts';
import { isDue } from './is-due.ts';

/** A delivery that this process attempts now, with what it needs for that. */
export type ClaimedDelivery = {
  id: string;
  endpointId: string;
  eventId: string;
  attempts: number;
  tries: number;
  url: string;
  isEnabled: boolean;
  /** Nothing but failures have come back from it lately. */
  isFailing: boolean;
  secret: string;
  previousSecret: string | null;
  type: string;
  data: Record<string, unknown>;
  happenedAt: Date;
};

export type Claim = {
  /** Endpoints that this process has enough under way for. */
  busy: readonly string[];
  takesFailing: boolean;
  limit: number;
  /** How long an attempt may take: a process that says nothing until then is taken for dead. */
  leaseMs: number;
};

/**
 * Claims what has been due the longest, at most one of each endpoint, so that one with a thousand waiting is no longer in
 * the way than one with a single one. The endpoints for which something waits are found by jumping through the index
 * from one to the next.
 */
export async function claimDeliveries(
  sql: Sql,
  { busy, takesFailing, limit, leaseMs }: Claim,
): Promise<ClaimedDelivery[]> {
  const { rows } = await sql.query<ClaimedDelivery>({
    name: 'claim-deliveries',
    text: `WITH RECURSIVE waiting AS (
       (SELECT endpoint_id FROM webhook_deliveries WHERE state = 'pending' ORDER BY endpoint_id LIMIT 1)
       UNION ALL
       SELECT n.endpoint_id FROM waiting w CROSS JOIN LATERAL (
         SELECT d.endpoint_id FROM webhook_deliveries d WHERE d.state = 'pending' AND d.endpoint_id > w.endpoint_id
         ORDER BY d.endpoint_id LIMIT 1) n
     ), due AS (
       SELECT d.id FROM waiting w JOIN webhook_endpoints e ON e.id = w.endpoint_id
       CROSS JOIN LATERAL (
         SELECT f.id, f.next_at FROM webhook_deliveries f
         WHERE f.endpoint_id = e.id AND f.state = 'pending' AND ${isDue('f.next_at')}
         ORDER BY f.next_at, f.id LIMIT 1 FOR UPDATE SKIP LOCKED) d
       WHERE e.id <> ALL ($1::uuid[]) AND ($2 OR e.failing_since IS NULL)
       ORDER BY d.next_at LIMIT $3
     )
     UPDATE webhook_deliveries d SET attempts = d.attempts + 1, tries = d.tries + 1,
       next_at = clock_timestamp() + $4 * interval '1 ms'
     FROM due, webhook_endpoints e, webhook_events v
     WHERE d.id = due.id AND e.id = d.endpoint_id AND v.id = d.event_id
     RETURNING d.id, d.endpoint_id AS "endpointId", d.event_id AS "eventId", d.attempts, d.tries, e.url,
       e.state = 'enabled' AS "isEnabled", e.failing_since IS NOT NULL AS "isFailing", e.secret,
       CASE WHEN e.previous_until > now() THEN e.previous_secret END AS "previousSecret", v.type, v.data,
       v.happened_at AS "happenedAt"`,
    values: [busy, takesFailing, limit, leaseMs],
  });
  return rows;
}

/** What an attempt came to. Without one (the endpoint is disabled) nothing is noted of the endpoint. */
export type SettledDelivery = {
  state: 'pending' | 'delivered' | 'failed';
  reason: string | null;
  /** Until the next attempt of one that is pending. */
  waitMs?: number;
  attempt?: { at: Date; durationMs: number; status: number | null; reason: string | null; answer: string | null };
};

/**
 * Tells what came of a claimed delivery, with its attempt, and whether its endpoint works.
 * @returns false if it was claimed anew since, because this process was taken for dead
 */
export async function settleDelivery(
  sql: Sql,
  claimed: Pick<ClaimedDelivery, 'id' | 'attempts'>,
  { state, reason, waitMs = 0, attempt }: SettledDelivery,
): Promise<boolean> {
  const { rows } = await sql.query<{ isOurs: boolean }>({
    name: 'settle-delivery',
    text: `WITH settled AS (
       UPDATE webhook_deliveries SET state = $3, reason = $4, next_at = clock_timestamp() + $5 * interval '1 ms',
         ended_at = CASE WHEN $3 <> 'pending' THEN clock_timestamp() END
       WHERE id = $1 AND attempts = $2 AND state = 'pending' RETURNING id, attempts, endpoint_id
     ), noted AS (
       INSERT INTO webhook_attempts (delivery_id, attempt, at, duration_ms, status, reason, answer)
       SELECT id, attempts, $6, $7, $8, $9, $10 FROM settled WHERE $6::timestamptz IS NOT NULL
     ), judged AS (
       UPDATE webhook_endpoints e SET failing_since = CASE WHEN $9::text IS NULL THEN NULL ELSE now() END
       FROM settled s WHERE e.id = s.endpoint_id AND $6::timestamptz IS NOT NULL
         AND (e.failing_since IS NULL) = ($9::text IS NOT NULL)
     )
     SELECT EXISTS (SELECT FROM settled) AS "isOurs"`,
    values: [
      claimed.id,
      claimed.attempts,
      state,
      reason,
      waitMs,
      attempt?.at ?? null,
      attempt?.durationMs ?? null,
      attempt?.status ?? null,
      attempt?.reason ?? null,
      attempt?.answer ?? null,
    ],
  });
  return rows[0]?.isOurs ?? false;
}

/** Fails what waits for an endpoint that is disabled: it would come as a surprise, days later. @returns how many */
export async function failWaiting(sql: Sql, endpointId: string): Promise<number> {
  const { rowCount } = await sql.query(
    `UPDATE webhook_deliveries SET state = 'failed', reason = 'endpoint-disabled', ended_at = clock_timestamp()
     WHERE endpoint_id = $1 AND state = 'pending'`,
    [endpointId],
  );
  return rowCount ?? 0;
}

/** Notes an event for one endpoint alone. @returns the id of its delivery */
export async function insertTestDelivery(
  sql: Sql,
  event: { endpointId: string; customerId: string | null; type: string; data: object },
): Promise<string> {
  const { rows } = await sql.query<{ id: string }>(
    `WITH event AS (
       INSERT INTO webhook_events (id, type, customer_id, data) VALUES (gen_random_uuid(), $2, $3, $4) RETURNING id)
     INSERT INTO webhook_deliveries (id, endpoint_id, event_id) SELECT gen_random_uuid(), $1, event.id FROM event
     RETURNING id`,
    [event.endpointId, event.type, event.customerId, event.data],
  );
  return rows[0]?.id as string;
}

/** Has one delivery attempted again, whatever came of it. @returns false if it waits for an attempt already */
export async function sendAgain(sql: Sql, id: string): Promise<boolean> {
  const { rowCount } = await sql.query(`${again} WHERE id = $1 AND state <> 'pending'`, [id]);
  return rowCount === 1;
}

/** Has an endpoint's failed deliveries since an instant attempted again, the oldest first. @returns how many */
export async function sendFailedAgain(sql: Sql, endpointId: string, since: Date, limit: number): Promise<number> {
  const { rowCount } = await sql.query(
    `${again} WHERE id IN (SELECT id FROM webhook_deliveries
       WHERE endpoint_id = $1 AND created_at >= $2 AND state = 'failed' ORDER BY created_at, id LIMIT $3)`,
    [endpointId, since, limit],
  );
  return rowCount ?? 0;
}

const again = `UPDATE webhook_deliveries SET state = 'pending', tries = 0, reason = NULL, ended_at = NULL,
  next_at = clock_timestamp()`;

/** Forgets events that are older, with their deliveries, a few at a time. @returns how many */
export async function forgetEvents(sql: Sql, days: number, limit: number): Promise<number> {
  const { rowCount } = await sql.query(
    `DELETE FROM webhook_events WHERE id IN (SELECT id FROM webhook_events
       WHERE happened_at < now() - $1 * interval '1 day' ORDER BY happened_at, id LIMIT $2)`,
    [days, limit],
  );
  return rowCount ?? 0;
}

/** Seconds for which the delivery that should have been attempted the longest ago has been due; 0 when none is. */
export async function readWebhookLagSeconds(sql: Sql): Promise<number> {
  const { rows } = await sql.query<{ seconds: number }>(
    `SELECT coalesce(greatest(extract(epoch FROM clock_timestamp() - min(next_at)), 0), 0)::float8 AS seconds
     FROM webhook_deliveries WHERE state = 'pending'`,
  );
  return rows[0]?.seconds ?? 0;
}
