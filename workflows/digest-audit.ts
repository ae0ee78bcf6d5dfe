import { pages } from './activities.ts';

export type DigestAuditResult = { untilAt: string; chains: number; links: number; previousHolds: boolean | null };

/**
 * Takes the day's digest of all audit chains, after a look whether the one before still holds. Its Schedule starts it
 * every night; repeated for the same day it answers with what is there.
 */
export async function digestAudit(): Promise<DigestAuditResult> {
  return await pages.digestAudit();
}
