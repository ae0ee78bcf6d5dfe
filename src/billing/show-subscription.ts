import { nextRenewal } from '../domain/period/lay-out.ts';
import { cadenceOf, phaseAt } from '../domain/period/timeline.ts';
import type { Sql } from '../store/database.ts';
import {
  findSubscription,
  lastPeriods,
  listSubscriptions,
  type PeriodView,
  type SubscriptionView,
} from '../store/subscription-views.ts';
import { readTimelines, type StoredPhase, type StoredTimeline } from '../store/subscriptions.ts';
import { laterOf } from './instant.ts';

/** Where a subscription stands by the customer's clock. */
export const subscriptionStates = ['scheduled', 'trialing', 'active', 'paused', 'ended'] as const;
export type SubscriptionState = (typeof subscriptionStates)[number];

export type ShownPhase = {
  startsAt: Date;
  plan: string;
  planVersion: number;
  interval: string;
  intervalCount: number;
  anchor: 'calendar' | 'anniversary';
  /** From where an anniversary's cycles are counted. */
  anchorAt: Date | null;
};

export type ShownSubscription = SubscriptionView & {
  state: SubscriptionState;
  /** The plan that is in force, or that it begins with. */
  plan: string;
  planVersion: number;
  startsAt: Date;
  trialEndsAt: Date | null;
  endsAt: Date | null;
  /** Null if it ends before. */
  nextRenewalAt: Date | null;
  phases: ShownPhase[];
  pauses: { startsAt: Date; endsAt: Date | null }[];
};

/** Periods that are shown with a subscription. */
export const mostPeriods = 100;

/** A subscription with its timeline and its last periods; undefined if there is none. */
export async function showSubscription(
  sql: Sql,
  id: string,
): Promise<(ShownSubscription & { periods: PeriodView[] }) | undefined> {
  const view = await findSubscription(sql, id);
  if (view === undefined) return undefined;
  const [shown] = await withTimelines(sql, [view]);
  return shown && { ...shown, periods: await lastPeriods(sql, view.id, mostPeriods) };
}

/** A page of subscriptions by id with their timelines. */
export async function showSubscriptions(
  sql: Sql,
  filter: { customerId?: string },
  page: { after: string | undefined; limit: number },
): Promise<ShownSubscription[]> {
  return await withTimelines(sql, await listSubscriptions(sql, filter, page));
}

async function withTimelines(sql: Sql, views: readonly SubscriptionView[]): Promise<ShownSubscription[]> {
  const timelines = await readTimelines(
    sql,
    views.map(({ id }) => id),
  );
  return views.map((view) => shownOf(view, timelines.get(view.id) as StoredTimeline));
}

function shownOf(view: SubscriptionView, timeline: StoredTimeline): ShownSubscription {
  const { startsAt, trialEndsAt = null, endsAt = null, phases, pauses } = timeline;
  const { plan, planVersion } = phaseAt(timeline, laterOf(view.now, startsAt)) as StoredPhase;
  return {
    ...view,
    state: stateOf(timeline, view.now),
    plan,
    planVersion,
    startsAt,
    trialEndsAt,
    endsAt,
    nextRenewalAt: nextRenewal(timeline, view.now),
    phases: phases.map((phase) => {
      const { anchor } = cadenceOf(timeline, phase);
      return {
        startsAt: phase.from,
        plan: phase.plan,
        planVersion: phase.planVersion,
        interval: phase.interval,
        intervalCount: phase.intervalCount ?? 1,
        anchor: anchor.kind,
        anchorAt: anchor.kind === 'anniversary' ? anchor.at : null,
      };
    }),
    pauses: pauses.map(({ from, to }) => ({ startsAt: from, endsAt: to })),
  };
}

function stateOf({ startsAt, trialEndsAt, endsAt, pauses }: StoredTimeline, now: Date): SubscriptionState {
  if (endsAt != null && endsAt <= now) return 'ended';
  if (now < startsAt) return 'scheduled';
  if (trialEndsAt != null && now < trialEndsAt) return 'trialing';
  const isPaused = pauses.some(({ from, to }) => from <= now && (to === null || now < to));
  return isPaused ? 'paused' : 'active';
}
