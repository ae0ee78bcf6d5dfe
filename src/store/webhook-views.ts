import type { Sql } from './database.ts';
import { type CreationPage, creationValues, latestFirst } from './list-pages.ts';
import { uuidOrNull } from './uuid.ts';

/** How far an event is on its way to one endpoint. */
export type DeliveryView = {
  id: string;
  endpointId: string;
  eventId: string;
  type: string;
  state: 'pending' | 'delivered' | 'failed';
  attempts: number;
  nextAt: Date | null;
  reason: string | null;
  createdAt: Date;
  endedAt: Date | null;
};

export type AttemptView = {
  attempt: number;
  at: Date;
  durationMs: number;
  status: number | null;
  reason: string | null;
  answer: string | null;
};

export type DeliveryDetail = DeliveryView & {
  event: { type: string; timestamp: Date; data: Record<string, unknown> };
  log: AttemptView[];
};

const columns = `d.id, d.endpoint_id AS "endpointId", d.event_id AS "eventId", v.type, d.state, d.attempts,
  CASE WHEN d.state = 'pending' THEN d.next_at END AS "nextAt", d.reason, d.created_at AS "createdAt",
  d.ended_at AS "endedAt"`;

/** A page of an endpoint's deliveries, the latest first, after the cursor. */
export async function listDeliveries(
  sql: Sql,
  filter: { endpointId: string; state?: DeliveryView['state']; type?: string },
  page: CreationPage,
): Promise<DeliveryView[]> {
  const { rows } = await sql.query<DeliveryView>(
    `SELECT ${columns} FROM webhook_deliveries d JOIN webhook_events v ON v.id = d.event_id
     WHERE d.endpoint_id = $1 AND ($2::text IS NULL OR d.state = $2) AND ($3::text IS NULL OR v.type = $3)
       AND ${latestFirst(4, 'd.')}`,
    [filter.endpointId, filter.state ?? null, filter.type ?? null, ...creationValues(page)],
  );
  return rows;
}

/** A delivery of an endpoint with what is sent and every attempt, the latest first. */
export async function findDelivery(
  sql: Sql,
  endpointId: string,
  reference: string,
): Promise<DeliveryDetail | undefined> {
  const { rows } = await sql.query<DeliveryView & { happenedAt: Date; data: Record<string, unknown> }>(
    `SELECT ${columns}, v.happened_at AS "happenedAt", v.data
     FROM webhook_deliveries d JOIN webhook_events v ON v.id = d.event_id WHERE d.id = $1 AND d.endpoint_id = $2`,
    [uuidOrNull(reference), endpointId],
  );
  if (rows[0] === undefined) return undefined;
  const { happenedAt, data, ...delivery } = rows[0];
  const { rows: log } = await sql.query<AttemptView>(
    `SELECT attempt, at, duration_ms AS "durationMs", status, reason, answer FROM webhook_attempts
     WHERE delivery_id = $1 ORDER BY attempt DESC LIMIT 100`,
    [delivery.id],
  );
  return { ...delivery, event: { type: delivery.type, timestamp: happenedAt, data }, log };
}
