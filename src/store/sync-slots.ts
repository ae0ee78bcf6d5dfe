import type { Database, Sql } from './database.ts';

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

type Claim = { invoiceId: string; priority?: 'normal' | 'high'; slots: number; fromRest?: boolean };
type Found = { lifecycle: string; sync: string } & Required<SlotClaim>['invoice'];

const found = `SELECT s.lifecycle, s.sync, i.number, i.currency, i.customer_id AS "customerId", i.clock_id AS "clockId",
    i.total_minor AS "totalMinor", c.external_id AS "externalId"
  FROM invoice_states s JOIN invoices i ON i.id = s.invoice_id JOIN customers c ON c.id = i.customer_id
  WHERE s.invoice_id = $1`;

/**
 * Claims a slot for the sync of an invoice. Bridges agree through one advisory lock, so that never more than `slots`
 * are open however many bridges there are. A slot ends when the invoice is synced, backs off or is parked; one that
 * comes back `fromRest` claims anew.
 */
export async function claimSlot(database: Database, claim: Claim): Promise<SlotClaim> {
  const { rows } = await database.query<Found>({ name: 'find-before-claim', text: found, values: [claim.invoiceId] });
  // Nothing to claim any more, as with all messages of a month that came a second time: they need no turn at the lock.
  // One that a person takes up again in this moment is signalled by the answer itself.
  if (rows[0] === undefined || answerOf(rows[0], claim).outcome === 'settled') return answerOf(rows[0], claim);
  return await database.transaction((sql) => claimInTurn(sql, claim));
}

async function claimInTurn(sql: Sql, claim: Claim): Promise<SlotClaim> {
  const shared = Math.max(1, Math.floor(claim.slots * (1 - reservedShare)));
  await sql.query(`SELECT pg_advisory_xact_lock(hashtextextended('sync-slots', 0))`);
  const { rows } = await sql.query<Found & { claimed: boolean }>(
    `WITH claimed AS (
       UPDATE invoice_states SET sync = 'syncing', touched_at = now()
       WHERE invoice_id = $1 AND lifecycle = 'issued'
         AND (sync IN ('pending', 'queued') OR (sync = 'backing_off' AND $5::boolean))
         AND (SELECT count(*) FROM invoice_states WHERE sync = 'syncing')
           < CASE coalesce($4::text, priority) WHEN 'high' THEN $2::int ELSE $3::int END
       RETURNING invoice_id)
     SELECT found.*, EXISTS (SELECT FROM claimed) AS claimed FROM (${found}) found`,
    [claim.invoiceId, claim.slots, shared, claim.priority ?? null, claim.fromRest ?? false],
  );
  if (rows[0] === undefined) return { outcome: 'unknown' };
  const { claimed, ...stored } = rows[0];
  const answer = answerOf(stored, claim);
  return claimed ? { ...answer, outcome: 'claimed' } : answer;
}

/** What a claim comes to that took no slot; `sync` is as it was before the claim. */
function answerOf(stored: Found | undefined, { fromRest = false }: Claim): SlotClaim {
  if (stored === undefined) return { outcome: 'unknown' };
  const { lifecycle, sync, ...invoice } = stored;
  if (lifecycle !== 'issued') return { outcome: 'settled', invoice };
  if (sync === 'pending' || sync === 'queued' || (sync === 'backing_off' && fromRest)) {
    return { outcome: 'full', invoice };
  }
  return { outcome: sync === 'syncing' || sync === 'backing_off' ? 'open' : 'settled', invoice };
}
