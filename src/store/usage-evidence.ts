import type { Sql } from './database.ts';
import {
  type Bind,
  inOrder,
  isCurrent,
  isMeasured,
  isValid,
  numberOf,
  passesOf,
  type ReadingOf,
  textOf,
  valuesOf,
} from './usage-expressions.ts';

/** Whose events, of when, and the machine time at which the usage was read: what was received later is late. */
export type EvidenceWindow = { customerId: string; startAt: Date; endAt: Date; cutAt: Date };
/** Which of them a line is made of: those that its price reads, and of these the ones of its group. */
export type EvidenceOf = ReadingOf & { group?: readonly string[] };

export type Evidence = {
  /** Events that had been received when the usage was read. */
  events: bigint;
  /** Of those, events whose key is gone: they were not taken in by the front door, or somebody removed the key. */
  withoutKey: bigint;
  late: bigint;
  /** Of the events on the invoice, those that a correction has amended or taken away since: no fault of it. */
  corrected: bigint;
  firstAt: Date | null;
  lastAt: Date | null;
  /**
   * Empty where there is no event. Hex of SHA-256 taken step by step over the events in time, in their order: `d = sha256(d || '["source", "id",
   * "content hash in hex"]')`, from nothing. By instant, source and id, compared byte by byte: the order of the list.
   */
  digest: string;
};

/** That of the version; the first one has its own with the key. */
const hashOf = `encode(coalesce(u.content_hash, k.content_hash), 'hex')`;
const item = `jsonb_build_array(u.source, u.event_id, ${hashOf})::text`;
const withKeys = `usage_events u LEFT JOIN event_keys k ON k.source = u.source AND k.event_id = u.event_id`;

function ofLine(line: EvidenceOf, bind: Bind): string {
  const { groupBy, group } = line;
  const passes = passesOf(line, bind);
  if (groupBy === undefined || group === undefined) return passes;
  return `${passes} AND ${valuesOf(groupBy, bind)} = ${bind(group)}::text[]`;
}

function ofWindow(window: EvidenceWindow, eventType: string, bind: Bind): string {
  return `u.customer_id = ${bind(window.customerId)} AND u.event_type = ${bind(eventType)}
    AND u.occurred_at >= ${bind(window.startAt)} AND u.occurred_at < ${bind(window.endAt)}`;
}

/** Six columns a line, of the 1,664 that PostgreSQL takes, and filters of many values. */
const linesPerQuery = 50;

/**
 * Digests what lines are made of, in their order: all of it in PostgreSQL, however many events there are, and one pass
 * over the events of a type for fifty lines.
 */
export async function readEvidence(
  sql: Sql,
  window: EvidenceWindow,
  lines: readonly EvidenceOf[],
): Promise<Evidence[]> {
  const evidence: Evidence[] = new Array(lines.length);
  for (const eventType of new Set(lines.map(({ meter }) => meter.eventType))) {
    const indices = [...lines.keys()].filter((index) => lines[index]?.meter.eventType === eventType);
    for (let from = 0; from < indices.length; from += linesPerQuery) {
      const some = indices.slice(from, from + linesPerQuery);
      const read = await readSome(
        sql,
        window,
        eventType,
        some.map((index) => lines[index] as EvidenceOf),
      );
      some.forEach((index, at) => {
        evidence[index] = read[at] as Evidence;
      });
    }
  }
  return evidence;
}

async function readSome(
  sql: Sql,
  window: EvidenceWindow,
  eventType: string,
  lines: readonly EvidenceOf[],
): Promise<Evidence[]> {
  const values: unknown[] = [];
  const bind = (value: unknown) => `$${values.push(value)}`;
  const cut = `${bind(window.cutAt)}::timestamptz`;
  const onInvoice = isValid(window.cutAt, bind);
  const columns = lines.map((line, index) => {
    const passes = ofLine(line, bind);
    const inTime = `FILTER (WHERE ${onInvoice} AND ${passes})`;
    return `count(*) ${inTime} AS "${index}.events", min(u.occurred_at) ${inTime} AS "${index}.firstAt",
      max(u.occurred_at) ${inTime} AS "${index}.lastAt",
      count(*) FILTER (WHERE ${onInvoice} AND k.event_id IS NULL AND ${passes}) AS "${index}.withoutKey",
      count(*) FILTER (WHERE u.received_at > ${cut} AND ${isCurrent} AND ${passes}) AS "${index}.late",
      count(*) FILTER (WHERE ${onInvoice} AND u.superseded_at IS NOT NULL AND ${passes}) AS "${index}.corrected",
      encode(coalesce(chain_digest(${item} ORDER BY ${inOrder}) ${inTime}, ''), 'hex') AS "${index}.digest"`;
  });
  const { rows } = await sql.query<Record<string, Evidence[keyof Evidence]>>(
    `SELECT ${columns.join(', ')} FROM ${withKeys} WHERE ${ofWindow(window, eventType, bind)}`,
    values,
  );
  const names = ['events', 'withoutKey', 'late', 'corrected', 'firstAt', 'lastAt', 'digest'] as const;
  return lines.map(
    (_, index) => Object.fromEntries(names.map((name) => [name, rows[0]?.[`${index}.${name}`]])) as Evidence,
  );
}

export type EventCursor = { occurredAt: Date; source: string; id: string; version: number };

/** An event as the proof names it. */
export type EvidenceEvent = EventCursor & {
  receivedAt: Date;
  /** Hex of the SHA-256 of its content as it was taken in; null if its key is gone. */
  contentHash: string | null;
  /** Counted as read, and left out of the quantity, since it lacks what the meter measures. */
  isSkipped: boolean;
  /** Received after the usage was read, so not on the invoice. */
  isLate: boolean;
  /** When a correction took it away or put another version in its place, after the usage was read; null if none did. */
  correctedAt: Date | null;
};

/** The same with what was sent, and what the meter reads of it. */
export type EvidenceContent = EvidenceEvent & {
  type: string;
  properties: Record<string, unknown>;
  /** A number, or the value that is counted, as text; null for a mere count. */
  measured: string | null;
};

type PageOfEvents = { after: EventCursor | undefined; limit: number };

/** The events of a line, late ones too, in the order of the digest after the cursor, the next so many. */
export async function listEvidence(
  sql: Sql,
  window: EvidenceWindow,
  line: EvidenceOf,
  page: PageOfEvents,
): Promise<EvidenceEvent[]> {
  return await listWith<EvidenceEvent>(sql, window, line, page, () => '');
}

/** The same events in the same order, each with its content. */
export async function listEvidenceContents(
  sql: Sql,
  window: EvidenceWindow,
  line: EvidenceOf,
  page: PageOfEvents,
): Promise<EvidenceContent[]> {
  return await listWith<EvidenceContent>(sql, window, line, page, (bind) => {
    const measured = numberOf(line.meter, bind) ?? textOf(line.meter, bind);
    return `, u.event_type AS type, u.properties, ${measured === null ? 'NULL::text' : `(${measured})::text`} AS measured`;
  });
}

async function listWith<Row extends EvidenceEvent>(
  sql: Sql,
  window: EvidenceWindow,
  line: EvidenceOf,
  page: PageOfEvents,
  more: (bind: Bind) => string,
): Promise<Row[]> {
  const values: unknown[] = [];
  const bind = (value: unknown) => `$${values.push(value)}`;
  const measured = isMeasured(line, bind);
  const conditions = [
    ofWindow(window, line.meter.eventType, bind),
    ofLine(line, bind),
    // What counted when the usage was read, and what counts now.
    `(${isCurrent} OR ${isValid(window.cutAt, bind)})`,
  ];
  if (page.after !== undefined) {
    const { occurredAt, source, id, version } = page.after;
    const at = bind(occurredAt);
    // The first condition says nothing new, but an index can be entered by it.
    conditions.push(
      `u.occurred_at >= ${at} AND (${inOrder}, u.version) > (${at}, ${bind(source)}, ${bind(id)}, ${bind(version)})`,
    );
  }
  const { rows } = await sql.query<Row>(
    `SELECT u.source, u.event_id AS id, u.version, u.occurred_at AS "occurredAt", u.received_at AS "receivedAt",
       ${hashOf} AS "contentHash", ${measured === null ? 'false' : `NOT (${measured})`} AS "isSkipped",
       u.received_at > ${bind(window.cutAt)} AS "isLate", u.superseded_at AS "correctedAt"${more(bind)}
     FROM ${withKeys} WHERE ${conditions.join(' AND ')} ORDER BY ${inOrder}, u.version LIMIT ${bind(page.limit)}`,
    values,
  );
  return rows;
}
