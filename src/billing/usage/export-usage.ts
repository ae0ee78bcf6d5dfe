import type { Database } from '../../store/database.ts';
import {
  listUsageEvents,
  type UsageEventCursor,
  type UsageEventFilter,
  type UsageEventView,
} from '../../store/usage-event-views.ts';
import { type EvidenceOf, type EvidenceWindow, listEvidenceContents } from '../../store/usage-evidence.ts';
import { canonicalJson } from '../canonical-json.ts';
import { csvLine } from './csv.ts';
import { showUsage, type UsageQuestion } from './show-usage.ts';

/** Rows that are in memory at a time. */
const pageSize = 1_000;
/** Above these no spreadsheet opens it any more; the rest is had by the time. */
export const mostRows = 1_000_000;

/** A usage series as CSV: a row for each bucket and group. @throws DurabillError as showUsage */
export async function usageCsv(database: Database, question: UsageQuestion): Promise<string> {
  const { starts, to, series, meter } = await showUsage(database, question);
  const header = csvLine(['meter', 'from', 'to', 'group', 'quantity', 'events', 'skipped']);
  const rows = starts.flatMap((from, place) =>
    series.map(({ value, figures }) => {
      const { quantity, eventCount, skippedCount } = figures[place]!;
      const end = starts[place + 1] ?? to;
      const group = question.groupBy === undefined ? null : (value ?? 'all others');
      const span = [from.toISOString(), end.toISOString()];
      return csvLine([meter.key, ...span, group, quantity, String(eventCount), String(skippedCount)]);
    }),
  );
  return [header, ...rows].join('');
}

const columns = [
  ...['source', 'id', 'version', 'type', 'occurredAt', 'receivedAt'],
  ...['measured', 'skipped', 'superseded', 'properties'],
];

/** Events as CSV, the latest first. */
export async function* eventsCsv(database: Database, filter: UsageEventFilter): AsyncGenerator<string> {
  yield csvLine(columns);
  yield* inPages((page) => listUsageEvents(database, filter, page), cellsOf);
}

/**
 * The events of a line of an invoice as CSV, in the order of their digest, with the columns of other events and whether
 * they came too late to be on the invoice.
 */
export async function* lineEventsCsv(
  database: Database,
  { window, of }: { window: EvidenceWindow; of: EvidenceOf },
): AsyncGenerator<string> {
  yield csvLine([...columns, 'late']);
  yield* inPages(
    (page) => listEvidenceContents(database, window, of, page),
    ({ correctedAt, isLate, ...event }) => [...cellsOf({ ...event, supersededAt: correctedAt }), String(isLate)],
  );
}

/** Page by page, so that whoever reads slowly is waited for and nothing piles up. */
async function* inPages<Row extends UsageEventCursor>(
  read: (page: { after: UsageEventCursor | undefined; limit: number }) => Promise<Row[]>,
  cells: (row: Row) => (string | null)[],
): AsyncGenerator<string> {
  let after: UsageEventCursor | undefined;
  for (let rows = 0; rows < mostRows; rows += pageSize) {
    const page = await read({ after, limit: pageSize });
    if (page.length > 0) yield page.map((row) => csvLine(cells(row))).join('');
    if (page.length < pageSize) return;
    after = page.at(-1);
  }
  yield csvLine([`These are the first ${mostRows} events; the list of the API has the others too.`]);
}

type EventRow = Omit<UsageEventView, 'correctionId'>;

function cellsOf({ source, id, version, type, ...event }: EventRow): (string | null)[] {
  const { occurredAt, receivedAt, measured, isSkipped, supersededAt, properties } = event;
  return [
    ...[source, id, String(version), type, occurredAt.toISOString(), receivedAt.toISOString(), measured],
    ...[String(isSkipped), supersededAt?.toISOString() ?? null, canonicalJson(properties as never)],
  ];
}
