import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import { type Difference, differencesOf } from '../domain/rating/differences.ts';
import type { Meter } from '../domain/rating/meter.ts';
import type { Plan, PlanFile } from '../domain/rating/plan.ts';
import { DurabillError } from '../errors/error.ts';
import type { Database, Sql } from '../store/database.ts';
import { findMeters, optionsOf } from '../store/meters.ts';
import { latestPlans, type StoredPlan, versionsInUse } from '../store/plan-views.ts';
import { type NamedRates, requireTaxRates } from './tax/require-tax-rates.ts';

export type { Difference };

/** What a set of plans would change in the books, or has changed there: every meter and plan of it, in its order. */
export type PlansChange = { meters: MeterChange[]; plans: PlanChange[] };
export type MeterChange = { key: string; outcome: 'created' | 'unchanged' };
export type PlanChange = {
  key: string;
  /** The version that the plan becomes, or is. */
  version: number;
  outcome: 'created' | 'new version' | 'unchanged';
  /** From the latest version to this one; none for a plan that is created. */
  differences: Difference[];
  /** Subscriptions that have not ended and are on an older version: they keep its prices. */
  onOlderVersions: number;
};

/**
 * What `applyPlans` would do, without doing it.
 * @throws DurabillError meter-changed, tax-rate-unknown
 */
export async function diffPlans(database: Database, file: PlanFile): Promise<PlansChange> {
  return await database.transaction(async (sql) => {
    // Several statements that see one state of the books.
    await sql.query('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY');
    return await comparePlans(sql, file);
  });
}

export function hasChanges({ meters, plans }: PlansChange): boolean {
  return [...meters, ...plans].some(({ outcome }) => outcome !== 'unchanged');
}

/**
 * Compares a set of plans with the books, in the caller's transaction.
 * @throws DurabillError meter-changed with the path `meters.<key>`, tax-rate-unknown
 */
export async function comparePlans(sql: Sql, { meters, plans }: PlanFile): Promise<PlansChange> {
  const keys = plans.map(({ key }) => key);
  const [storedMeters, latest, inUse] = [
    await findMeters(
      sql,
      meters.map(({ key }) => key),
    ),
    await latestPlans(sql, keys),
    await versionsInUse(sql, keys),
  ];
  await requireTaxRates(sql, plans.flatMap(ratesNamedBy), new Set(keptRates(latest)));
  return {
    meters: meters.map((meter) => compareMeter(meter, storedMeters.get(meter.key))),
    plans: plans.map((plan) => {
      const compared = comparePlan(plan, latest.get(plan.key));
      const older = inUse.filter(({ key, version }) => key === plan.key && version < compared.version);
      const onOlderVersions = older.reduce((sum, { liveSubscriptions }) => sum + liveSubscriptions, 0);
      return { key: plan.key, ...compared, onOlderVersions };
    }),
  };
}

function ratesNamedBy(plan: Plan, index: number): NamedRates[] {
  return plan.prices.map(({ taxRates = [] }, place) => ({
    keys: taxRates,
    field: `plans[${index}].prices[${place}].taxRates`,
  }));
}

/** Rates that the plans name already: archived since, they stay where they are. */
function* keptRates(latest: ReadonlyMap<string, StoredPlan>): Iterable<string> {
  for (const { plan } of latest.values()) {
    for (const { taxRates = [] } of plan.prices) yield* taxRates;
  }
}

function compareMeter(meter: Meter, stored: Meter | undefined): MeterChange {
  if (stored === undefined) return { key: meter.key, outcome: 'created' };
  const differences = differencesOf(definition(stored), definition(meter));
  if (differences.length === 0) return { key: meter.key, outcome: 'unchanged' };
  throw new DurabillError('meter-changed', {
    field: `meters.${meter.key}`,
    reason: `The meter "${meter.key}" is already stored with another definition: ${differences.map(inWords).join('; ')}.`,
  });
}

/** What a meter measures; its name may be put better without changing that. */
function definition(meter: Meter) {
  const { eventType, aggregation, property = null, filter = {} } = meter;
  return { eventType, aggregation, property, filter, ...optionsOf(meter) };
}

function inWords({ field, from, to }: Difference): string {
  const [stored, written] = [from, to].map((value) => (value === undefined ? 'nothing' : JSON.stringify(value)));
  return `${field} is ${stored} there and ${written} here`;
}

function comparePlan(
  plan: Plan,
  latest: StoredPlan | undefined,
): Pick<PlanChange, 'version' | 'outcome' | 'differences'> {
  if (latest === undefined) return { version: 1, outcome: 'created', differences: [] };
  const differences = latest.contentHash.equals(contentHashOf(plan)) ? [] : differencesOf(latest.plan, plan);
  return differences.length === 0
    ? { version: latest.version, outcome: 'unchanged', differences }
    : { version: latest.version + 1, outcome: 'new version', differences };
}

/** SHA-256 of the plan's canonical JSON (RFC 8785). */
export function contentHashOf(plan: Plan): Buffer {
  return createHash('sha256')
    .update(canonicalize(plan) as string)
    .digest();
}
