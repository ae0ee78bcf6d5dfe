import { DurabillError } from '../../errors/error.ts';
import { appendAudit } from '../../store/audit.ts';
import type { Database } from '../../store/database.ts';
import { archiveRate, findTaxRates, type StoredTaxRate } from '../../store/tax-rates.ts';
import { taxRateIdOf } from '../ids.ts';

/**
 * From now on the rate is given to nothing new. Prices, customers and settings that name it already keep it, so that no
 * bill loses its tax. Archived again, nothing changes.
 * @throws DurabillError not-found
 */
export async function archiveTaxRate(database: Database, key: string, actor: string): Promise<StoredTaxRate> {
  return await database.transaction(async (sql) => {
    if (await archiveRate(sql, key)) {
      const subjectId = taxRateIdOf(key);
      await appendAudit(sql, [{ subjectKind: 'tax-rate', subjectId, actor, action: 'archived', detail: { key } }]);
    }
    const rate = (await findTaxRates(sql, [key])).get(key);
    if (rate === undefined) {
      throw new DurabillError('not-found', { field: 'key', reason: `There is no tax rate "${key}".` });
    }
    return rate;
  });
}
