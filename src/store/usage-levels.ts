import { exactOfNumeral } from '../domain/rating/measure/property.ts';
import { hasLevels, type Level, spansOf } from '../domain/rating/measure/spans.ts';
import type { Meter } from '../domain/rating/meter.ts';
import type { Span } from '../domain/rating/usage.ts';
import type { Sql } from './database.ts';
import type { ReadingOf } from './usage-expressions.ts';
import type { GroupQuantity } from './usage-groups.ts';
import { itemRows } from './usage-items.ts';
import type { UsageWindow } from './usage-windows.ts';

/** The values that stood over the windows, as spans: a row for every instant at which one changed. */
export async function readSpans(
  sql: Sql,
  windows: readonly UsageWindow[],
  reading: ReadingOf,
  receivedUntil: Date | undefined,
): Promise<(window: UsageWindow, group: GroupQuantity) => { spans: Span[] }> {
  const { meter, groupBy = [] } = reading;
  if (!hasLevels(meter)) {
    return (window, { quantity }) => ({
      spans: spansOf([{ at: window.startAt, value: quantity }], window, window),
    });
  }
  const values: unknown[] = [];
  const bind = (value: unknown) => `$${values.push(value)}`;
  const items = itemRows(reading, windows, groupBy, receivedUntil, bind);
  const { rows } = await sql.query<{ id: string; keys: string[]; at: Date; value: string }>(
    `${items} ${levelRows(meter)}`,
    values,
  );
  const levels = new Map<string, Level[]>();
  for (const { id, keys, at, value } of rows) {
    const name = JSON.stringify([id, ...keys]);
    const level = { at, value: exactOfNumeral(value) };
    const others = levels.get(name);
    if (others === undefined) levels.set(name, [level]);
    else others.push(level);
  }
  return (window, group) => {
    const ofGroup = levels.get(JSON.stringify([window.id, ...group.values])) ?? [];
    return { spans: spansOf(ofGroup, window, window) };
  };
}

/** What came before the window stands at its start. */
const items = `(SELECT m.*, greatest(occurred_at, start_at) AS at FROM m WHERE is_measured) c`;

function levelRows({ aggregation }: Meter): string {
  if (aggregation === 'latest') {
    return `SELECT DISTINCT ON (id, keys, at) id, keys, at, number AS value FROM ${items}
      ORDER BY id, keys, at, occurred_at DESC, source DESC, event_id DESC`;
  }
  const changes = aggregation === 'unique_count' ? toggles : items;
  return `SELECT id, keys, at, sum(sum(number)) OVER (PARTITION BY id, keys ORDER BY at)::text AS value FROM ${changes}
    GROUP BY id, keys, at ORDER BY id, keys, at`;
}

/** A text is there or not; what happens to it counts as far as it changes that. */
const toggles = `(
  SELECT id, keys, at, (NOT is_removed)::int - lag((NOT is_removed)::int, 1, 0)
    OVER (PARTITION BY id, keys, text ORDER BY occurred_at, source, event_id) AS number
  FROM ${items}) t`;
