import { DurabillError } from '../errors/error.ts';
import type { Sql } from '../store/database.ts';
import { periodsByInvoice } from '../store/periods.ts';
import { type OfferedVersion, readVersionsOf } from '../store/plans.ts';

/**
 * A reissue bills the same periods by other prices: by another version of a plan that they have, of cycles as long.
 * @throws DurabillError reissue-refused
 */
export async function requireSamePlan(sql: Sql, invoiceId: string, version: OfferedVersion): Promise<void> {
  const periods = (await periodsByInvoice(sql, [invoiceId])).get(invoiceId) ?? [];
  const billed = await readVersionsOf(sql, [...new Set(periods.map(({ planVersionId }) => planVersionId))]);
  const same = billed.filter(({ plan }) => plan === version.plan);
  if (same.length === 0) {
    throw new DurabillError('reissue-refused', {
      field: 'plan',
      reason: `None of its periods is billed by the plan "${version.plan}"; they have ${quoted(billed)}.`,
      mend: 'Name one of these plans, with the version whose prices are to be billed.',
    });
  }
  const lengthOf = ({ interval, terms }: Pick<OfferedVersion, 'interval' | 'terms'>) =>
    `${terms.intervalCount ?? 1} ${interval}`;
  const other = same.find((one) => lengthOf(one) !== lengthOf(version));
  if (other === undefined) return;
  throw new DurabillError('reissue-refused', {
    field: 'plan',
    reason: `Its periods are cycles of ${lengthOf(other)}, version ${version.version} bills by ${lengthOf(version)}.`,
    mend: 'Name a version with the same cycle.',
  });
}

function quoted(versions: readonly { plan: string }[]): string {
  return [...new Set(versions.map(({ plan }) => `"${plan}"`))].sort().join(', ');
}
