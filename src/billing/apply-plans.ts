import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import { boundFields } from '../domain/rating/bounds.ts';
import type { Meter } from '../domain/rating/meter.ts';
import type { Plan, PlanFile } from '../domain/rating/plan.ts';
import { isBilledAhead } from '../domain/rating/price.ts';
import { DurabillError } from '../errors/error.ts';
import { appendAudit } from '../store/audit.ts';
import type { Database, Sql } from '../store/database.ts';
import { ensureMeters, optionsOf } from '../store/meters.ts';
import { insertPlanVersion, latestVersion } from '../store/plans.ts';
import { meterIdOf, planIdOf, planVersionIdOf, priceIdOf } from './ids.ts';

export type AppliedPlan = { key: string; version: number; outcome: 'created' | 'new version' | 'unchanged' };

/**
 * Brings meters and plans of a file into the books. A plan whose content changed becomes a new version; existing
 * subscriptions stay on theirs. A meter never changes, since bills that were written with it must stay recomputable.
 * @throws DurabillError meter-changed
 */
export async function applyPlans(database: Database, file: PlanFile, actor: string): Promise<AppliedPlan[]> {
  return await database.transaction(async (sql) => {
    // Two copies that apply the same file at once take turns, so that both see one result.
    await sql.query(`SELECT pg_advisory_xact_lock(hashtextextended('apply-plans', 0))`);
    await applyMeters(sql, file.meters);
    const applied: AppliedPlan[] = [];
    for (const plan of file.plans) applied.push(await applyPlan(sql, plan, actor));
    return applied;
  });
}

/**
 * The bounds of a plan are of the sum of a period's lines, and what is billed ahead of a period stands on another invoice
 * than what is billed when it is over: neither could be brought to them.
 */
function refuseBoundsAhead(plan: Plan): void {
  const ahead = plan.prices.find(isBilledAhead);
  if (ahead === undefined || boundFields.every((name) => plan[name] === undefined)) return;
  throw new DurabillError('plan-invalid', {
    field: `plans.${plan.key}.prices.${ahead.key}.timing`,
    reason: 'A plan with bounds for the whole period bills nothing in advance.',
    mend: 'Leave "timing" out, or give the bounds to the prices that they are meant for.',
  });
}

async function applyMeters(sql: Sql, meters: readonly Meter[]): Promise<void> {
  const stored = await ensureMeters(
    sql,
    meters.map((meter) => ({ ...meter, id: meterIdOf(meter.key) })),
  );
  for (const meter of meters) {
    if (definition(meter) !== definition(stored.get(meter.key) as Meter)) {
      throw new DurabillError('meter-changed', {
        field: `meters.${meter.key}`,
        reason: `The meter "${meter.key}" is already stored with another definition.`,
      });
    }
  }
}

/** What a meter measures; its name may be put better without changing that. */
function definition(meter: Meter): string {
  const { eventType, aggregation, property = null, filter = {} } = meter;
  return canonicalize({ eventType, aggregation, property, filter, options: optionsOf(meter) }) as string;
}

async function applyPlan(sql: Sql, plan: Plan, actor: string): Promise<AppliedPlan> {
  refuseBoundsAhead(plan);
  const contentHash = createHash('sha256')
    .update(canonicalize(plan) as string)
    .digest();
  const latest = await latestVersion(sql, plan.key);
  if (latest?.contentHash.equals(contentHash)) {
    return { key: plan.key, version: latest.version, outcome: 'unchanged' };
  }
  const version = (latest?.version ?? 0) + 1;
  const { prices, ...terms } = plan;
  const id = planVersionIdOf(plan.key, version);
  await insertPlanVersion(sql, {
    planId: planIdOf(plan.key),
    planKey: plan.key,
    id,
    version,
    name: plan.name,
    currency: plan.currency,
    interval: plan.interval,
    contentHash,
    terms,
    prices: prices.map((price) => ({
      id: priceIdOf(id, price.key),
      price,
      meterId: price.meter === undefined ? null : meterIdOf(price.meter),
    })),
  });
  await appendAudit(sql, [
    { subjectKind: 'plan', subjectId: planIdOf(plan.key), actor, action: 'version applied', detail: { version } },
  ]);
  return { key: plan.key, version, outcome: latest === undefined ? 'created' : 'new version' };
}
