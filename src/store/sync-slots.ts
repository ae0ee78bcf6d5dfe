import type { Database, Sql } from './database.ts';
import { isPaused } from './pauses.ts';
import { failuresOfOutage } from './target-outages.ts';

export type WantedSlot = { invoiceId: string; priority?: 'normal' | 'high' };

export type SlotClaim = {
  /**
   * `claimed`: this call took the slot. `open`: the sync is on its way already. `full`: no slot is free now. `away`: one
   * would be, but the target is away and one other tries whether it is back, or all is paused. `settled`: nothing to do any more, it is
   * synced, parked or void. `unknown`: there is no such invoice.
   */
  outcome: 'claimed' | 'open' | 'full' | 'away' | 'settled' | 'unknown';
  /** For the workflow's summary and search attributes; not there when the invoice is unknown. */
  invoice?: {
    number: string;
    customerId: string;
    clockId: string;
    externalId: string;
    currency: string;
    totalMinor: bigint;
  };
};

/** Slots that only high priority may take. */
export const reservedShare = 0.1;

/**
 * One plan does for whatever is asked, since all is found by ids; left to itself PostgreSQL makes one for each claim, which takes longer
 * than the claim. It is made while the tables may be empty, and has to suit them when they are full.
 */
const oneAtATime = `SET LOCAL plan_cache_mode = force_generic_plan; SET LOCAL enable_seqscan = off;
  SELECT pg_advisory_xact_lock(hashtextextended('sync-slots', 0))`;

type Row = { lifecycle: string; sync: string; claimed: boolean; away: boolean } & Required<SlotClaim>['invoice'];

/**
 * Claims slots for the syncs of invoices, high priority first, as many as are free; answers for each in their order.
 * Bridges agree through one advisory lock, so that never more than `slots` are open however many bridges there are. A
 * slot ends when the invoice is synced, backs off or is parked; one that comes back `fromRest` claims anew.
 *
 * While the target is away nothing new is begun but one sync at a time, which finds out when it is back. Those that come
 * back from a rest are not held up by that: their own timers have thinned them out.
 */
export async function claimSlots(
  database: Database,
  wanted: readonly WantedSlot[],
  { slots, fromRest = false, target = 'stripe' }: { slots: number; fromRest?: boolean; target?: string },
): Promise<SlotClaim[]> {
  const shared = Math.max(1, Math.floor(slots * (1 - reservedShare)));
  // A statement of its own: its snapshot has to be later than the lock, so that it sees every claim before it.
  const rows = await database.transaction((sql) => claim(sql, wanted, { slots, shared, fromRest, target }), oneAtATime);
  return rows.map((row) => (row === null ? { outcome: 'unknown' } : outcomeOf(row, fromRest)));
}

/** The same for one. */
export async function claimSlot(
  database: Database,
  { slots, fromRest, ...wanted }: WantedSlot & { slots: number; fromRest?: boolean },
): Promise<SlotClaim> {
  const [claimed] = await claimSlots(database, [wanted], { slots, fromRest: fromRest ?? false });
  return claimed as SlotClaim;
}

async function claim(
  sql: Sql,
  wanted: readonly WantedSlot[],
  limits: { slots: number; shared: number; fromRest: boolean; target: string },
): Promise<(Row | null)[]> {
  const { rows } = await sql.query<Row & { known: boolean }>({
    name: 'claim-slots',
    text: `WITH wanted AS (
             SELECT * FROM unnest($1::uuid[], $2::text[]) WITH ORDINALITY AS w (invoice_id, priority, position)),
           asked AS (
             SELECT invoice_id, min(position) AS position, bool_or(priority = 'high') AS is_high
             FROM wanted GROUP BY invoice_id),
           -- Of a sync that was lost the slot stays taken until the next scan; it must not stand for the one that probes.
           open AS (SELECT count(*) AS slots, count(*) FILTER (WHERE touched_at > now() - interval '10 minutes') AS lively
                    FROM invoice_states WHERE sync = 'syncing'),
           -- What is settled is left alone, as with all messages of a month that came a second time; and everything is
           -- while no slot is free at all, as at most asks of a busy day. What somebody is writing in this moment (a scan
           -- marks what it has published) is left for the next ask: a claim that waited for one row with another in
           -- its hands could wait in a circle, and every bridge behind it.
           locked AS MATERIALIZED (
             SELECT s.invoice_id, a.position, p.is_high
             FROM asked a JOIN invoice_states s USING (invoice_id)
             CROSS JOIN LATERAL (SELECT coalesce(a.is_high, s.priority = 'high') AS is_high) p
             -- The ids once more, as a bound that holds however little the planner knows of a table that was filled just now.
             WHERE s.invoice_id = ANY ($1::uuid[]) AND s.lifecycle = 'issued'
               AND (s.sync IN ('pending', 'queued') OR (s.sync = 'backing_off' AND $5::boolean))
               AND (SELECT slots FROM open) < CASE WHEN p.is_high THEN $3::int ELSE $4::int END
             FOR UPDATE OF s SKIP LOCKED),
           outage AS (
             SELECT NOT $5::boolean AND EXISTS (
               SELECT FROM target_outages WHERE target = $6 AND failures_in_row >= ${failuresOfOutage}) AS is_on,
               ${isPaused} AS is_pause),
           ranked AS (
             SELECT invoice_id, is_high, row_number() OVER (ORDER BY is_high DESC, position) AS rank FROM locked),
           claimed AS (
             UPDATE invoice_states s SET sync = 'syncing', touched_at = now()
             FROM ranked r, open, outage
             WHERE s.invoice_id = r.invoice_id AND open.slots + r.rank <= CASE WHEN r.is_high THEN $3::int ELSE $4::int END
               AND (NOT outage.is_on OR open.lively + r.rank <= 1) AND NOT outage.is_pause
             RETURNING s.invoice_id)
           SELECT s.invoice_id IS NOT NULL AS known, s.lifecycle, s.sync, outage.is_on OR outage.is_pause AS away,
                  EXISTS (SELECT FROM claimed c WHERE c.invoice_id = w.invoice_id) AS claimed,
                  i.number, i.currency, i.customer_id AS "customerId", i.clock_id AS "clockId",
                  i.total_minor AS "totalMinor", c.external_id AS "externalId"
           FROM wanted w CROSS JOIN outage LEFT JOIN invoice_states s USING (invoice_id)
           LEFT JOIN invoices i ON i.id = s.invoice_id LEFT JOIN customers c ON c.id = i.customer_id
           ORDER BY w.position`,
    values: [
      wanted.map(({ invoiceId }) => invoiceId),
      wanted.map(({ priority }) => priority ?? null),
      limits.slots,
      limits.shared,
      limits.fromRest,
      limits.target,
    ],
  });
  return rows.map(({ known, ...row }) => (known ? row : null));
}

/** `sync` is the state before the claim. */
function outcomeOf({ lifecycle, sync, claimed, away, ...invoice }: Row, fromRest: boolean): SlotClaim {
  if (lifecycle !== 'issued') return { outcome: 'settled', invoice };
  if (claimed) return { outcome: 'claimed', invoice };
  const waits = sync === 'pending' || sync === 'queued' || (sync === 'backing_off' && fromRest);
  if (waits) return { outcome: away ? 'away' : 'full', invoice };
  return { outcome: sync === 'syncing' || sync === 'backing_off' ? 'open' : 'settled', invoice };
}
