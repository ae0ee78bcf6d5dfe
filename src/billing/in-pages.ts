/** A page that has begun: where the next one starts is known before its own work is done. */
export type BegunPage<Counts> = { cursor: string | undefined; done: Promise<Counts> };

export type Paging<Counts> = {
  after: string;
  begin(after: string): Promise<BegunPage<Counts>>;
  /** Pages that may be under way together: while one is written, the next is read and computed. */
  atOnce: number;
  /** Most pages to begin; the answer tells where to go on. */
  maxPages?: number;
  /** Called in the order of the pages, so that everything up to the cursor is done. */
  onDone?(cursor: string | undefined, counts: Counts): void;
};

/**
 * Goes through pages by key, a few of them at once. When one fails, those beside it end first and then it rejects: no
 * page goes on behind the back of a retry. What a later page has done by then is found done.
 * @returns where to go on; undefined at the end
 */
export async function inPages<Counts>(paging: Paging<Counts>): Promise<string | undefined> {
  const { begin, atOnce, maxPages = Number.POSITIVE_INFINITY, onDone } = paging;
  const underWay: BegunPage<Counts>[] = [];
  let next: string | undefined = paging.after;
  let begun = 0;
  try {
    for (;;) {
      while (next !== undefined && underWay.length < atOnce && begun < maxPages) {
        const page = await begin(next);
        // Its failure is heard when its turn comes; until then it must not count as unheard.
        page.done.catch(() => undefined);
        underWay.push(page);
        next = page.cursor;
        begun += 1;
      }
      const oldest = underWay[0];
      if (oldest === undefined) return next;
      const counts = await oldest.done;
      onDone?.(oldest.cursor, counts);
      underWay.shift();
    }
  } finally {
    await Promise.allSettled(underWay.map(({ done }) => done));
  }
}
