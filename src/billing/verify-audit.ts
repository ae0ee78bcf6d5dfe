import { digestHolds, digestsAfter, faultyDigests } from '../store/audit-digests.ts';
import { type ChainFault, type FaultyChain, verifyChains } from '../store/audit-verify.ts';
import type { Database } from '../store/database.ts';

export type AuditVerdict = {
  chains: number;
  links: number;
  /** Chains that do not hold in themselves: all counted, the first hundred named. */
  faultyChains: number;
  faults: FaultyChain[];
  digests: number;
  /** Digests whose own chain is broken there. */
  brokenDigests: number[];
  /** Digests that the chains no longer give: since then some were cut off, taken away or written anew. */
  differingDigests: { sequence: number; untilAt: Date }[];
};

const pageSize = 100;

/** Computes every audit chain again, and every digest that was ever taken of them. Reads the whole log once for each. */
export async function verifyAudit(database: Database): Promise<AuditVerdict> {
  const { chains, links, faulty, faults } = await verifyChains(database);
  const brokenDigests = await faultyDigests(database);
  const differingDigests: AuditVerdict['differingDigests'] = [];
  let [after, digests] = [0, 0];
  for (;;) {
    const page = await digestsAfter(database, after, pageSize);
    for (const digest of page) {
      if (await digestHolds(database, digest)) continue;
      differingDigests.push({ sequence: digest.sequence, untilAt: digest.untilAt });
    }
    digests += page.length;
    const last = page.at(-1);
    if (last === undefined || page.length < pageSize) break;
    after = last.sequence;
  }
  return { chains, links, faultyChains: faulty, faults, digests, brokenDigests, differingDigests };
}

const words: Record<ChainFault['fault'], string> = {
  changed: 'was changed',
  missing: 'comes after one that is missing',
  'not linked': 'was written behind another one than stands before it',
};

/** `link 4 was changed`. */
export function faultInWords({ sequence, fault }: ChainFault): string {
  return `link ${sequence} ${words[fault]}`;
}

export function holds(verdict: AuditVerdict): boolean {
  return verdict.faultyChains + verdict.brokenDigests.length + verdict.differingDigests.length === 0;
}
