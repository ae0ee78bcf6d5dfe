export type GatherOptions<Item> = {
  /** How much one run takes, measured by `sizeOf`; an item that is larger goes alone. */
  max: number;
  sizeOf?: (item: Item) => number;
  /** Runs under way at the same time. */
  atOnce?: number;
  /** Whether a failure lies outside of the items: then all of the run get it, and none is tried alone. */
  concernsAll?: (error: unknown) => boolean;
  /** A run that takes longer fails with this error for all of its items, and the next one begins. */
  limit?: { ms: number; error: () => Error };
};

type Waiting<Item, Result> = { item: Item; resolve(result: Result): void; reject(error: unknown): void };

/**
 * Lets many small calls share one large one: while a run is under way, what comes in waits and goes together with the
 * next. Nobody waits for a timer; without company an item goes at once, alone. Where a run of several items fails, each
 * is run once more on its own, so that one item's failure never is another's: a run has to be safe to repeat.
 * @param run answers its items in their order
 */
export function gather<Item, Result>(
  run: (items: Item[]) => Promise<Result[]>,
  { max, sizeOf = () => 1, atOnce = 1, concernsAll = () => false, limit }: GatherOptions<Item>,
): (item: Item) => Promise<Result> {
  const waiting: Waiting<Item, Result>[] = [];
  let underWay = 0;

  function take(): Waiting<Item, Result>[] {
    let [count, size] = [0, 0];
    for (const { item } of waiting) {
      size += sizeOf(item);
      if (count > 0 && size > max) break;
      count += 1;
    }
    return waiting.splice(0, count);
  }

  /** `isOver` tells that it was the limit. What comes of the run afterwards is nobody's business any more. */
  async function runInTime(
    items: Item[],
  ): Promise<{ isOver: false; results: Result[] } | { isOver: true; error: Error }> {
    const running = run(items).then((results) => ({ isOver: false as const, results }));
    if (limit === undefined) return await running;
    let timer: NodeJS.Timeout | undefined;
    const over = new Promise<{ isOver: true; error: Error }>((resolve) => {
      timer = setTimeout(() => resolve({ isOver: true, error: limit.error() }), limit.ms);
    });
    try {
      return await Promise.race([running, over]);
    } finally {
      clearTimeout(timer);
      running.catch(() => undefined);
    }
  }

  async function runTogether(some: Waiting<Item, Result>[]): Promise<void> {
    try {
      const outcome = await runInTime(some.map(({ item }) => item));
      for (const [index, { resolve, reject }] of some.entries()) {
        if (outcome.isOver) reject(outcome.error);
        else resolve(outcome.results[index] as Result);
      }
    } catch (error) {
      if (some.length === 1 || concernsAll(error)) for (const { reject } of some) reject(error);
      else for (const one of some) await runTogether([one]);
    }
  }

  function start(): void {
    while (underWay < atOnce && waiting.length > 0) {
      underWay += 1;
      void runTogether(take()).finally(() => {
        underWay -= 1;
        start();
      });
    }
  }

  return (item) =>
    new Promise((resolve, reject) => {
      waiting.push({ item, resolve, reject });
      start();
    });
}
