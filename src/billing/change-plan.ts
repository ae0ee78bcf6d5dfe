import { daysAfter } from '../domain/period/days.ts';
import { stepOf } from '../domain/period/interval.ts';
import { nextRenewal } from '../domain/period/lay-out.ts';
import { cadenceOf, type Phase, phaseAt, type Timeline } from '../domain/period/timeline.ts';
import type { Database, Sql } from '../store/database.ts';
import type { OfferedVersion } from '../store/plans.ts';
import { changeSubscription, type Decision, type Standing } from './change-subscription.ts';
import { laterOf } from './instant.ts';
import { offeredVersion, phaseOf } from './offered-plan.ts';
import {
  type AnchorInput,
  readAnchor,
  readRequestId,
  readWhen,
  refusal,
  requireLive,
  type SubscriptionRequestInput,
} from './subscription-orders.ts';

export const changeWords = ['now', 'renewal'] as const;
export type ChangeWord = (typeof changeWords)[number];

export type ChangeInput = SubscriptionRequestInput &
  AnchorInput & {
    /** Key of the plan; the one that it has unless said otherwise. */
    plan?: string;
    /** The latest one unless said otherwise. */
    planVersion?: number;
    when?: ChangeWord;
    /** RFC 3339, in place of a word: the day of a price rise. */
    at?: string;
    /** So many days before it begins the customer has to know; refused if it begins sooner. */
    noticeDays?: number;
  };

type Asked = Pick<ChangeInput, 'plan' | 'planVersion' | 'noticeDays'> & {
  when: { when: ChangeWord } | { at: Date };
  anchor?: Phase['anchor'];
};

/**
 * Gives a subscription another plan, or another version of its plan, from an instant on. Changes that were to come then
 * or later give way to it; those before it stay. A cycle that it cuts is billed in parts, each by its own plan.
 * @throws DurabillError not-found, request-invalid, conflict, plan-unknown, currency-mismatch, subscription-refused
 */
export async function changePlan(
  database: Database,
  input: ChangeInput,
  actor: string,
): Promise<{ id: string; changed: boolean }> {
  const { id, requestId, plan, planVersion, noticeDays } = input;
  const asked: Asked = {
    when: readWhen(input, changeWords),
    ...readAnchor(input),
    ...(plan !== undefined && { plan }),
    ...(planVersion !== undefined && { planVersion }),
    ...(noticeDays !== undefined && { noticeDays }),
  };
  const order = { subscriptionId: id, content: { kind: 'change', ...asked }, ...readRequestId(requestId) };
  return await changeSubscription(database, order, actor, (standing, sql) => decide(sql, standing, asked));
}

async function decide(sql: Sql, standing: Standing, asked: Asked): Promise<Decision | undefined> {
  const { timeline, currency } = standing;
  const field = 'at' in asked.when ? 'at' : 'when';
  const from = beginOf(standing, asked.when);
  requireLive(timeline.endsAt, from, field);
  const before = timeline.phases.findLast((phase) => phase.from <= from) ?? timeline.phases[0];
  if (before === undefined) throw new Error(`subscription ${standing.id} has no phase`);
  const { plan = before.plan, planVersion } = asked;
  const version = await offeredVersion(sql, { plan, currency, ...(planVersion !== undefined && { planVersion }) }, '');
  const detail = { from, planVersionId: version.id, plan: version.plan, planVersion: version.version };
  if (before.planVersionId === version.id && asked.anchor === undefined) {
    // It has that already: only what was to come after it is taken back.
    const next = timeline.phases[timeline.phases.indexOf(before) + 1];
    if (next === undefined) return undefined;
    const phases = timeline.phases.filter((phase) => phase.from <= before.from);
    return { action: 'changed', detail, timeline: { ...timeline, phases }, from: next.from, field };
  }
  requireNotice(standing, asked, from, field);
  const kept = timeline.phases.filter((phase) => phase.from < from);
  const phase = phaseOf(version, from, anchorOf(timeline, version, from, asked.anchor));
  return { action: 'changed', detail, timeline: { ...timeline, phases: [...kept, phase] }, from, field };
}

function beginOf({ now, timeline }: Standing, when: Asked['when']): Date {
  if ('at' in when || when.when === 'now') {
    return laterOf('at' in when ? when.at : now, timeline.startsAt);
  }
  const renewal = nextRenewal(timeline, now);
  if (renewal !== null) return renewal;
  throw refusal(
    'when',
    `It ends at ${timeline.endsAt?.toISOString()}, before it would renew.`,
    'Change it now, or take the end back first.',
  );
}

/**
 * The anchor that was asked for, or the new plan's; else cycles of the same length go on as they were, so that a change
 * of prices does not move the day of billing, and an anniversary of another length begins with the change.
 */
function anchorOf(
  timeline: Timeline,
  version: OfferedVersion,
  from: Date,
  asked: Phase['anchor'] | undefined,
): Phase['anchor'] {
  if (asked !== undefined) return asked.kind === 'calendar' ? asked : { kind: asked.kind, at: asked.at ?? from };
  const before = phaseAt(timeline, from);
  const kind = version.terms.anchor ?? before.anchor.kind;
  if (kind === 'calendar') return { kind };
  const [one, other] = [stepOf(before), stepOf(phaseOf(version, from, { kind }))];
  const goesOn = before.anchor.kind === kind && one.unit === other.unit && one.count === other.count;
  if (!goesOn) return { kind, at: from };
  const { anchor } = cadenceOf(timeline, before);
  return anchor;
}

/** Days as the customer's calendar has them, from now to the change. */
function requireNotice({ now, timeline }: Standing, { noticeDays, when }: Asked, from: Date, field: string): void {
  if (noticeDays === undefined) return;
  const earliest = daysAfter(now, noticeDays, timeline.zone);
  if (from >= earliest) return;
  const isAtRenewal = 'when' in when && when.when === 'renewal';
  const renewal = isAtRenewal ? nextRenewal(timeline, new Date(earliest.getTime() - 1)) : null;
  throw refusal(
    field,
    `It would begin at ${from.toISOString()}, sooner than ${noticeDays} days from ${now.toISOString()}.`,
    renewal === null
      ? `Choose ${earliest.toISOString()} or later.`
      : `The first renewal after the notice is ${renewal.toISOString()}: name it in "at".`,
  );
}
