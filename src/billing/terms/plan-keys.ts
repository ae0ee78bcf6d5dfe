import type { Sql } from '../../store/database.ts';
import { readPlanKeys } from '../../store/periods.ts';
import { readPlansOfVersions } from '../../store/plans.ts';
import type { BillToCompose } from './bill-to-compose.ts';

/** Keys of the plans by which the periods of these bills are billed; of those that are not laid out yet by their versions. */
export async function planKeysOf(sql: Sql, bills: readonly BillToCompose[]): Promise<Map<string, string>> {
  const billed = new Set(bills.flatMap(({ lines }) => lines.flatMap(({ periodId }) => periodId ?? [])));
  const keys = await readPlanKeys(sql, [...billed]);
  const coming = bills.flatMap(({ periods }) => periods.filter(({ id }) => billed.has(id) && !keys.has(id)));
  const plans = await readPlansOfVersions(sql, [...new Set(coming.map(({ planVersionId }) => planVersionId))]);
  for (const { id, planVersionId } of coming) {
    const plan = plans.get(planVersionId);
    if (plan !== undefined) keys.set(id, plan);
  }
  return keys;
}
