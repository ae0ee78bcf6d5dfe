import type { Sql } from './database.ts';

/** What waits for a person, or should not be there at all. All zero is a quiet day. */
export type Attention = {
  parkedInvoices: number;
  heldDrafts: number;
  parkedPeriods: number;
  /** Differences between the books and Stripe that no repair mends by itself. */
  differences: number;
  /** Events of months that had no partition; billed all the same, but slower to read. Counted up to 10,000. */
  strayEvents: number;
  /** Nights of the last week on which audit chains were found to be not what they had been. */
  changedAuditDays: number;
  /** Events of Stripe's that could not be taken up in three days. */
  parkedStripeEvents: number;
  /** Disputes at Stripe that are not decided. */
  openDisputes: number;
  /** Mails that no server takes, or that have no address. */
  failedMails: number;
  /** Mails of which nobody knows whether they were sent. */
  unknownMails: number;
  /** Unpaid invoices that dunning was to tell an operator of, and that are not paused since. */
  unpaidInvoices: number;
  /** Customers erased more than an hour ago whose personal data is still at Stripe. */
  unerasedCopies: number;
  /** Customers whose old usage stays, since a proof does not hold or late usage is not billed. */
  keptUsage: number;
  /** Endpoints of webhooks of the business that were given up, because they are gone or do nothing but fail. */
  webhookEndpoints: number;
  /** Pauses that are on: nothing is issued, and nothing is sent to Stripe. */
  pauses: number;
  /** Seconds since the sync of the invoice that has been silent the longest was touched; 0 when none is open. */
  oldestOpenSyncSeconds: number;
};

/** Cheap enough to be asked every few seconds: each figure has an index of just what it counts, or a limit. */
export async function readAttention(sql: Sql): Promise<Attention> {
  const { rows } = await sql.query<Attention>(
    `SELECT (SELECT count(*) FROM invoice_states WHERE sync = 'parked')::int AS "parkedInvoices",
       (SELECT count(*) FROM invoice_states WHERE lifecycle = 'held')::int AS "heldDrafts",
       (SELECT count(*) FROM parked_periods WHERE resolved_at IS NULL)::int AS "parkedPeriods",
       (SELECT count(*) FROM reconciliation_differences WHERE state = 'alerted')::int AS differences,
       (SELECT count(*) FROM (SELECT FROM usage_events_default LIMIT 10000) e)::int AS "strayEvents",
       (SELECT count(*) FROM audit_digests WHERE NOT previous_holds AND sequence > (SELECT max(sequence) - 7
         FROM audit_digests))::int AS "changedAuditDays",
       (SELECT count(*) FROM stripe_events WHERE outcome = 'parked')::int AS "parkedStripeEvents",
       (SELECT count(*) FROM remote_records WHERE kind = 'dispute' AND NOT is_final)::int AS "openDisputes",
       (SELECT count(*) FROM messages WHERE state = 'failed')::int AS "failedMails",
       (SELECT count(*) FROM messages WHERE state = 'unknown')::int AS "unknownMails",
       (SELECT count(DISTINCT p.invoice_id) FROM dunning_steps p JOIN dunnings d ON d.invoice_id = p.invoice_id
         JOIN invoice_states s ON s.invoice_id = p.invoice_id WHERE p.action = 'notify_operator' AND p.state = 'done'
           AND d.state = 'running' AND s.lifecycle = 'issued' AND s.payment IN ('unpaid', 'partly_paid'))::int
         AS "unpaidInvoices",
       (SELECT count(*) FROM customer_erasures WHERE copies_erased_at IS NULL
         AND erased_at < now() - interval '1 hour')::int AS "unerasedCopies",
       (SELECT count(*) FROM usage_removal_checks WHERE blocked_kind IS NOT NULL)::int AS "keptUsage",
       (SELECT count(*) FROM webhook_endpoints WHERE disabled_because IN ('gone', 'failing')
         AND customer_id IS NULL)::int AS "webhookEndpoints",
       (SELECT count(*) FROM pauses WHERE ended_at IS NULL)::int AS pauses,
       coalesce((SELECT extract(epoch FROM now() - min(touched_at)) FROM invoice_states
         WHERE sync NOT IN ('none', 'synced') AND sync <> 'parked'), 0)::float8 AS "oldestOpenSyncSeconds"`,
  );
  return rows[0] as Attention;
}
