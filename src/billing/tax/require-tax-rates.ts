import { DurabillError } from '../../errors/error.ts';
import type { Sql } from '../../store/database.ts';
import { findTaxRates } from '../../store/tax-rates.ts';

/** Keys of rates, and the path of the list as the caller wrote it. */
export type NamedRates = { keys: readonly string[]; field: string };

/**
 * That every rate that is named is there, and in its list once. Archived ones are given to nothing new.
 * @param kept keys that were named before, and may be archived since
 * @throws DurabillError tax-rate-unknown
 */
export async function requireTaxRates(
  sql: Sql,
  named: readonly NamedRates[],
  kept: ReadonlySet<string> = new Set(),
): Promise<void> {
  const keys = [...new Set(named.flatMap((list) => list.keys))];
  if (keys.length === 0) return;
  const rates = await findTaxRates(sql, keys);
  for (const list of named) {
    for (const [index, key] of list.keys.entries()) {
      const rate = rates.get(key);
      if (list.keys.indexOf(key) < index) {
        const reason = `The tax rate "${key}" is there twice.`;
        throw new DurabillError('tax-rate-unknown', {
          field: `${list.field}[${index}]`,
          reason,
          mend: 'Name it once.',
        });
      }
      if (rate !== undefined && (rate.archivedAt === null || kept.has(key))) continue;
      throw new DurabillError('tax-rate-unknown', {
        field: `${list.field}[${index}]`,
        reason: rate === undefined ? `There is no tax rate "${key}".` : `The tax rate "${key}" is archived.`,
      });
    }
  }
}
