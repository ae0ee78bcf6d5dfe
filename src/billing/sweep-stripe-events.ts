import { crashPoint } from '../crash-points.ts';
import type { Database } from '../store/database.ts';
import {
  advanceSweep,
  beginSweep,
  finishSweep,
  forgetLostSweeps,
  forgetOldEvents,
  readSweep,
  type SweepPlace,
} from '../store/event-sweeps.ts';
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

/**
 * Names a sweep between two pages. Where it stands is kept in the database that its pages are stored in: one that was
 * restored does not know it, or knows an earlier place. One that names none was begun before places were stored.
 */
export type SweepCursor = { sweepId?: string };

export type Swept = { cursor: SweepCursor | null; stored: number };

/**
 * Reads the list of events from the newest back to the watermark of the last sweep, and stores those that no webhook
 * has brought. The watermark moves when all pages are stored in this database, so whatever ends between two pages is
 * read again, and a sweep that was under way when the database was restored begins anew.
 * @param cursor null begins; what an earlier call returned goes on from where that sweep stands
 * @param options.onPage told after each page what to go on with
 * @returns null as the cursor when the sweep has come to its end
 * @throws TargetError
 */
export async function sweepStripeEvents(
  { database, events, accountId }: { database: Database; events: EventSource; accountId: string },
  cursor: SweepCursor | null,
  options: { maxPages: number; onPage?: (cursor: SweepCursor) => void },
): Promise<Swept> {
  let at = await find(database, accountId, cursor?.sweepId);
  let stored = 0;
  for (let pages = 0; pages < options.maxPages; pages += 1) {
    const page = await events.listEvents({ since: at.sinceAt, after: at.after });
    const given = page.events.map((event) => ({ ...event, isHandled: event.use !== null }));
    if (given.length > 0) stored += (await storeEvents(database, 'sweep', given))?.stored ?? 0;
    crashPoint('events.page-swept');
    const newestAt = page.events[0]?.createdAt ?? null;
    if (page.next === null && (await end(database, accountId, at, newestAt))) return { cursor: null, stored };
    const next = page.next === null ? undefined : await advanceSweep(database, at, { after: page.next, newestAt });
    at = next ?? (await find(database, accountId, at.sweepId));
    options.onPage?.({ sweepId: at.sweepId });
  }
  return { cursor: { sweepId: at.sweepId }, stored };
}

/** The sweep where it stands here, or a new one. */
async function find(database: Database, accountId: string, sweepId: string | undefined): Promise<SweepPlace> {
  const known = sweepId === undefined ? undefined : await readSweep(database, accountId, sweepId);
  return known ?? (await beginSweep(database, accountId, { overlapMs, firstMs: listedForMs }));
}

/** @returns false if this was not the last page of the sweep as this database knows it */
async function end(database: Database, accountId: string, at: SweepPlace, newestAt: Date | null): Promise<boolean> {
  const isFinished = await database.transaction(async (sql) => {
    // A sweep that is done lets requests be sent: whatever speaks against it has to be known by then.
    await noticeRestore(sql, await readUnknownRequests(sql, accountId));
    return await finishSweep(sql, at, { newestAt, overlapMs });
  });
  await forgetOldEvents(database, forgetAtOnce);
  await forgetLostSweeps(database);
  return isFinished;
}
