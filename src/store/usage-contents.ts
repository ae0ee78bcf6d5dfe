import type { Sql } from './database.ts';
import type { EvidenceWindow } from './usage-evidence.ts';

/** An event as it is stored now, and the hash of its content as it was taken in, in hex. */
export type StoredContent = { occurredAt: Date; properties: unknown; contentHash: string };

/** Rows of a page: properties are 8 KiB at most, so that a page is 8 MiB at most. */
const pageRows = 1_000;

/** Events that an invoice has read and that still have their key; one without is told of by the evidence. */
const ofType = `usage_events u JOIN event_keys k ON k.source = u.source AND k.event_id = u.event_id
  WHERE u.customer_id = $1 AND u.event_type = $2 AND u.occurred_at >= $3 AND u.occurred_at < $4 AND u.received_at <= $5
    AND (u.superseded_at IS NULL OR u.superseded_at > $5)`;
const valuesOf = (window: EvidenceWindow, eventType: string) => [
  window.customerId,
  eventType,
  window.startAt,
  window.endAt,
  window.cutAt,
];

/** How many events `readContents` would read of a type. */
export async function countContents(sql: Sql, window: EvidenceWindow, eventType: string): Promise<number> {
  const { rows } = await sql.query<{ events: bigint }>(
    `SELECT count(*) AS events FROM ${ofType}`,
    valuesOf(window, eventType),
  );
  return Number(rows[0]?.events);
}

/**
 * Reads them a page at a time, so that no more than one is in memory. Needs a transaction, whose snapshot it keeps to.
 * @param share of the events, chosen at random each time; 1 for all of them
 */
export async function* readContents(
  sql: Sql,
  window: EvidenceWindow,
  eventType: string,
  share: number,
): AsyncGenerator<StoredContent[]> {
  const some = share < 1 ? 'AND random() < $6' : '';
  await sql.query(
    `DECLARE event_contents NO SCROLL CURSOR FOR
     SELECT u.occurred_at AS "occurredAt", u.properties, encode(coalesce(u.content_hash, k.content_hash), 'hex') AS "contentHash"
     FROM ${ofType} ${some}`,
    [...valuesOf(window, eventType), ...(share < 1 ? [share] : [])],
  );
  for (;;) {
    const { rows } = await sql.query<StoredContent>(`FETCH ${pageRows} FROM event_contents`);
    if (rows.length > 0) yield rows;
    if (rows.length < pageRows) break;
  }
  await sql.query('CLOSE event_contents');
}
