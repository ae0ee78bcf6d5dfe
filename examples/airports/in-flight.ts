/**
 * Does the work for each item, a limited number at a time, and asks for the next item only when there is room for it.
 * @throws the first failure, when all that had begun has ended; no further item is begun after it
 */
export async function inFlight<Item>(
  items: AsyncIterable<Item> | Iterable<Item>,
  limit: number,
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const all = iterate(items);
  const takeTurns = async () => {
    try {
      for (let next = await all.next(); !next.done; next = await all.next()) await work(next.value);
    } finally {
      // After a failure the others find no next item and end too.
      await all.return(undefined);
    }
  };
  const results = await Promise.allSettled(Array.from({ length: limit }, takeTurns));
  for (const result of results) if (result.status === 'rejected') throw result.reason;
}

/** A generator hands out one item at a time, however many ask at once. */
async function* iterate<Item>(items: AsyncIterable<Item> | Iterable<Item>): AsyncGenerator<Item, void, undefined> {
  yield* items;
}
