import { type Digest, digestHolds, lastDigest, takeDigest } from '../store/audit-digests.ts';
import type { Database } from '../store/database.ts';

const dayMs = 24 * 60 * 60 * 1_000;
/** No transaction is open for as long: by then every link of the day has been committed. */
const settledMs = 60 * 60 * 1_000;

export type DigestTaken = Pick<Digest, 'untilAt' | 'chains' | 'links' | 'previousHolds'> & { isNew: boolean };

/**
 * Takes the digest of all audit chains as they were at the last midnight in UTC that is an hour past, and looks whether
 * the digest before is still the same: a chain that was cut off at its end or taken away since shows there. Repeated for
 * the same day it answers with what is there. A day that was missed needs nothing: the next digest covers it.
 * @param at machine time of the run
 */
export async function digestAudit(database: Database, at: Date): Promise<DigestTaken> {
  const untilAt = new Date(Math.floor((at.getTime() - settledMs) / dayMs) * dayMs);
  const previous = await lastDigest(database);
  if (previous !== undefined && previous.untilAt >= untilAt) return { ...previous, isNew: false };
  const holds = previous && { digest: previous, holds: await digestHolds(database, previous) };
  const taken = await takeDigest(database, untilAt, holds);
  return { ...taken, isNew: true };
}
