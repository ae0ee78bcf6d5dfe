import type { Database } from '../../store/database.ts';
import { readRetention } from '../../store/retention-settings.ts';
import { keptTypes, type MonthPlan, planRemoval } from '../../store/usage-removal-limits.ts';

/** What keeps a month of some customers, with one of them as an example. */
export type MonthKeptBy = {
  kind: NonNullable<MonthPlan['kind']>;
  customers: number;
  customerId: string;
  /** The invoice, the period or the subscription that keeps it there. */
  subjectId: string | null;
  reason: string | null;
};

export type PlannedRemoval = {
  /** By which it was planned; null if usage is kept for ever, and then nothing is planned. */
  usageMonths: number | null;
  keptTypes: string[];
  months: { month: string; customers: number; keptBy: MonthKeptBy[] }[];
};

/**
 * Says which months of how many customers would be removed now, and what keeps each of the others. Changes nothing, and proves
 * nothing: what proofs and late usage keep is as the last nightly look has found it.
 * @param asIf a policy to plan by, in months; the one that is set unless one is named
 */
export async function planUsageRemoval(database: Database, asIf?: number): Promise<PlannedRemoval> {
  return await database.transaction(async (sql) => {
    await sql.query('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY');
    await sql.query(`SET LOCAL statement_timeout = ${statementLimitMs}`);
    const usageMonths = asIf ?? (await readRetention(sql)).usageMonths;
    const kept = await keptTypes(sql);
    if (usageMonths === null) return { usageMonths, keptTypes: kept, months: [] };
    return { usageMonths, keptTypes: kept, months: byMonth(await planRemoval(sql, { usageMonths, keptTypes: kept })) };
  });
}

/** Below the limit of an answer. */
const statementLimitMs = 25_000;

function byMonth(rows: readonly MonthPlan[]): PlannedRemoval['months'] {
  const months = new Map<string, PlannedRemoval['months'][number]>();
  for (const { month, kind, customers, ...example } of rows) {
    const planned = months.get(month) ?? { month, customers: 0, keptBy: [] };
    months.set(month, planned);
    if (kind === null) planned.customers = customers;
    else planned.keptBy.push({ kind, customers, ...example });
  }
  return [...months.values()];
}
