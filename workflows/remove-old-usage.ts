import { books, pages } from './activities.ts';

export type RemoveOldUsageResult = Record<string, number>;

/**
 * Removes raw usage that the policy of retention does not keep any more. Its Schedule starts it every night. First all invoices
 * that are made of it are proved and recorded, page by page; then it goes, month by month. It belongs to no clock: what is
 * old is said by the clock of each customer.
 */
export async function removeOldUsage(): Promise<RemoveOldUsageResult> {
  const { since } = await books.beginUsageRemoval();
  const counts: Record<string, number> = {};
  let after: string | null = first;
  while (after !== null) {
    const page: { after: string | null; counts: Record<string, number> } = await pages.checkOldUsage({ after });
    for (const [name, count] of Object.entries(page.counts)) counts[name] = (counts[name] ?? 0) + count;
    after = page.after;
  }
  return { ...counts, ...(await pages.removeOldUsage({ since })) };
}

/** Sorts before every id. */
const first = '00000000-0000-0000-0000-000000000000';
