import type { Phase } from '../domain/period/timeline.ts';
import { DurabillError } from '../errors/error.ts';
import type { Sql } from '../store/database.ts';
import { findPlanVersion, type OfferedVersion } from '../store/plans.ts';

/**
 * The version of a plan that a customer is to have.
 * @param at where the plan stands in the request, for refusals: `subscription.`, or nothing
 * @throws DurabillError plan-unknown, currency-mismatch
 */
export async function offeredVersion(
  sql: Sql,
  wanted: { plan: string; planVersion?: number; currency: string },
  at: string,
): Promise<OfferedVersion> {
  const { plan, planVersion, currency } = wanted;
  const version = await findPlanVersion(sql, plan, planVersion);
  if (version === undefined) throw await unknownPlan(sql, plan, planVersion, at);
  const { currencies = [] } = version.terms;
  if (version.currency !== currency && !currencies.some((other) => other === currency)) {
    const taken = [version.currency, ...currencies].join(', ');
    throw new DurabillError('currency-mismatch', {
      field: `${at}plan`,
      reason: `The plan "${plan}" is in ${taken}, the customer pays in ${currency}.`,
      mend: 'Choose a plan in the currency of the customer; nothing is converted silently.',
    });
  }
  return version;
}

async function unknownPlan(
  sql: Sql,
  plan: string,
  planVersion: number | undefined,
  at: string,
): Promise<DurabillError> {
  const latest = planVersion === undefined ? undefined : await findPlanVersion(sql, plan);
  if (latest === undefined) {
    return new DurabillError('plan-unknown', {
      field: `${at}plan`,
      reason: `There is no plan "${plan.slice(0, 100)}".`,
    });
  }
  return new DurabillError('plan-unknown', {
    field: `${at}planVersion`,
    reason: `The plan "${plan}" has no version ${planVersion}; the latest is ${latest.version}.`,
    mend: 'Name a version that is there, or none for the latest.',
  });
}

/** The phase in which a version is in force. */
export function phaseOf(version: OfferedVersion, from: Date, anchor: Phase['anchor']): Phase {
  const { id: planVersionId, interval, terms, billsAhead } = version;
  return { from, planVersionId, interval, intervalCount: terms.intervalCount ?? 1, anchor, billsAhead };
}
