import type { Database } from './database.ts';

export type SlotClaim = {
  /**
   * `claimed`: this call took the slot. `open`: the sync is on its way already. `full`: no slot is free now.
   * `settled`: nothing to do any more, it is synced, parked or void. `unknown`: there is no such invoice.
   */
  outcome: 'claimed' | 'open' | 'full' | 'settled' | 'unknown';
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
 * Claims a slot for the sync of an invoice. Bridges agree through one advisory lock, so that never more than `slots`
 * are open however many bridges there are. A slot ends when the invoice is synced, backs off or is parked; one that
 * comes back `fromRest` claims anew.
 */
export async function claimSlot(
  database: Database,
  claim: { invoiceId: string; priority?: 'normal' | 'high'; slots: number; fromRest?: boolean },
): Promise<SlotClaim> {
  const shared = Math.max(1, Math.floor(claim.slots * (1 - reservedShare)));
  return await database.transaction(async (sql) => {
    await sql.query(`SELECT pg_advisory_xact_lock(hashtextextended('sync-slots', 0))`);
    const { rows } = await sql.query<
      { lifecycle: string; sync: string; claimed: boolean } & Required<SlotClaim>['invoice']
    >(
      `WITH claimed AS (
         UPDATE invoice_states SET sync = 'syncing', touched_at = now()
         WHERE invoice_id = $1 AND lifecycle = 'issued'
           AND (sync IN ('pending', 'queued') OR (sync = 'backing_off' AND $5::boolean))
           AND (SELECT count(*) FROM invoice_states WHERE sync = 'syncing')
             < CASE coalesce($4::text, priority) WHEN 'high' THEN $2::int ELSE $3::int END
         RETURNING invoice_id)
       SELECT s.lifecycle, s.sync, EXISTS (SELECT FROM claimed) AS claimed, i.number, i.currency, i.customer_id AS "customerId",
              i.clock_id AS "clockId", i.total_minor AS "totalMinor", c.external_id AS "externalId"
       FROM invoice_states s JOIN invoices i ON i.id = s.invoice_id JOIN customers c ON c.id = i.customer_id
       WHERE s.invoice_id = $1`,
      [claim.invoiceId, claim.slots, shared, claim.priority ?? null, claim.fromRest ?? false],
    );
    if (rows[0] === undefined) return { outcome: 'unknown' };
    const { lifecycle, sync, claimed, ...invoice } = rows[0];
    if (lifecycle !== 'issued') return { outcome: 'settled', invoice };
    return { outcome: claimed ? 'claimed' : outcomeOf(sync, claim.fromRest ?? false), invoice };
  });
}

/** `sync` as it was before the claim. */
function outcomeOf(sync: string, fromRest: boolean): SlotClaim['outcome'] {
  if (sync === 'pending' || sync === 'queued' || (sync === 'backing_off' && fromRest)) return 'full';
  return sync === 'syncing' || sync === 'backing_off' ? 'open' : 'settled';
}
