import type { Filter } from '../domain/rating/filter.ts';
import type { Meter } from '../domain/rating/meter.ts';
import type { Sql } from './database.ts';
import { meterJson } from './meters.ts';
import { seesVersion } from './plan-views.ts';
import { isCurrent, isMeasured, numberOf, passesOf, textOf } from './usage-expressions.ts';

export type UsageEventCursor = { occurredAt: Date; source: string; id: string; version: number };

/** An event as whoever is billed for it reads it. */
export type UsageEventView = UsageEventCursor & {
  type: string;
  receivedAt: Date;
  properties: Record<string, unknown>;
  /** What the meter reads of it, as text: a number, or the value that it counts; null without a meter, or for a mere count. */
  measured: string | null;
  /** Counted as read and left out, since it lacks what the meter measures. */
  isSkipped: boolean;
  /** When a correction took it away or put another version in its place; null while it counts. */
  supersededAt: Date | null;
  /** The correction that wrote this version; null for what was sent. */
  correctionId: string | null;
};

export type UsageEventFilter = {
  customerId: string;
  from: Date;
  to: Date;
  meter?: Meter;
  filter?: Filter;
  source?: string;
  /** Its id at its source. */
  event?: string;
  /** Versions that corrections have taken away, too. */
  withSuperseded: boolean;
};

/** The latest events first, those before the cursor, the next so many. */
export async function listUsageEvents(
  sql: Sql,
  { customerId, from, to, meter, filter, source, event, withSuperseded }: UsageEventFilter,
  page: { after: UsageEventCursor | undefined; limit: number },
): Promise<UsageEventView[]> {
  const values: unknown[] = [];
  const bind = (value: unknown) => `$${values.push(value)}`;
  const conditions = [
    `u.customer_id = ${bind(customerId)} AND u.occurred_at >= ${bind(from)} AND u.occurred_at < ${bind(to)}`,
    ...(withSuperseded ? [] : [isCurrent]),
    ...(source === undefined ? [] : [`u.source = ${bind(source)}`]),
    ...(event === undefined ? [] : [`u.event_id = ${bind(event)}`]),
    ...Object.entries(filter ?? {}).map(
      ([property, allowed]) => `coalesce(u.properties ->> ${bind(property)}, '') = ANY (${bind(allowed)}::text[])`,
    ),
    ...(meter === undefined ? [] : [`u.event_type = ${bind(meter.eventType)} AND ${passesOf({ meter }, bind)}`]),
  ];
  if (page.after !== undefined) {
    const { occurredAt, source: of, id, version } = page.after;
    const at = bind(occurredAt);
    // The first condition says nothing new, but an index can be entered by it.
    conditions.push(`u.occurred_at <= ${at} AND (${inOrder}) < (${at}, ${bind(of)}, ${bind(id)}, ${bind(version)})`);
  }
  const measured = meter && (numberOf(meter, bind) ?? textOf(meter, bind));
  const needed = meter && isMeasured({ meter }, bind);
  const { rows } = await sql.query<UsageEventView>(
    `SELECT u.source, u.event_id AS id, u.version, u.event_type AS type, u.occurred_at AS "occurredAt",
       u.received_at AS "receivedAt", u.properties, ${measured ? `(${measured})::text` : 'NULL::text'} AS measured,
       ${needed ? `NOT (${needed})` : 'false'} AS "isSkipped", u.superseded_at AS "supersededAt",
       u.correction_id AS "correctionId"
     FROM usage_events u WHERE ${conditions.join(' AND ')}
     ORDER BY u.occurred_at DESC, u.source COLLATE "C" DESC, u.event_id COLLATE "C" DESC, u.version DESC
     LIMIT ${bind(page.limit)}`,
    values,
  );
  return rows;
}

const inOrder = `u.occurred_at, u.source COLLATE "C", u.event_id COLLATE "C", u.version`;

/** A meter that a customer's bills read. */
export type CustomerMeter = { meter: Meter; prices: string[]; dimensions: string[] };

/**
 * The meters that the plans of a customer's subscriptions read, of all of their time, by name.
 * @param seenBy a customer, who is told no dimensions of plans that it does not see; null is told all
 */
export async function listCustomerMeters(
  sql: Sql,
  customerId: string,
  seenBy: string | null = null,
): Promise<CustomerMeter[]> {
  const { rows } = await sql.query<CustomerMeter>(
    `SELECT CASE WHEN m.filter = '{}' THEN ${meterJson} - 'filter' ELSE ${meterJson} END AS meter, array_agg(DISTINCT p.terms ->> 'name') AS prices,
       array(SELECT DISTINCT d.name FROM prices o JOIN plan_versions v ON v.id = o.plan_version_id
         JOIN plans p ON p.id = v.plan_id, LATERAL (
           SELECT jsonb_array_elements_text(coalesce(o.terms -> 'groupBy', '[]')) AS name
           UNION SELECT jsonb_array_elements_text(CASE WHEN o.model = 'matrix' THEN o.terms -> 'properties' ELSE '[]' END)
           UNION SELECT jsonb_object_keys(o.filter)) d
         WHERE o.meter_id = m.id AND ($2::uuid IS NULL OR ${seesVersion('$2')}) ORDER BY 1) AS dimensions
     FROM subscriptions s JOIN subscription_phases h ON h.subscription_id = s.id
     JOIN prices p ON p.plan_version_id = h.plan_version_id JOIN meters m ON m.id = p.meter_id
     WHERE s.customer_id = $1 GROUP BY m.id ORDER BY m.name, m.key`,
    [customerId, seenBy],
  );
  return rows;
}

/** Names of properties, with the simple values that the latest events of a type have. */
export async function recentProperties(
  sql: Sql,
  { customerId, eventType, events }: { customerId: string; eventType: string; events: number },
): Promise<string[]> {
  const { rows } = await sql.query<{ name: string }>(
    `SELECT DISTINCT p.key AS name FROM (
       SELECT u.properties FROM usage_events u WHERE u.customer_id = $1 AND u.event_type = $2 AND ${isCurrent}
       ORDER BY u.occurred_at DESC LIMIT $3) e, LATERAL jsonb_each(e.properties) p
     WHERE jsonb_typeof(p.value) IN ('string', 'boolean', 'number') ORDER BY 1 LIMIT 50`,
    [customerId, eventType, events],
  );
  return rows.map(({ name }) => name);
}
