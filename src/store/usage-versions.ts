import type { Sql } from './database.ts';
import { isCurrent } from './usage-expressions.ts';

/** The event of a sender's that a change names: its customer says where to look for it. */
export type EventKey = { source: string; eventId: string; customerId: string };

/** An event as it counts now. */
export type CurrentVersion = EventKey & {
  eventType: string;
  occurredAt: Date;
  properties: Record<string, unknown>;
  version: number;
};

/**
 * `isKnown`: the key was taken in, for whichever customer. `current`: what counts of it; none if it was deprecated, or removed
 * by policy, as far as that is known.
 */
export type FoundEvent = { isKnown: boolean; isRemoved: boolean; current: CurrentVersion | null };

/**
 * What counts now of each of these events, in their order. The first version is found by its instant, which stands with
 * its key; later ones may have been moved, and have an index of their own. LIMIT keeps each look-up to an index: joined as a
 * whole, all events there ever were would be read.
 */
export async function findCurrentVersions(sql: Sql, keys: readonly EventKey[]): Promise<FoundEvent[]> {
  const columns = `jsonb_build_object('source', u.source, 'eventId', u.event_id, 'customerId', u.customer_id,
    'eventType', u.event_type, 'properties', u.properties, 'version', u.version)`;
  const { rows } = await sql.query<{
    isKnown: boolean;
    isRemoved: boolean;
    current: Omit<CurrentVersion, 'occurredAt'> | null;
    occurredAt: Date | null;
  }>(
    `SELECT k.event_id IS NOT NULL AS "isKnown", EXISTS (SELECT FROM usage_removal_marks m
         WHERE m.customer_id = w.customer_id AND (m.removed_before > k.occurred_at OR EXISTS (
           SELECT FROM removed_event_versions r WHERE r.source = w.source AND r.event_id = w.event_id))) AS "isRemoved",
       coalesce(first.event, later.event) AS current,
       coalesce(first.occurred_at, later.occurred_at) AS "occurredAt"
     FROM unnest($1::text[], $2::text[], $3::uuid[]) WITH ORDINALITY AS w (source, event_id, customer_id, ordinal)
     LEFT JOIN event_keys k ON k.source = w.source AND k.event_id = w.event_id
     LEFT JOIN LATERAL (
       SELECT ${columns} AS event, u.occurred_at FROM usage_events u
       WHERE u.customer_id = w.customer_id AND u.occurred_at = k.occurred_at AND u.source = w.source
         AND u.event_id = w.event_id AND u.version = 1 AND ${isCurrent} LIMIT 1
     ) first ON true
     LEFT JOIN LATERAL (
       SELECT ${columns} AS event, u.occurred_at FROM usage_events u
       WHERE u.source = w.source AND u.event_id = w.event_id AND u.version > 1 AND u.customer_id = w.customer_id
         AND ${isCurrent} LIMIT 1
     ) later ON true
     ORDER BY w.ordinal`,
    [keys.map(({ source }) => source), keys.map(({ eventId }) => eventId), keys.map(({ customerId }) => customerId)],
  );
  return rows.map(({ isKnown, isRemoved, current, occurredAt }) => ({
    isKnown,
    isRemoved,
    current: current === null ? null : { ...current, occurredAt: occurredAt as Date },
  }));
}

/** Marks versions as superseded by a correction. @throws Error if one of them no longer counts */
export async function supersedeVersions(
  sql: Sql,
  versions: readonly CurrentVersion[],
  { correctionId, at }: { correctionId: string; at: Date },
): Promise<void> {
  if (versions.length === 0) return;
  const { rowCount } = await sql.query(
    `UPDATE usage_events u SET superseded_at = $1, superseded_by = $2
     FROM unnest($3::uuid[], $4::text[], $5::timestamptz[], $6::text[], $7::text[], $8::int[])
       AS w (customer_id, event_type, occurred_at, source, event_id, version)
     WHERE u.customer_id = w.customer_id AND u.event_type = w.event_type AND u.occurred_at = w.occurred_at
       -- What the join implies, said once more as constants: other months and customers are never looked at.
       AND u.customer_id = ANY ($9::uuid[]) AND u.event_type = ANY ($10::text[]) AND u.occurred_at = ANY ($5::timestamptz[])
       AND u.source = w.source AND u.event_id = w.event_id AND u.version = w.version AND ${isCurrent}`,
    [
      at,
      correctionId,
      versions.map(({ customerId }) => customerId),
      versions.map(({ eventType }) => eventType),
      versions.map(({ occurredAt }) => occurredAt),
      versions.map(({ source }) => source),
      versions.map(({ eventId }) => eventId),
      versions.map(({ version }) => version),
      [...new Set(versions.map(({ customerId }) => customerId))],
      [...new Set(versions.map(({ eventType }) => eventType))],
    ],
  );
  if (rowCount !== versions.length) {
    throw new Error(`${versions.length} versions of events were to be superseded, and ${rowCount} were.`);
  }
}

/** A version that a correction writes. */
export type NewVersion = EventKey & {
  eventType: string;
  occurredAt: Date;
  propertiesJson: string;
  version: number;
  /** Hex of the SHA-256 of its content. */
  contentHash: string;
};

/** Adds versions, taken in at the instant from which those before them no longer count. */
export async function insertVersions(
  sql: Sql,
  versions: readonly NewVersion[],
  { correctionId, at }: { correctionId: string; at: Date },
): Promise<void> {
  if (versions.length === 0) return;
  await sql.query(
    `INSERT INTO usage_events (customer_id, event_type, occurred_at, source, event_id, properties, received_at, version,
       correction_id, content_hash)
     SELECT v.customer_id, v.event_type, v.occurred_at, v.source, v.event_id, v.properties, $1, v.version, $2,
       decode(v.content_hash, 'hex')
     FROM unnest($3::uuid[], $4::text[], $5::timestamptz[], $6::text[], $7::text[], $8::jsonb[], $9::int[], $10::text[])
       AS v (customer_id, event_type, occurred_at, source, event_id, properties, version, content_hash)`,
    [
      at,
      correctionId,
      versions.map(({ customerId }) => customerId),
      versions.map(({ eventType }) => eventType),
      versions.map(({ occurredAt }) => occurredAt),
      versions.map(({ source }) => source),
      versions.map(({ eventId }) => eventId),
      versions.map(({ propertiesJson }) => propertiesJson),
      versions.map(({ version }) => version),
      versions.map(({ contentHash }) => contentHash),
    ],
  );
}

/** Takes the keys of backfilled events. @returns the positions of those that were taken before */
export async function insertKeys(sql: Sql, events: readonly Omit<NewVersion, 'version'>[]): Promise<Set<number>> {
  if (events.length === 0) return new Set();
  const { rows } = await sql.query<{ ordinal: bigint }>(
    `WITH incoming AS (
       SELECT * FROM unnest($1::text[], $2::text[], $3::timestamptz[], $4::text[])
         WITH ORDINALITY AS e (source, event_id, occurred_at, content_hash, ordinal)
     ), fresh AS (
       INSERT INTO event_keys (source, event_id, occurred_at, content_hash)
       SELECT source, event_id, occurred_at, decode(content_hash, 'hex') FROM incoming
       ORDER BY source COLLATE "C", event_id COLLATE "C"
       ON CONFLICT DO NOTHING RETURNING source, event_id
     )
     SELECT i.ordinal FROM incoming i LEFT JOIN fresh f USING (source, event_id) WHERE f.event_id IS NULL`,
    [
      events.map(({ source }) => source),
      events.map(({ eventId }) => eventId),
      events.map(({ occurredAt }) => occurredAt),
      events.map(({ contentHash }) => contentHash),
    ],
  );
  return new Set(rows.map(({ ordinal }) => Number(ordinal) - 1));
}

/** Whether a correction has given an event of a row `w` this content at any time, be it removed by now or not. */
export const saidAfterwards = `(EXISTS (SELECT FROM usage_events u WHERE u.source = w.source AND u.event_id = w.event_id
    AND u.version > 1 AND u.content_hash = decode(w.content_hash, 'hex'))
  OR EXISTS (SELECT FROM removed_event_versions r WHERE r.source = w.source AND r.event_id = w.event_id
    AND r.content_hash = decode(w.content_hash, 'hex')))`;

/** Whether a correction has given the event this content at any time: to send that again adds nothing either. */
export async function hasVersionWith(
  sql: Sql,
  events: readonly { source: string; eventId: string; contentHash: string }[],
): Promise<boolean[]> {
  const { rows } = await sql.query<{ found: boolean }>(
    `SELECT ${saidAfterwards} AS found
     FROM unnest($1::text[], $2::text[], $3::text[]) WITH ORDINALITY AS w (source, event_id, content_hash, ordinal)
     ORDER BY w.ordinal`,
    [
      events.map(({ source }) => source),
      events.map(({ eventId }) => eventId),
      events.map(({ contentHash }) => contentHash),
    ],
  );
  return rows.map(({ found }) => found);
}
