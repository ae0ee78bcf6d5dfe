import type { Database } from '../../store/database.ts';
import {
  listUsageEvents,
  type UsageEventCursor,
  type UsageEventFilter,
  type UsageEventView,
} from '../../store/usage-event-views.ts';
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

/** Events as CSV, page by page, so that whoever reads slowly is waited for and nothing piles up. */
export async function* eventsCsv(database: Database, filter: UsageEventFilter): AsyncGenerator<string> {
  yield csvLine([
    'source',
    'id',
    'version',
    'type',
    'occurredAt',
    'receivedAt',
    'measured',
    'skipped',
    'superseded',
    'properties',
  ]);
  let after: UsageEventCursor | undefined;
  for (let rows = 0; rows < mostRows; rows += pageSize) {
    const page = await listUsageEvents(database, filter, { after, limit: pageSize });
    if (page.length > 0) yield page.map(rowOf).join('');
    if (page.length < pageSize) return;
    after = page.at(-1);
  }
  yield csvLine([`Only the latest ${mostRows} events are here; ask for a shorter time.`]);
}

function rowOf({ source, id, version, type, ...event }: UsageEventView): string {
  const { occurredAt, receivedAt, measured, isSkipped, supersededAt, properties } = event;
  return csvLine([
    ...[source, id, String(version), type, occurredAt.toISOString(), receivedAt.toISOString(), measured],
    ...[String(isSkipped), supersededAt?.toISOString() ?? null, canonicalJson(properties as never)],
  ]);
}
