import type { LaidPeriod } from '../domain/period/lay-out.ts';
import { relay } from '../domain/period/relay.ts';
import { checkTimeline, type Timeline } from '../domain/period/timeline.ts';
import { DurabillError } from '../errors/error.ts';
import { appendAudit } from '../store/audit.ts';
import type { Database, Sql } from '../store/database.ts';
import {
  deletePeriods,
  insertPeriods,
  lockPeriods,
  type StoredAhead,
  type StoredPeriod,
  updatePeriods,
} from '../store/periods.ts';
import { recordRequest } from '../store/subscription-requests.ts';
import {
  lockSubscription,
  readTimelines,
  replaceTimeline,
  type StoredSubscription,
  type StoredTimeline,
} from '../store/subscriptions.ts';
import { relayAhead } from './ahead-periods.ts';
import { periodIdOf } from './ids.ts';

/** A subscription as it stands, under its lock: nothing changes it meanwhile. */
export type Standing = Omit<StoredSubscription, 'now'> & {
  /** Business time of its customer. */
  now: Date;
  timeline: StoredTimeline;
};

/** What is to become of a timeline. */
export type Decision = {
  /** For the audit chain: paused, resumed, cancelled, changed. */
  action: string;
  detail: Record<string, unknown>;
  timeline: Timeline;
  /** The first instant that is billed otherwise, and the field of the request that it comes from. */
  from: Date;
  field: string;
};

export type ChangeOrder = {
  subscriptionId: string;
  /** The sender's id of the request: a repetition changes nothing. */
  requestId?: string;
  /** What is asked for, to tell a repetition from another request under the same id. */
  content: Record<string, unknown>;
};

/**
 * Changes the timeline of a subscription and brings its open periods to it, in one transaction. Changes of one
 * subscription take turns, and what a run does at the same moment is done before it or after it.
 * @param decide what is to be; undefined if that is so already
 * @returns whether anything was changed
 * @throws DurabillError not-found, conflict, subscription-refused, timeline-invalid, and what `decide` throws
 */
export async function changeSubscription(
  database: Database,
  order: ChangeOrder,
  actor: string,
  decide: (standing: Standing, sql: Sql) => Decision | undefined | Promise<Decision | undefined>,
): Promise<{ id: string; changed: boolean }> {
  return await database.transaction(async (sql) => {
    const standing = await readStanding(sql, order.subscriptionId);
    const { id } = standing;
    if (await isRepeated(sql, standing, order)) return { id, changed: false };
    const decision = await decide(standing, sql);
    if (decision === undefined) return { id, changed: false };
    checkTimeline(decision.timeline);
    await replaceTimeline(sql, id, decision.timeline);
    const periods = await relayPeriods(sql, standing, decision);
    const detail = { ...decision.detail, periods, ...(order.requestId && { requestId: order.requestId }) };
    await appendAudit(sql, [{ subjectKind: 'subscription', subjectId: id, actor, action: decision.action, detail }]);
    return { id, changed: true };
  });
}

async function readStanding(sql: Sql, subscriptionId: string): Promise<Standing> {
  const stored = await lockSubscription(sql, subscriptionId);
  const timeline = stored && (await readTimelines(sql, [stored.id])).get(stored.id);
  if (timeline === undefined) throw unknownSubscription(subscriptionId);
  return { ...stored, timeline } as Standing;
}

export function unknownSubscription(id: string): DurabillError {
  return new DurabillError('not-found', { field: 'id', reason: `There is no subscription with the id "${id}".` });
}

async function isRepeated(sql: Sql, { id, customerId }: Standing, order: ChangeOrder): Promise<boolean> {
  const { requestId, content } = order;
  if (requestId === undefined) return false;
  const earlier = await recordRequest(sql, { customerId, requestId, subscriptionId: id, content });
  if (earlier === undefined) return false;
  if (earlier.isSame && earlier.subscriptionId === id) return true;
  throw reusedRequestId(requestId);
}

export function reusedRequestId(requestId: string): DurabillError {
  return new DurabillError('conflict', {
    field: 'requestId',
    reason: `Another request of this customer has the id "${requestId}".`,
    mend: 'Send it under an id of its own.',
  });
}

/** What became of the open periods: how many. */
type Relayed = { gone: number; changed: number; added: number };

async function relayPeriods(sql: Sql, { id, customerId, now }: Standing, decision: Decision): Promise<Relayed> {
  const all = await lockPeriods(sql, id);
  const periods = all.filter(({ kind }) => kind === 'arrears');
  const ahead = all.filter((period): period is StoredAhead => period.kind !== 'arrears');
  const after = periods.findLast(({ settledBy }) => settledBy !== null)?.endAt;
  refuseSettled(decision, after);
  const open = periods.filter(({ settledBy }) => settledBy === null);
  // As far as they reached before, so that what is left of a period that is cut is there too.
  const until = new Date(Math.max(now.getTime(), ...all.map(({ endAt }) => endAt.getTime() - 1)));
  const relaid = relay<StoredPeriod>(open, after, decision.timeline, until);
  const changed = relaid.changed.map(({ from, to }) => ({ ...to, id: from.id }));
  const added = relaid.added.map((period) => ({
    ...period,
    id: periodIdOf(id, period.startAt),
    kind: 'arrears' as const,
  }));
  const laid = laidNow(open, after, { ...relaid, changed, added });
  const relaidAhead = relayAhead({ subscriptionId: id, timeline: decision.timeline, laid, after, ahead });
  // In this order no two of them overlap at any time: what goes makes room, and what is cut leaves room for the new.
  const gone = [...relaid.gone, ...relaidAhead.gone];
  await deletePeriods(
    sql,
    gone.map((period) => period.id),
  );
  const altered = [...changed, ...relaidAhead.changed];
  await updatePeriods(sql, altered);
  const made = [...added, ...relaidAhead.added];
  await insertPeriods(
    sql,
    made.map((period) => ({ ...period, subscriptionId: id, customerId })),
  );
  return { gone: gone.length, changed: altered.length, added: made.length };
}

/** The periods after the settled ones as they are from now on, in their order. */
function laidNow(
  open: readonly StoredPeriod[],
  after: Date | undefined,
  { gone, changed, added }: { gone: { id: string }[]; changed: Identified[]; added: Identified[] },
): LaidPeriod[] {
  const others = new Set([...gone, ...changed].map(({ id }) => id));
  const kept = open.filter(({ id, startAt }) => !others.has(id) && (after === undefined || startAt >= after));
  return [...kept, ...changed, ...added].sort((a, b) => a.startAt.getTime() - b.startAt.getTime());
}

type Identified = LaidPeriod & { id: string };

function refuseSettled({ from, field }: Decision, settledUntil: Date | undefined): void {
  if (settledUntil === undefined || from >= settledUntil) return;
  throw new DurabillError('subscription-refused', {
    field,
    reason: `It is billed until ${settledUntil.toISOString()}, and ${from.toISOString()} is before that.`,
    mend: 'Choose an instant that is not billed yet; what it means for the time before is a correction of the invoice.',
  });
}
