import { Context } from '@temporalio/activity';
import { type BegunPage, inPages } from '../src/billing/in-pages.ts';
import { whileHeartbeating } from './heartbeats.ts';

export type Counts = Record<string, number>;
type Cursor = { after: string; counts: Counts };

/** Pages that one activity goes through before the workflow looks at its history and goes on. */
const pagesPerCall = 40;

/**
 * Goes through pages from a cursor until none is left or the limit is reached, so many at once, with a heartbeat after
 * each and while one takes long. A retry goes on from the last heartbeat that reached the server, so few pages are
 * repeated; counts are of the pages that were told.
 * @returns where to go on, or null at the end
 */
export async function throughPages<PageCounts extends Counts>(
  after: string,
  atOnce: number,
  begin: (after: string) => Promise<BegunPage<PageCounts>>,
  onPage: (counts: PageCounts) => void = () => undefined,
): Promise<{ after: string | null; counts: Counts }> {
  const context = Context.current();
  let at: Cursor = (context.info.heartbeatDetails as Cursor | undefined) ?? { after, counts: {} };
  const goThrough = async () => {
    const next = await inPages<PageCounts>({
      after: at.after,
      atOnce,
      maxPages: pagesPerCall,
      begin(cursor) {
        context.cancellationSignal.throwIfAborted();
        return begin(cursor);
      },
      onDone(cursor, counts) {
        at = { after: cursor ?? at.after, counts: sumOf(at.counts, counts) };
        context.heartbeat(at);
        onPage(counts);
      },
    });
    return { after: next ?? null, counts: at.counts };
  };
  return await whileHeartbeating(goThrough, () => at);
}

export function sumOf(sums: Counts, counts: Counts): Counts {
  const added = Object.entries(counts).map(([name, count]) => [name, (sums[name] ?? 0) + count]);
  return { ...sums, ...Object.fromEntries(added) };
}
