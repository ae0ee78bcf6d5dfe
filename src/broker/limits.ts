/**
 * The outcome of `promise`, or a rejection with `reason` when it takes longer than `limitMs`. A result that comes
 * later goes to `discard`, so that what it opened can be closed.
 */
export async function within<T>(
  promise: Promise<T>,
  limitMs: number,
  reason: string,
  discard: (late: T) => void = () => undefined,
): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  let expired = false;
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      expired = true;
      reject(new Error(reason));
    }, limitMs);
  });
  promise.then(
    (late) => expired && discard(late),
    // The race below reports a rejection in time; after it the limit has already been reported in its stead.
    () => undefined,
  );
  try {
    return await Promise.race([promise, limit]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * The delay before attempt number `attempt` (from 0): doubling from `initialMs` to at most `maxMs`, of which a random
 * half is taken off, so that processes that failed together do not come back together.
 */
export function growingDelayMs(attempt: number, initialMs: number, maxMs: number): number {
  const fullMs = Math.min(maxMs, initialMs * 2 ** Math.min(attempt, 30));
  return Math.round(fullMs * (0.5 + Math.random() / 2));
}

export function reasonOf(error: unknown): string {
  // A refused connection to a name with several addresses is an AggregateError with an empty message.
  if (error instanceof AggregateError) return error.errors.map(reasonOf).join('; ');
  return error instanceof Error ? error.message : String(error);
}
