import { appendAudit } from '../store/audit.ts';
import type { Database } from '../store/database.ts';
import { type RetentionSettings, readRetention, writeRetention } from '../store/retention-settings.ts';
import { retentionSettingsId } from './ids.ts';

/** Says for how long the law asks for issued invoices: erasures tell it. It removes nothing by itself. */
export async function chooseRetention(
  database: Database,
  settings: RetentionSettings,
  actor: string,
): Promise<RetentionSettings> {
  return await database.transaction(async (sql) => {
    const before = await readRetention(sql, { forUpdate: true });
    if (before.invoiceYears === settings.invoiceYears) return before;
    await writeRetention(sql, settings, actor);
    await appendAudit(sql, [
      { subjectKind: 'retention', subjectId: retentionSettingsId, actor, action: 'chosen', detail: settings },
    ]);
    return settings;
  });
}
