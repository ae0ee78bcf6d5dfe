import { Type } from 'typebox';
import { closed, count, instant, page, pageQuery, text } from './common.ts';

const Source = Type.Object(
  {
    source: text('Who numbers the ids of its events', 'departures'),
    eventCount: count('Events that it has sent so far', 4_426),
    lastOccurredAt: instant('When the latest of its events happened', '2013-02-01T04:12:00.000Z'),
    lastReceivedAt: instant('Machine time at which its last event came in', '2026-11-30T15:00:00.000Z'),
    lastDayCount: count(
      "Events that came in in the last 24 whole hours of the machine's time and the one that goes on",
      148,
    ),
  },
  { description: 'A source of usage' },
);

const cursorExample = ['departures'];

export const UsageSourcePage = page(Source, 'Sources of usage by name', cursorExample);
export const UsageSourceQuery = Type.Object(pageQuery(cursorExample), closed);
