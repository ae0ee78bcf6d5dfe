/**
 * Turns many calls for one thing each into few calls for several: what is asked for while a run is under way goes into
 * the next one. Alone, a call runs at once; under load the runs grow by themselves, up to `max`.
 * @param run answers in the order of its items; when it rejects, every call of that run does
 */
export function gather<Item, Answer>(
  run: (items: readonly Item[]) => Promise<readonly Answer[]>,
  max: number,
): (item: Item) => Promise<Answer> {
  type Waiting = { item: Item; resolve(answer: Answer): void; reject(error: unknown): void };
  const waiting: Waiting[] = [];
  let isRunning = false;

  async function work(): Promise<void> {
    isRunning = true;
    // Whoever asks in this same moment still gets in.
    await Promise.resolve();
    while (waiting.length > 0) {
      const batch = waiting.splice(0, max);
      try {
        const answers = await run(batch.map(({ item }) => item));
        batch.forEach(({ resolve }, index) => {
          resolve(answers[index] as Answer);
        });
      } catch (error) {
        for (const { reject } of batch) reject(error);
      }
    }
    isRunning = false;
  }

  return (item) =>
    new Promise<Answer>((resolve, reject) => {
      waiting.push({ item, resolve, reject });
      if (!isRunning) void work();
    });
}
