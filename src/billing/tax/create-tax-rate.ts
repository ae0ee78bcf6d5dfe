import { decimalText } from '../../domain/money/exact.ts';
import { parseTaxRate } from '../../domain/tax/tax-rate.ts';
import { DurabillError } from '../../errors/error.ts';
import { appendAudit } from '../../store/audit.ts';
import type { Database } from '../../store/database.ts';
import { findTaxRates, insertTaxRate, type NewTaxRate, type StoredTaxRate } from '../../store/tax-rates.ts';
import { taxRateIdOf } from '../ids.ts';

/**
 * Adds a rate to the table. It never changes: another percentage is a rate of another key. Asked again with the same
 * content it answers the one that is there.
 * @throws DurabillError tax-invalid, decimal-invalid, conflict
 */
export async function createTaxRate(
  database: Database,
  input: unknown,
  actor: string,
): Promise<{ rate: StoredTaxRate; created: boolean }> {
  const wanted = readInput(input);
  return await database.transaction(async (sql) => {
    const created = await insertTaxRate(sql, wanted);
    if (created) {
      const { id: subjectId, key, percentage, inclusive, compound } = wanted;
      const detail = { key, percentage, inclusive, compound };
      await appendAudit(sql, [{ subjectKind: 'tax-rate', subjectId, actor, action: 'created', detail }]);
    }
    const rate = (await findTaxRates(sql, [wanted.key])).get(wanted.key);
    if (rate === undefined) throw new Error(`tax rate ${wanted.key} was stored and then not found`);
    requireSame(rate, wanted);
    return { rate, created };
  });
}

function readInput(input: unknown): NewTaxRate {
  const { percentage, isInclusive: inclusive, isCompound: compound, ...rest } = parseTaxRate(input, '');
  return { id: taxRateIdOf(rest.key), ...rest, percentage: decimalText(percentage), inclusive, compound };
}

function requireSame(stored: StoredTaxRate, wanted: NewTaxRate): void {
  const fields = ['name', 'percentage', 'inclusive', 'compound', 'country', 'taxType', 'description'] as const;
  const field = fields.find((name) => stored[name] !== wanted[name]);
  if (field === undefined) return;
  throw new DurabillError('conflict', {
    field,
    reason: `The tax rate "${stored.key}" is already there with another value of ${field}.`,
    mend: 'A rate never changes: create one with another key, and archive this one.',
  });
}
