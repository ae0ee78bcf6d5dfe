import type { Meter } from '../domain/rating/meter.ts';
import type { Plan, PlanFile } from '../domain/rating/plan.ts';
import { DurabillError } from '../errors/error.ts';
import { appendAudit } from '../store/audit.ts';
import type { Database, Sql } from '../store/database.ts';
import { insertMeters } from '../store/meters.ts';
import { insertPlanVersion } from '../store/plans.ts';
import { holdRemovals, removedTypes } from '../store/usage-removal-marks.ts';
import { comparePlans, contentHashOf, type PlansChange } from './diff-plans.ts';
import { meterIdOf, planIdOf, planVersionIdOf, priceIdOf } from './ids.ts';

/**
 * Brings meters and plans of a file into the books, all or none. A plan whose content changed becomes a new version;
 * existing subscriptions stay on theirs. A meter never changes, since bills that were written with it must stay
 * recomputable. Applied again, nothing is changed.
 * @throws DurabillError meter-changed, tax-rate-unknown, usage-removed
 */
export async function applyPlans(database: Database, file: PlanFile, actor: string): Promise<PlansChange> {
  return await database.transaction(async (sql) => {
    // Two copies that apply the same file at once take turns, so that both see one result.
    await sql.query(`SELECT pg_advisory_xact_lock(hashtextextended('apply-plans', 0))`);
    const change = await comparePlans(sql, file);
    await addMeters(sql, file, change, actor);
    for (const [index, plan] of file.plans.entries()) {
      const { outcome, version } = change.plans[index]!;
      if (outcome !== 'unchanged') await addVersion(sql, plan, version, actor);
    }
    return change;
  });
}

async function addMeters(sql: Sql, { meters }: PlanFile, change: PlansChange, actor: string): Promise<void> {
  const added = meters
    .filter((_, index) => change.meters[index]?.outcome === 'created')
    .map((meter) => ({ ...meter, id: meterIdOf(meter.key) }));
  if (added.length === 0) return;
  await requireHistory(sql, added);
  await insertMeters(sql, added);
  await appendAudit(
    sql,
    added.map(({ id }) => ({ subjectKind: 'meter', subjectId: id, actor, action: 'created', detail: {} })),
  );
}

/** A meter that carries on reads all events of its type there ever were: it is too late for one of which some are gone. */
async function requireHistory(sql: Sql, meters: readonly Meter[]): Promise<void> {
  const carrying = meters.filter(({ carries }) => carries === true);
  if (carrying.length === 0) return;
  await holdRemovals(sql);
  const removed = await removedTypes(
    sql,
    carrying.map(({ eventType }) => eventType),
  );
  const late = carrying.find(({ eventType }) => removed.has(eventType));
  if (late === undefined) return;
  throw new DurabillError('usage-removed', {
    field: `meters.${late.key}`,
    reason: `The meter "${late.key}" carries on and would read all history of "${late.eventType}", of which events were removed by the policy of retention.`,
    mend: 'Let it read a type of events of its own, and begin with an event that says what stands now.',
  });
}

async function addVersion(sql: Sql, plan: Plan, version: number, actor: string): Promise<void> {
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
    contentHash: contentHashOf(plan),
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
}
