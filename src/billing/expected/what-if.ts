import { changesOf } from '../../domain/invoice/changes.ts';
import { type Exact, parseDecimal, zero } from '../../domain/money/exact.ts';
import { phaseAt } from '../../domain/period/timeline.ts';
import type { Measured } from '../../domain/rating/usage.ts';
import { DurabillError } from '../../errors/error.ts';
import type { CalendarOwner } from '../../store/calendar-facts.ts';
import type { Database, Sql } from '../../store/database.ts';
import { findPlan } from '../../store/plan-views.ts';
import { readPlanVersions } from '../../store/plans.ts';
import { readTimelines } from '../../store/subscriptions.ts';
import type { AggregateUsage, QuantityOf } from '../../store/usage-quantities.ts';
import { offeredVersion } from '../offered-plan.ts';
import { comparableLines } from './compare-bills.ts';
import { type ExpectedBill, type ExpectedBills, expectBills } from './expect-bills.ts';
import type { OpenBill } from './open-bills.ts';

export type WhatIf = {
  /**
   * So much more of what a price measures, or of a meter, by all of its prices that read all of it. With both it is the
   * meter's only where no price has the key, as by another plan.
   */
  addUsage?: readonly { price?: string; meter?: string; quantity: string; group?: readonly string[] }[];
  /** As if the whole of the open period were billed by this plan. */
  plans?: readonly { subscription: string; plan: string }[];
};
/** The same bills as they are expected and as they would be. */
export type Supposed = { before: ExpectedBills; after: ExpectedBills };

/**
 * What a customer would be billed with more usage or another plan: computed twice by the functions that make drafts, once
 * with what is supposed. Nothing is written.
 * @param planFor the customer who may only suppose plans that it sees, as it sees them; null for operators
 * @throws DurabillError not-found, request-invalid, plan-unknown, currency-mismatch, decimal-invalid
 */
export async function supposeBills(
  database: Database,
  customerId: string,
  whatIf: WhatIf,
  planFor: string | null,
): Promise<Supposed> {
  const added = (whatIf.addUsage ?? []).map((one, index) => readAdded(one, `addUsage[${index}]`));
  const plans = await seenPlans(database, whatIf, planFor);
  const before = await expectBills(database, customerId, { comparison: null });
  const names = new Map<string, string>();
  const used = new Set<number>();
  const current = new Set<string>();
  const moved = new Set<string>();
  const after = await expectBills(database, customerId, {
    comparison: null,
    supposed: {
      async periodsOf(sql, bills, owner) {
        const supposed = await withPlans(sql, bills, owner, plans);
        for (const id of currentPeriods(supposed, owner.now)) current.add(id);
        for (const id of movedPeriods(bills, supposed)) moved.add(id);
        const versions = supposed.flatMap(({ periods }) => periods.map(({ planVersionId }) => planVersionId));
        for (const { prices } of (await readPlanVersions(sql, [...new Set(versions)])).values()) {
          for (const { id, price } of prices) names.set(id, price.key);
        }
        return supposed;
      },
      usageOf: (aggregate) => withAdded(aggregate, added, { names, used, current, moved }),
    },
  });
  const unused = added.findIndex((_, index) => !used.has(index));
  if (unused >= 0) {
    const { field } = added[unused] as Added;
    const reason = 'No price of a period that goes on measures it.';
    throw new DurabillError('request-invalid', { field, reason, mend: 'Name a price or meter of the expected bill.' });
  }
  return { before, after };
}

type Added = {
  field: string;
  price?: string;
  meter?: string;
  quantity: Exact;
  group?: readonly string[];
  /** Meant for a price that is not there: where the meter's price has no groups, its group is in the whole. */
  isInstead?: boolean;
};

function readAdded(one: NonNullable<WhatIf['addUsage']>[number], field: string): Added {
  if (one.price === undefined && one.meter === undefined) {
    throw new DurabillError('request-invalid', { field, reason: 'It names neither a price nor a meter.' });
  }
  return { ...one, field, quantity: parseDecimal(one.quantity, `${field}.quantity`) };
}

/** A plan in one of its versions, the latest if none is named. */
type SupposedPlan = NonNullable<WhatIf['plans']>[number] & { planVersion?: number };

/** Each plan in the version that the customer sees: its own of what is no longer offered, and never a later one. */
async function seenPlans(
  database: Database,
  { plans = [] }: WhatIf,
  planFor: string | null,
): Promise<readonly SupposedPlan[]> {
  if (planFor === null) return plans;
  const seen: SupposedPlan[] = [];
  for (const [index, { subscription, plan }] of plans.entries()) {
    const found = await findPlan(database, plan, undefined, planFor);
    if (found === undefined) {
      throw new DurabillError('plan-unknown', { field: `plans[${index}].plan`, reason: `There is no plan "${plan}".` });
    }
    seen.push({ subscription, plan, planVersion: found.version });
  }
  return seen;
}

async function withPlans(
  sql: Sql,
  bills: readonly OpenBill[],
  { currency, now }: CalendarOwner,
  plans: readonly SupposedPlan[],
): Promise<OpenBill[]> {
  const versions = new Map<string, string>();
  for (const [index, { subscription, ...wanted }] of plans.entries()) {
    const field = `plans[${index}].`;
    if (!bills.some(({ periods }) => periods.some(({ subscriptionId }) => subscriptionId === subscription))) {
      const reason = 'No bill is open for this subscription.';
      throw new DurabillError('not-found', { field: `${field}subscription`, reason });
    }
    const version = await offeredVersion(sql, { ...wanted, currency }, field);
    const timeline = (await readTimelines(sql, [subscription])).get(subscription);
    const phase = timeline && phaseAt(timeline, now);
    if (phase?.interval !== version.interval || (phase.intervalCount ?? 1) !== (version.terms.intervalCount ?? 1)) {
      const reason = 'It is billed by another interval, so that it has no bill of the same period.';
      throw new DurabillError('request-invalid', { field: `${field}plan`, reason });
    }
    versions.set(subscription, version.id);
  }
  return bills.map((bill) => ({
    ...bill,
    periods: bill.periods.map((period) => ({
      ...period,
      planVersionId: versions.get(period.subscriptionId) ?? period.planVersionId,
    })),
  }));
}

/** Those to which usage is added: of each subscription the one that goes on. */
function currentPeriods(bills: readonly OpenBill[], now: Date): string[] {
  return bills.flatMap(({ periods }) =>
    periods.flatMap(({ id, kind, startAt, endAt }) =>
      kind === 'arrears' && startAt <= now && now < endAt ? [id] : [],
    ),
  );
}

/** Those that are by another plan than they are in truth. */
function movedPeriods(bills: readonly OpenBill[], supposed: readonly OpenBill[]): string[] {
  const versionsOf = (some: readonly OpenBill[]) =>
    some.flatMap(({ periods }) => periods.map(({ id, planVersionId }) => [id, planVersionId] as const));
  const before = new Map(versionsOf(bills));
  return versionsOf(supposed).flatMap(([id, version]) => (before.get(id) === version ? [] : [id]));
}

type Context = {
  /** Keys of the prices of all open bills, by the prices' ids. */
  names: ReadonlyMap<string, string>;
  used: Set<number>;
  current: ReadonlySet<string>;
  moved: ReadonlySet<string>;
};

/** The usage that there is, and what is supposed to come to it in the periods that go on. */
function withAdded(aggregate: AggregateUsage, added: readonly Added[], context: Context): AggregateUsage {
  return async (sql, windows, quantities) => {
    const measurements = await aggregate(sql, windows, quantities);
    const aimAmong = (keys: Iterable<string | undefined>) => added.map((one) => aim(one, new Set(keys)));
    // A period by another plan has prices of other keys, whichever those are of subscriptions beside it.
    const aimedAtMoved = aimAmong(quantities.map(({ id }) => context.names.get(id)));
    const aimedAtOthers = aimAmong(context.names.values());
    for (const { id } of windows.filter((window) => context.current.has(window.id))) {
      const aimed = context.moved.has(id) ? aimedAtMoved : aimedAtOthers;
      const ofWindow = measurements.get(id) ?? new Map<string, Measured[]>();
      measurements.set(id, ofWindow);
      for (const quantity of quantities) {
        for (const [index, one] of aimed.entries()) {
          if (!isFor(one, quantity, context.names)) continue;
          context.used.add(index);
          ofWindow.set(quantity.id, more(ofWindow.get(quantity.id) ?? [], one, quantity));
        }
      }
    }
    return measurements;
  };
}

/** At the price of its key, or where none has it at the meter. */
function aim({ price, meter, ...one }: Added, keys: ReadonlySet<string | undefined>): Added {
  if (price !== undefined && (meter === undefined || keys.has(price))) return { ...one, price };
  return { ...one, ...(meter !== undefined && { meter }), isInstead: price !== undefined };
}

/** A meter means all prices that read the whole of it: what they filter by nobody has said. */
function isFor({ price, meter }: Added, quantity: QuantityOf, names: ReadonlyMap<string, string>): boolean {
  if (price !== undefined) return names.get(quantity.id) === price;
  return quantity.meter.key === meter && quantity.filter === undefined;
}

function more(
  measured: readonly Measured[],
  { field, quantity, group: said, isInstead = false }: Added,
  { as, groupBy }: QuantityOf,
): Measured[] {
  const group = isInstead && groupBy === undefined ? undefined : said;
  if (as !== undefined && as.reads !== 'quantity') {
    const reason =
      'Its price looks at single events or at how long something stood, so that an amount alone cannot be added.';
    throw new DurabillError('request-invalid', { field, reason });
  }
  if ((groupBy === undefined) !== (group === undefined) || (groupBy?.length ?? 0) !== (group?.length ?? 0)) {
    const reason =
      groupBy === undefined
        ? 'The price has no groups.'
        : `Its price has a line for each ${groupBy.join(', ')}: say which.`;
    throw new DurabillError('request-invalid', { field: `${field}.group`, reason });
  }
  const isSame = (one: Measured) => JSON.stringify(one.group ?? null) === JSON.stringify(group ?? null);
  const found = measured.find(isSame) ?? {
    ...{ usage: { quantity: zero }, eventCount: 0n, skippedCount: 0n },
    ...(group !== undefined && { group }),
  };
  const grown = { ...found, usage: { ...found.usage, quantity: found.usage.quantity.add(quantity) } };
  return [...measured.filter((one) => !isSame(one)), grown];
}

/** How each line of a bill would change. */
export function changedLines(before: ExpectedBill | undefined, after: ExpectedBill | undefined) {
  const none = { discountMinor: 0n, taxMinor: 0n, carriedMinor: 0n, creditMinor: 0n };
  const of = (bill: ExpectedBill | undefined) => ({
    lines: bill === undefined ? [] : comparableLines(bill.lines, bill.periods),
    sums: bill?.bill ?? none,
  });
  return changesOf(of(before), of(after), null, () => false).lines;
}
