import type { Sql } from './database.ts';
import { inMonths } from './usage-removal-limits.ts';

/** The month of a partition. */
export type UsageMonth = { monthOn: string; fromAt: Date; toAt: Date };

const columns = `to_char(m.month_on, 'YYYY-MM-DD') AS "monthOn", m.from_at AS "fromAt", m.to_at AS "toAt"`;

/** Months of which something may go by what the last look has found, the earliest first. */
export async function monthsToRemove(sql: Sql): Promise<UsageMonth[]> {
  const { rows } = await sql.query<UsageMonth>(
    `SELECT ${columns} FROM usage_months m WHERE m.to_at <= (SELECT max(free_until) FROM usage_removal_checks)
     ORDER BY m.month_on`,
  );
  return rows;
}

/** Customers who have events of the month that may go, none before it that stay, and were looked at; by id. */
export async function customersToRemove(
  sql: Sql,
  { fromAt, toAt }: UsageMonth,
  kept: readonly string[],
  limit: number,
): Promise<string[]> {
  const { rows } = await sql.query<{ customerId: string }>(
    `SELECT k.customer_id AS "customerId" FROM usage_removal_checks k
     CROSS JOIN LATERAL (SELECT coalesce(max(m.removed_before), '-infinity') AS removed_before
       FROM usage_removal_marks m WHERE m.customer_id = k.customer_id) m
     WHERE k.free_until >= $2 AND m.removed_before < $2
       AND EXISTS (SELECT FROM usage_events u WHERE u.customer_id = k.customer_id AND u.event_type <> ALL ($3::text[])
         AND u.occurred_at >= $1 AND u.occurred_at < $2)
       AND NOT EXISTS (SELECT FROM usage_events u WHERE u.customer_id = k.customer_id AND u.event_type <> ALL ($3::text[])
         AND u.occurred_at < $1 AND u.occurred_at >= m.removed_before AND ${inMonths})
     ORDER BY k.customer_id LIMIT $4`,
    [fromAt, toAt, kept, limit],
  );
  return rows.map(({ customerId }) => customerId);
}

/** Until where each customer's books are closed once its events before an instant are gone. */
export async function closedUntil(
  sql: Sql,
  customerIds: readonly string[],
  removedBefore: Date,
): Promise<Map<string, Date>> {
  const { rows } = await sql.query<{ customerId: string; at: Date }>(
    `SELECT c.id AS "customerId", greatest($2::timestamptz, max(b.end_at)) AS at
     FROM unnest($1::uuid[]) AS c (id) LEFT JOIN usage_billed($1, $2) b ON b.customer_id = c.id GROUP BY c.id`,
    [customerIds, removedBefore],
  );
  return new Map(rows.map(({ customerId, at }) => [customerId, at]));
}

/** Lets nobody write events of the months from one instant to another, until the transaction ends; reading goes on. */
export async function lockMonths(sql: Sql, from: Date, until: Date): Promise<void> {
  const { rows } = await sql.query<{ name: string }>(
    `SELECT partition_name AS name FROM usage_months WHERE to_at > $1 AND from_at < $2 ORDER BY month_on`,
    [from, until],
  );
  for (const { name } of rows) await sql.query(`LOCK TABLE ${name} IN SHARE MODE`);
}

/** Those of the customers of whom events came in, or were corrected, after they were looked at. */
export async function movedSince(sql: Sql, from: Date, closed: ReadonlyMap<string, Date>): Promise<Set<string>> {
  const { rows } = await sql.query<{ customerId: string }>(
    `SELECT k.customer_id AS "customerId"
     FROM unnest($1::uuid[], $2::timestamptz[]) AS c (id, closed_until) JOIN usage_removal_checks k ON k.customer_id = c.id
     WHERE EXISTS (SELECT FROM usage_events u WHERE u.customer_id = c.id AND u.occurred_at >= $3
       AND u.occurred_at < c.closed_until AND (u.received_at >= k.checked_at OR u.superseded_at >= k.checked_at))`,
    [[...closed.keys()], [...closed.values()], from],
  );
  return new Set(rows.map(({ customerId }) => customerId));
}

export type Removal = UsageMonth & {
  id: string;
  usageMonths: number;
  keptTypes: readonly string[];
  /** The customers, and until where the books of each are closed from now on. */
  closed: ReadonlyMap<string, Date>;
};

/**
 * Takes the events of a month away for these customers, and says so: how many of which type, the watermarks, what stays known
 * of their contents. Rollups of their hours go with them. The customers and the month are locked by the caller.
 */
export async function removeEvents(sql: Sql, removal: Removal): Promise<{ events: number; kept: number }> {
  const { id, monthOn, fromAt, toAt, usageMonths, keptTypes: kept, closed } = removal;
  const ids = [...closed.keys()];
  const gone = `usage_events u WHERE u.customer_id = ANY ($1::uuid[]) AND u.event_type <> ALL ($2::text[])
    AND u.occurred_at >= $3 AND u.occurred_at < $4`;
  const values = [ids, kept, fromAt, toAt];
  const { rows: counts } = await sql.query<{ customerId: string; eventType: string; events: bigint; others: bigint }>(
    `SELECT u.customer_id AS "customerId", u.event_type AS "eventType", count(*) AS events FROM ${gone} GROUP BY 1, 2`,
    values,
  );
  await sql.query(
    `INSERT INTO removed_event_versions (source, event_id, content_hash)
     SELECT u.source, u.event_id, u.content_hash FROM ${gone} AND u.version > 1 ON CONFLICT DO NOTHING`,
    values,
  );
  await sql.query(
    `DELETE FROM usage_rollups r USING usage_rollup_definitions d JOIN meters m ON m.id = d.meter_id
     WHERE d.id = r.definition_id AND r.customer_id = ANY ($1::uuid[]) AND m.event_type <> ALL ($2::text[])
       AND r.hour_at >= $3 AND r.hour_at < $4`,
    values,
  );
  const events = counts.reduce((sum, one) => sum + Number(one.events), 0);
  const { rows: all } = await sql.query<{ events: bigint }>(
    'SELECT count(*) AS events FROM usage_events WHERE occurred_at >= $1 AND occurred_at < $2',
    [fromAt, toAt],
  );
  const keptCount = Number(all[0]!.events) - events;
  await sql.query(
    `INSERT INTO usage_removals (id, month_on, usage_months, customer_count, event_count, kept_count)
     VALUES ($1, $2, $3, $4, $5, $6)`,
    [id, monthOn, usageMonths, ids.length, events, keptCount],
  );
  await sql.query(
    `INSERT INTO usage_removal_counts (removal_id, customer_id, event_type, event_count)
     SELECT $1, * FROM unnest($2::uuid[], $3::text[], $4::bigint[])`,
    [
      id,
      counts.map(({ customerId }) => customerId),
      counts.map(({ eventType }) => eventType),
      counts.map((one) => String(one.events)),
    ],
  );
  await sql.query(
    `INSERT INTO usage_removal_marks (customer_id, removed_before, closed_until, removal_id)
     SELECT customer_id, $3, closed_until, $4 FROM unnest($1::uuid[], $2::timestamptz[]) AS c (customer_id, closed_until)`,
    [ids, [...closed.values()], toAt, id],
  );
  await sql.query(
    `SELECT guard_removed_usage(partition_name) FROM usage_months
     WHERE from_at < (SELECT max(t) FROM unnest($1::timestamptz[]) t) AND month_on <> $2`,
    [[...closed.values()], monthOn],
  );
  const { rows } = await sql.query<{ kept: bigint }>(
    'SELECT remove_usage_month($1::date, $2::uuid[], $3::text[]) AS kept',
    [monthOn, ids, kept],
  );
  if (Number(rows[0]!.kept) !== keptCount) {
    throw new Error(`${keptCount} events of ${monthOn} were to stay, and ${rows[0]!.kept} did.`);
  }
  return { events, kept: keptCount };
}

/** A removal as it is told of. */
export type RemovalView = {
  id: string;
  /** Its first day. */
  month: string;
  usageMonths: number;
  customers: number;
  events: number;
  keptEvents: number;
  removedAt: Date;
};

export type RemovalCursor = { removedAt: Date; id: string };

/** A page of what was removed, the newest first, after the cursor. */
export async function listRemovals(
  sql: Sql,
  page: { after: RemovalCursor | undefined; limit: number },
): Promise<RemovalView[]> {
  const { rows } = await sql.query<RemovalView>(
    `SELECT id, to_char(month_on, 'YYYY-MM') AS month, usage_months AS "usageMonths", customer_count AS customers,
       event_count::float8 AS events, kept_count::float8 AS "keptEvents", removed_at AS "removedAt"
     FROM usage_removals WHERE $1::timestamptz IS NULL OR removed_at < $1 OR (removed_at = $1 AND id > $2::uuid)
     ORDER BY removed_at DESC, id LIMIT $3`,
    [page.after?.removedAt ?? null, page.after?.id ?? null, page.limit],
  );
  return rows;
}
