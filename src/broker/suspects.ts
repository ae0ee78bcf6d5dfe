export type Suspects = {
  /** Notes that the handler threw for this message; answers how many of its throws count against it. */
  threw(messageId: string, handledSoFar: number): number;
  clear(messageId: string): void;
};

/** Messages that are remembered at most; the oldest is forgotten first. */
const maxSuspects = 1_000;

/**
 * Tells a bad message from a dependency that is away: a throw counts against its message only when others were handled
 * well since its last one. While a dependency is away nothing is handled, so nobody is blamed.
 */
export function createSuspects(): Suspects {
  const seen = new Map<string, { throws: number; handledBefore: number }>();

  function threw(messageId: string, handledSoFar: number): number {
    const before = seen.get(messageId);
    const othersPassed = before !== undefined && handledSoFar > before.handledBefore;
    const throws = before === undefined ? 1 : before.throws + (othersPassed ? 1 : 0);
    seen.delete(messageId);
    seen.set(messageId, { throws, handledBefore: handledSoFar });
    const [oldest] = seen.keys();
    if (seen.size > maxSuspects && oldest !== undefined) seen.delete(oldest);
    return throws;
  }

  return { threw, clear: (messageId) => seen.delete(messageId) };
}
