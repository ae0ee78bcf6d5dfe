import { crashPoint } from '../crash-points.ts';
import type { Database } from '../store/database.ts';
import { forgetOldEvents, readWatermark, recordSweep } from '../store/event-sweeps.ts';
import { readUnknownRequests, storeEvents } from '../store/stripe-events.ts';
import type { EventSource } from '../targets/events.ts';
import { noticeRestore } from './notice-restore.ts';

const minuteMs = 60_000;
/** Stripe lists events for so long (docs.stripe.com/api/events): the first sweep goes back to there. */
const listedForMs = 30 * 24 * 60 * minuteMs;
/** Read again each time: an event may show in the list a moment after later ones. */
export const overlapMs = 5 * minuteMs;
/** Old events that are forgotten at the end of one sweep. */
const forgetAtOnce = 5_000;

/** Where a sweep stands between two pages; instants in ISO 8601. */
export type SweepCursor = {
  /** By our clock. */
  startedAt: string;
  /** By Stripe's: from there on everything is read. */
  since: string;
  /** Of the newest event that was seen; null while none was. */
  newestAt: string | null;
  after: string | null;
};

export type Swept = { cursor: SweepCursor | null; stored: number };

/**
 * Reads the list of events from the newest back to the watermark of the last sweep, and stores those that no webhook
 * has brought. The watermark moves when all pages are stored, so whatever ends between two pages is read again.
 * @param cursor null begins; what an earlier call returned goes on from there
 * @param options.onPage told after each page where to go on from
 * @returns null as the cursor when the sweep has come to its end
 * @throws TargetError
 */
export async function sweepStripeEvents(
  { database, events, accountId }: { database: Database; events: EventSource; accountId: string },
  cursor: SweepCursor | null,
  options: { maxPages: number; onPage?: (cursor: SweepCursor) => void },
): Promise<Swept> {
  let at = cursor ?? (await begin(database, accountId));
  let stored = 0;
  for (let pages = 0; pages < options.maxPages; pages += 1) {
    const page = await events.listEvents({ since: new Date(at.since), after: at.after });
    const given = page.events.map((event) => ({ ...event, isHandled: event.use !== null }));
    if (given.length > 0) stored += (await storeEvents(database, 'sweep', given))?.stored ?? 0;
    crashPoint('events.page-swept');
    at = { ...at, after: page.next, newestAt: at.newestAt ?? page.events[0]?.createdAt.toISOString() ?? null };
    if (page.next === null) {
      await end(database, accountId, at);
      return { cursor: null, stored };
    }
    options.onPage?.(at);
  }
  return { cursor: at, stored };
}

async function begin(database: Database, accountId: string): Promise<SweepCursor> {
  const now = Date.now();
  const watermarkAt = await readWatermark(database, accountId);
  const since = watermarkAt === undefined ? now - listedForMs : watermarkAt.getTime() - overlapMs;
  return {
    startedAt: new Date(now).toISOString(),
    since: new Date(since).toISOString(),
    newestAt: null,
    after: null,
  };
}

async function end(database: Database, accountId: string, { since, newestAt, startedAt }: SweepCursor): Promise<void> {
  // Where nothing has happened it stays, since only Stripe's clock counts.
  const watermarkAt = newestAt === null ? new Date(Date.parse(since) + overlapMs) : new Date(newestAt);
  await database.transaction(async (sql) => {
    // A sweep that is done lets requests be sent: whatever speaks against it has to be known by then.
    await noticeRestore(sql, await readUnknownRequests(sql, accountId));
    await recordSweep(sql, accountId, { watermarkAt, sweptAt: new Date(startedAt) });
  });
  await forgetOldEvents(database, forgetAtOnce);
}
