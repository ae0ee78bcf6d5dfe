import type { Sql } from './database.ts';
import { failuresOfOutage } from './target-outages.ts';

/** What may wait for a person, the most urgent first. */
export const waitingKinds = [
  'changed-audit',
  'pause',
  'outage',
  'parked-invoice',
  'parked-period',
  'difference',
  'dispute',
  'held-draft',
  'parked-stripe-event',
  'failed-mail',
  'unknown-mail',
  'unpaid-invoice',
  'silent-source',
  'stray-event',
  'unerased-copy',
  'kept-usage',
  'webhook-endpoint',
] as const;
export type WaitingKind = (typeof waitingKinds)[number];

export type Waiting = {
  kind: WaitingKind;
  /** Why, as a code or a name; null where the kind says it all. */
  code: string | null;
  count: number;
  /** Machine time since which the oldest of them waits; null where nobody noted it. */
  oldestAt: Date | null;
};

/** Reasons of a kind that are told one by one. */
const mostCodes = 50;

/** A source that sent something within the last weeks and nothing for a day has fallen silent. */
const silentAfter = `interval '1 day'`;
const forgottenAfter = `interval '35 days'`;

const parts: Record<WaitingKind, string> = {
  'changed-audit': `SELECT NULL AS code, taken_at AS since FROM audit_digests WHERE NOT previous_holds
    AND sequence > (SELECT max(sequence) - 7 FROM audit_digests)`,
  pause: `SELECT kind AS code, begun_at AS since FROM pauses WHERE ended_at IS NULL`,
  outage: `SELECT target AS code, last_failed_at AS since FROM target_outages WHERE failures_in_row >= ${failuresOfOutage}`,
  'parked-invoice': `SELECT failure_code AS code, parked_at AS since FROM invoice_states WHERE sync = 'parked'`,
  'parked-period': `SELECT code, first_at AS since FROM parked_periods WHERE resolved_at IS NULL`,
  'held-draft': `SELECT s.failure_code AS code, f.found_at AS since FROM invoice_states s LEFT JOIN held_findings f
    ON f.invoice_id = s.invoice_id AND f.parking_number = s.parking_number AND f.place = 1 WHERE s.lifecycle = 'held'`,
  difference: `SELECT kind AS code, opened_at AS since FROM reconciliation_differences WHERE state = 'alerted'`,
  dispute: `SELECT status AS code, observed_at AS since FROM remote_records WHERE kind = 'dispute' AND NOT is_final`,
  'parked-stripe-event': `SELECT type AS code, received_at AS since FROM stripe_events WHERE outcome = 'parked'`,
  'failed-mail': `SELECT kind AS code, created_at AS since FROM messages WHERE state = 'failed'`,
  'unknown-mail': `SELECT kind AS code, created_at AS since FROM messages WHERE state = 'unknown'`,
  // The steps of dunning are noted in business time, which is no age.
  'unpaid-invoice': `SELECT DISTINCT p.invoice_id, NULL AS code, NULL::timestamptz AS since FROM dunning_steps p
    JOIN dunnings d ON d.invoice_id = p.invoice_id JOIN invoice_states s ON s.invoice_id = p.invoice_id
    WHERE p.action = 'notify_operator' AND p.state = 'done' AND d.state = 'running' AND s.lifecycle = 'issued'
      AND s.payment IN ('unpaid', 'partly_paid')`,
  'silent-source': `SELECT source AS code, last_received_at AS since FROM usage_sources
    WHERE last_received_at < now() - ${silentAfter} AND last_received_at > now() - ${forgottenAfter}`,
  'stray-event': `SELECT NULL AS code, received_at AS since FROM (SELECT received_at FROM usage_events_default LIMIT 10000) e`,
  'unerased-copy': `SELECT NULL AS code, erased_at AS since FROM customer_erasures WHERE copies_erased_at IS NULL
    AND erased_at < now() - interval '1 hour'`,
  'kept-usage': `SELECT blocked_kind AS code, NULL::timestamptz AS since FROM usage_removal_checks WHERE blocked_kind IS NOT NULL`,
  'webhook-endpoint': `SELECT disabled_because AS code, disabled_at AS since FROM webhook_endpoints
    WHERE disabled_because IN ('gone', 'failing') AND customer_id IS NULL`,
};

/** Everything in the books that waits for a person, by kind and reason, with its oldest; nothing on a calm day. */
export async function readWaiting(sql: Sql): Promise<Waiting[]> {
  const statement = waitingKinds
    .map(
      (kind) => `(SELECT '${kind}' AS kind, code::text, count(*)::int AS count, min(since) AS "oldestAt"
        FROM (${parts[kind]}) waiting GROUP BY code ORDER BY count(*) DESC, code LIMIT ${mostCodes})`,
    )
    .join(' UNION ALL ');
  const { rows } = await sql.query<Waiting>({ name: 'read-waiting', text: statement });
  const place = (kind: WaitingKind) => waitingKinds.indexOf(kind);
  return rows.sort((one, other) => place(one.kind) - place(other.kind) || since(one) - since(other));
}

function since({ oldestAt }: Waiting): number {
  return oldestAt?.getTime() ?? 0;
}

/** Runs that have begun and not ended, the longest first; whether one has failed is known to Temporal alone. */
export async function listOpenRuns(
  sql: Sql,
  limit: number,
): Promise<{ id: string; kind: string; workflowId: string; openedAt: Date }[]> {
  const { rows } = await sql.query<{ id: string; kind: string; workflowId: string; openedAt: Date }>(
    `SELECT id, kind, workflow_id AS "workflowId", opened_at AS "openedAt" FROM billing_runs
     WHERE finished_at IS NULL ORDER BY opened_at LIMIT $1`,
    [limit],
  );
  return rows;
}
