import { readerFor } from '../../domain/rating/reader.ts';
import { readRateKeys } from '../../domain/tax/tax-rate.ts';
import { DurabillError } from '../../errors/error.ts';
import { appendAudit } from '../../store/audit.ts';
import type { Database } from '../../store/database.ts';
import { lockRounding, lockTaxSettings, type TaxSettings, updateTaxSettings } from '../../store/tax-settings.ts';
import { taxSettingsId } from '../ids.ts';
import { requireTaxRates } from './require-tax-rates.ts';

const read = readerFor('tax-invalid');

/**
 * Chooses how the deployment rounds taxes, who says which are on a bill, and which rates its customers have unless they or a price say otherwise. The
 * rounding can be chosen until the first invoice is issued; the rates at any time, for what is not issued yet.
 * @throws DurabillError tax-rounding-fixed, tax-rate-unknown, tax-invalid
 */
export async function chooseTaxSettings(
  database: Database,
  input: { rounding: TaxSettings['rounding']; engine?: TaxSettings['engine']; defaultRates: readonly string[] },
  actor: string,
): Promise<TaxSettings> {
  const { rounding, engine = 'table' } = input;
  const defaultRates = readRateKeys(read, input.defaultRates, 'defaultRates');
  return await database.transaction(async (sql) => {
    const before = await lockTaxSettings(sql);
    if (before.rounding !== rounding && (await lockRounding(sql))) {
      throw new DurabillError('tax-rounding-fixed', {
        field: 'rounding',
        reason: `Invoices were issued with taxes rounded by ${before.rounding}; this stays.`,
      });
    }
    await requireTaxRates(sql, [{ keys: defaultRates, field: 'defaultRates' }], new Set(before.defaultRates));
    const settings = await updateTaxSettings(sql, { rounding, engine, defaultRates });
    const detail = { rounding, engine, defaultRates };
    await appendAudit(sql, [
      { subjectKind: 'tax-settings', subjectId: taxSettingsId, actor, action: 'chosen', detail },
    ]);
    return settings;
  });
}
