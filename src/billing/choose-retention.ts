import { appendAudit } from '../store/audit.ts';
import type { Database } from '../store/database.ts';
import { type RetentionSettings, readRetention, writeRetention } from '../store/retention-settings.ts';
import { retentionSettingsId } from './ids.ts';

/**
 * Says for how long the law asks for issued invoices, which erasures tell, and for how many months raw usage is kept, which
 * the nightly removal goes by. It removes nothing by itself. What is left out stays.
 */
export async function chooseRetention(
  database: Database,
  chosen: Partial<RetentionSettings>,
  actor: string,
): Promise<RetentionSettings> {
  return await database.transaction(async (sql) => {
    const before = await readRetention(sql, { forUpdate: true });
    const settings = { ...before, ...chosen };
    const isSame = before.invoiceYears === settings.invoiceYears && before.usageMonths === settings.usageMonths;
    if (isSame) return before;
    await writeRetention(sql, settings, actor);
    await appendAudit(sql, [
      { subjectKind: 'retention', subjectId: retentionSettingsId, actor, action: 'chosen', detail: settings },
    ]);
    return settings;
  });
}
