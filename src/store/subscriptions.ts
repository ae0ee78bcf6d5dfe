import type { Pause, Phase, Timeline } from '../domain/period/timeline.ts';
import type { Sql } from './database.ts';
import { uuidOrNull } from './uuid.ts';

/** A phase as it is stored, with the plan's name for whoever reads it. */
export type StoredPhase = Phase & { readonly plan: string; readonly planVersion: number };
export type StoredTimeline = Omit<Timeline, 'phases'> & { readonly phases: readonly StoredPhase[] };

export type NewSubscription = {
  id: string;
  customerId: string;
  billingGroup: string;
  /** Its first phase begins with it. */
  timeline: Timeline;
};

/** Adds a subscription with its timeline. @returns whether it was new */
export async function insertSubscription(sql: Sql, subscription: NewSubscription): Promise<boolean> {
  const { id, customerId, billingGroup, timeline } = subscription;
  const { rowCount } = await sql.query(
    `INSERT INTO subscriptions (id, customer_id, plan_version_id, billing_group, starts_at, trial_ends_at)
     VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING`,
    [id, customerId, timeline.phases[0]?.planVersionId, billingGroup, timeline.startsAt, timeline.trialEndsAt ?? null],
  );
  if (rowCount === 0) return false;
  await insertPhases(sql, id, timeline.phases);
  return true;
}

export async function hasSubscription(sql: Sql, id: string): Promise<boolean> {
  const { rowCount } = await sql.query('SELECT FROM subscriptions WHERE id = $1', [id]);
  return rowCount === 1;
}

/** What a change has to know of a subscription, and the business time of its customer. */
export type StoredSubscription = {
  id: string;
  customerId: string;
  currency: string;
  now: Date;
};

/**
 * Locks a subscription: changes take turns, and whoever lays its periods out waits. Those that bill its periods and
 * write lines of it do not. Undefined if there is none.
 */
export async function lockSubscription(sql: Sql, reference: string): Promise<StoredSubscription | undefined> {
  const { rows } = await sql.query<StoredSubscription>(
    `SELECT s.id, s.customer_id AS "customerId", c.currency, business_now(k) AS now
     FROM subscriptions s JOIN customers c ON c.id = s.customer_id JOIN clocks k ON k.id = c.clock_id
     WHERE s.id = $1 FOR NO KEY UPDATE OF s`,
    [uuidOrNull(reference)],
  );
  return rows[0];
}

type StoredInstants<T> = { [Name in keyof T]: T[Name] extends Date ? string : T[Name] };
type Row = Pick<Timeline, 'zone' | 'startsAt' | 'trialEndsAt' | 'endsAt'> & {
  id: string;
  phases: (StoredInstants<Omit<StoredPhase, 'anchor'>> & {
    anchor: 'calendar' | 'anniversary';
    anchorAt: string | null;
  })[];
  pauses: { from: string; to: string | null }[];
};

/** The timelines of these subscriptions, by id. */
export async function readTimelines(sql: Sql, ids: readonly string[]): Promise<Map<string, StoredTimeline>> {
  const { rows } = await sql.query<Row>(
    `SELECT s.id, c.zone, s.starts_at AS "startsAt", s.trial_ends_at AS "trialEndsAt", s.ends_at AS "endsAt",
       (SELECT jsonb_agg(jsonb_build_object('from', h.starts_at, 'planVersionId', v.id, 'plan', p.key,
            'planVersion', v.version, 'interval', v.billing_interval,
            'intervalCount', coalesce((v.terms ->> 'intervalCount')::int, 1), 'anchor', h.anchor,
            'anchorAt', h.anchor_at, 'billsAhead', EXISTS (SELECT FROM prices r
              WHERE r.plan_version_id = v.id AND r.terms ->> 'timing' = 'advance')) ORDER BY h.starts_at)
        FROM subscription_phases h JOIN plan_versions v ON v.id = h.plan_version_id JOIN plans p ON p.id = v.plan_id
        WHERE h.subscription_id = s.id) AS phases,
       coalesce((SELECT jsonb_agg(jsonb_build_object('from', u.starts_at, 'to', u.ends_at) ORDER BY u.starts_at)
        FROM subscription_pauses u WHERE u.subscription_id = s.id), '[]') AS pauses
     FROM subscriptions s JOIN customers c ON c.id = s.customer_id WHERE s.id = ANY ($1::uuid[])`,
    [ids],
  );
  return new Map(rows.map(({ id, ...row }) => [id, timelineOf(row)]));
}

/** JSON has no dates: they come out of it as text. */
function timelineOf({ phases, pauses, ...row }: Omit<Row, 'id'>): StoredTimeline {
  return {
    ...row,
    phases: phases.map(({ from, anchor, anchorAt, ...phase }) => ({
      ...phase,
      from: new Date(from),
      anchor:
        anchor === 'calendar'
          ? { kind: anchor }
          : { kind: anchor, ...(anchorAt !== null && { at: new Date(anchorAt) }) },
    })),
    pauses: pauses.map(({ from, to }) => ({ from: new Date(from), to: to === null ? null : new Date(to) })),
  };
}

/** Makes a timeline of a locked subscription what it is to be. Start and trial never change. */
export async function replaceTimeline(sql: Sql, id: string, timeline: Timeline): Promise<void> {
  await sql.query(`UPDATE subscriptions SET ends_at = $2 WHERE id = $1`, [id, timeline.endsAt ?? null]);
  await sql.query(`DELETE FROM subscription_phases WHERE subscription_id = $1`, [id]);
  await insertPhases(sql, id, timeline.phases);
  await sql.query(`DELETE FROM subscription_pauses WHERE subscription_id = $1`, [id]);
  await insertPauses(sql, id, timeline.pauses);
}

async function insertPhases(sql: Sql, id: string, phases: readonly Phase[]): Promise<void> {
  await sql.query(
    `INSERT INTO subscription_phases (subscription_id, starts_at, plan_version_id, anchor, anchor_at)
     SELECT $1, * FROM unnest($2::timestamptz[], $3::uuid[], $4::text[], $5::timestamptz[])`,
    [
      id,
      phases.map(({ from }) => from),
      phases.map(({ planVersionId }) => planVersionId),
      phases.map(({ anchor }) => anchor.kind),
      phases.map(({ anchor }) => (anchor.kind === 'anniversary' ? (anchor.at ?? null) : null)),
    ],
  );
}

async function insertPauses(sql: Sql, id: string, pauses: readonly Pause[]): Promise<void> {
  await sql.query(
    `INSERT INTO subscription_pauses (subscription_id, starts_at, ends_at)
     SELECT $1, * FROM unnest($2::timestamptz[], $3::timestamptz[])`,
    [id, pauses.map(({ from }) => from), pauses.map(({ to }) => to)],
  );
}
