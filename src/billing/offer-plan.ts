import { DurabillError } from '../errors/error.ts';
import { appendAudit } from '../store/audit.ts';
import type { Database } from '../store/database.ts';
import { setOffered } from '../store/plan-views.ts';

/**
 * Offers a plan to all customers, who see it from then on, or no longer. Who has it sees it in any case.
 * @throws DurabillError not-found
 */
export async function offerPlan(
  database: Database,
  { key, offered }: { key: string; offered: boolean },
  actor: string,
): Promise<{ key: string; offeredAt: Date | null }> {
  return await database.transaction(async (sql) => {
    const plan = await setOffered(sql, key, offered);
    if (plan === undefined)
      throw new DurabillError('not-found', { field: 'key', reason: `There is no plan "${key}".` });
    const action = offered ? 'offered' : 'not offered any more';
    if (plan.isNew) {
      await appendAudit(sql, [{ subjectKind: 'plan', subjectId: plan.id, actor, action, detail: { key } }]);
    }
    return { key, offeredAt: plan.offeredAt };
  });
}
