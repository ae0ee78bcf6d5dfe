import { setTimeout as sleep } from 'node:timers/promises';
import { DurabillError } from '../errors/error.ts';
import { byteaArray, jsonbArray, textArray, timestamptzArray, uuidArray } from './binary-arrays.ts';
import type { Database, Sql } from './database.ts';
import { saidAfterwards } from './usage-versions.ts';
import { uuidOrNull } from './uuid.ts';

export type NewUsageEvent = {
  source: string;
  eventId: string;
  customerId: string;
  type: string;
  occurredAt: Date;
  properties: Record<string, unknown>;
  /** The properties as JSON, where they are there already. */
  propertiesJson?: string;
  /** SHA-256 of the event's content in hex, which for so short a value costs less than a buffer. */
  contentHash: string;
};

/** A customer as ingest sees it. */
export type EventCustomer = {
  id: string;
  externalId: string;
  onTestClock: boolean;
  businessNow: Date;
  /** Its usage before this instant was removed by policy, and none is taken any more; null if there is none such. */
  closedUntil: Date | null;
};

/** Looks customers up by external id or our id, with the time on their clocks. An external id goes first. */
export async function findEventCustomers(sql: Sql, references: Iterable<string>): Promise<Map<string, EventCustomer>> {
  const wanted = [...new Set(references)];
  const { rows } = await sql.query<EventCustomer>({
    name: 'find-event-customers',
    text: `SELECT c.id, c.external_id AS "externalId", k.kind = 'test' AS "onTestClock", business_now(k) AS "businessNow",
             (SELECT max(m.closed_until) FROM usage_removal_marks m WHERE m.customer_id = c.id) AS "closedUntil"
           FROM customers c JOIN clocks k ON k.id = c.clock_id
           WHERE c.external_id = ANY ($1::text[]) OR c.id = ANY ($2::uuid[])`,
    values: [wanted, wanted.map(uuidOrNull).filter((id) => id !== null)],
  });
  const byId = new Map(rows.map((row) => [row.id, row]));
  const byExternalId = new Map(rows.map((row) => [row.externalId, row]));
  const found = new Map<string, EventCustomer>();
  for (const reference of wanted) {
    const customer = byExternalId.get(reference) ?? byId.get(reference.toLowerCase());
    if (customer !== undefined) found.set(reference, customer);
  }
  return found;
}

/** Months whose partitions this process has seen; partitions are never taken away, so that it stays true. */
const knownMonths = new WeakMap<Database, Set<number>>();

const harmless = new Set([
  // duplicate_table: another process made it while this one waited for its turn.
  '42P07',
  // check_violation: events of the month stand in the default partition; so will these, where the watch finds them.
  '23514',
]);

/** Makes the partitions that events of these instants go to. In its own transaction: it locks the table for a moment. */
export async function ensurePartitions(database: Database, instants: Iterable<Date>): Promise<void> {
  const known = knownMonths.get(database) ?? new Set();
  knownMonths.set(database, known);
  const missing = new Set<number>();
  for (const instant of instants) {
    const month = instant.getUTCFullYear() * 12 + instant.getUTCMonth();
    if (!known.has(month)) missing.add(month);
  }
  for (const month of [...missing].sort((a, b) => a - b)) {
    await ensurePartition(database, new Date(Date.UTC(Math.floor(month / 12), month % 12)).toISOString().slice(0, 10));
    known.add(month);
  }
}

/** Months that are made ahead, so that no sender waits for a partition. */
const monthsAhead = 3;

/** Makes the partitions of a month and of those that follow. */
export async function ensureComingPartitions(database: Database, from: Date): Promise<void> {
  const months = Array.from(
    { length: monthsAhead + 1 },
    (_, ahead) => new Date(Date.UTC(from.getUTCFullYear(), from.getUTCMonth() + ahead, 1)),
  );
  await ensurePartitions(database, months);
}

const lockNotAvailable = '55P03';
const maxTries = 30;

async function ensurePartition(database: Database, month: string): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      await database.query('SELECT ensure_usage_partition($1::date)', [month]);
      return;
    } catch (error) {
      const { code = '' } = error as { code?: string };
      if (harmless.has(code)) return;
      if (code !== lockNotAvailable) throw error;
      if (tries === maxTries) {
        const reason = `The usage table is too busy to open the month ${month.slice(0, 7)}.`;
        throw new DurabillError('unavailable', {
          reason,
          mend: 'Send the same events again in a moment.',
          cause: error,
        });
      }
      // Long reads end; whoever waits for the lock meanwhile holds nobody up.
      await sleep(50 + Math.random() * 250);
    }
  }
}

/**
 * Inserts events whose keys are new, keys and events in one statement, and returns the positions in `events` of those
 * whose keys were there before. The keys of one call have to differ. They are inserted in key order, the same in every
 * process: two calls with the same keys wait for each other, but never in a circle.
 */
export async function insertUsageEvents(sql: Sql, events: readonly NewUsageEvent[]): Promise<Set<number>> {
  const sorted = events.map((event, position) => ({ event, position })).sort((a, b) => compareKeys(a.event, b.event));
  const column = <T>(pick: (event: NewUsageEvent) => T): T[] => sorted.map(({ event }) => pick(event));
  const { rows } = await sql.query<{ ordinal: bigint }>({
    name: 'insert-usage-events',
    text: `WITH incoming AS (
             SELECT * FROM unnest($1::text[], $2::text[], $3::timestamptz[], $4::bytea[], $5::uuid[], $6::text[], $7::jsonb[])
               WITH ORDINALITY AS e (source, event_id, occurred_at, content_hash, customer_id, event_type, properties, ordinal)
           ), fresh AS (
             INSERT INTO event_keys (source, event_id, occurred_at, content_hash)
             SELECT source, event_id, occurred_at, content_hash FROM incoming
             ON CONFLICT DO NOTHING RETURNING source, event_id
           ), written AS (
             INSERT INTO usage_events (customer_id, event_type, occurred_at, source, event_id, properties)
             SELECT customer_id, event_type, occurred_at, source, event_id, properties
             FROM incoming JOIN fresh USING (source, event_id)
           )
           SELECT i.ordinal FROM incoming i LEFT JOIN fresh f USING (source, event_id) WHERE f.event_id IS NULL`,
    values: [
      textArray(column((event) => event.source)),
      textArray(column((event) => event.eventId)),
      timestamptzArray(column((event) => event.occurredAt)),
      byteaArray(column((event) => event.contentHash)),
      uuidArray(column((event) => event.customerId)),
      textArray(column((event) => event.type)),
      jsonbArray(column((event) => event.propertiesJson ?? JSON.stringify(event.properties))),
    ],
  });
  return new Set(rows.map(({ ordinal }) => sorted[Number(ordinal) - 1]!.position));
}

/** By UTF-16 units, not by a locale that could differ between two processes. */
function compareKeys(a: NewUsageEvent, b: NewUsageEvent): number {
  if (a.source !== b.source) return a.source < b.source ? -1 : 1;
  return a.eventId < b.eventId ? -1 : a.eventId > b.eventId ? 1 : 0;
}

/**
 * The content hashes stored under these keys, in their order. It has to be its own statement, after the insert: the
 * insert's snapshot cannot see the row of a concurrent winner for whom it waited.
 */
export async function storedHashes(sql: Sql, keys: readonly { source: string; eventId: string }[]): Promise<string[]> {
  const { rows } = await sql.query<{ contentHash: string }>(
    `SELECT encode(k.content_hash, 'hex') AS "contentHash"
     FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS wanted (source, event_id, ordinal)
     JOIN event_keys k USING (source, event_id) ORDER BY wanted.ordinal`,
    [keys.map(({ source }) => source), keys.map(({ eventId }) => eventId)],
  );
  if (rows.length !== keys.length) throw new Error('An event key was refused as present and then not found.');
  return rows.map(({ contentHash }) => contentHash);
}

/** Whether each of these events was taken in at any time, and whether it said the same then or after a correction. */
export async function findStored(
  sql: Sql,
  events: readonly { source: string; eventId: string; contentHash: string }[],
): Promise<{ isKnown: boolean; isSame: boolean }[]> {
  const { rows } = await sql.query<{ isKnown: boolean; isSame: boolean }>(
    `SELECT k.event_id IS NOT NULL AS "isKnown", coalesce(k.content_hash = decode(w.content_hash, 'hex'), false)
         OR ${saidAfterwards} AS "isSame"
     FROM unnest($1::text[], $2::text[], $3::text[]) WITH ORDINALITY AS w (source, event_id, content_hash, ordinal)
     LEFT JOIN event_keys k USING (source, event_id) ORDER BY w.ordinal`,
    [
      events.map(({ source }) => source),
      events.map(({ eventId }) => eventId),
      events.map(({ contentHash }) => contentHash),
    ],
  );
  return rows;
}
