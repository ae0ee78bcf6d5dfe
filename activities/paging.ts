import { Context } from '@temporalio/activity';
import { whileHeartbeating } from './heartbeats.ts';

export type Counts = Record<string, number>;
type Cursor = { after: string; counts: Counts };

/** Pages that one activity goes through before the workflow looks at its history and goes on. */
const pagesPerCall = 40;

/**
 * Goes through pages from a cursor until none is left or the limit is reached, with a heartbeat after each and while
 * one takes long. A retry goes on from the last heartbeat that reached the server, so few pages are repeated; counts
 * are of the pages that were told.
 * @returns where to go on, or null at the end
 */
export async function throughPages(
  after: string,
  page: (after: string) => Promise<{ cursor: string | undefined }>,
): Promise<{ after: string | null; counts: Counts }> {
  const context = Context.current();
  let at: Cursor = (context.info.heartbeatDetails as Cursor | undefined) ?? { after, counts: {} };
  const goThrough = async () => {
    for (let pages = 0; pages < pagesPerCall; pages += 1) {
      context.cancellationSignal.throwIfAborted();
      const { cursor, ...counts } = (await page(at.after)) as { cursor: string | undefined } & Counts;
      const sums = { ...at.counts };
      for (const [name, count] of Object.entries(counts)) sums[name] = (sums[name] ?? 0) + (count as number);
      if (cursor === undefined) return { after: null, counts: sums };
      at = { after: cursor, counts: sums };
      context.heartbeat(at);
    }
    return at;
  };
  return await whileHeartbeating(goThrough, () => at);
}
