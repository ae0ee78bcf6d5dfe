import type { Sql } from './database.ts';

/** What a look at a customer has found. */
export type RemovalCheck = {
  customerId: string;
  /** Machine time just before the look. */
  checkedAt: Date;
  /** Events before it may go. */
  freeUntil: Date;
  /** What keeps those from there on, where that was found by computing invoices again. */
  blocked: { kind: 'proof' | 'late-usage'; invoiceId: string; reason: string } | null;
};

/** Writes down what was found, in the place of what was found before. */
export async function storeChecks(sql: Sql, checks: readonly RemovalCheck[]): Promise<void> {
  if (checks.length === 0) return;
  await sql.query(
    `INSERT INTO usage_removal_checks (customer_id, checked_at, free_until, blocked_kind, invoice_id, reason)
     SELECT * FROM unnest($1::uuid[], $2::timestamptz[], $3::timestamptz[], $4::text[], $5::uuid[], $6::text[])
     ON CONFLICT (customer_id) DO UPDATE SET checked_at = excluded.checked_at, free_until = excluded.free_until,
       blocked_kind = excluded.blocked_kind, invoice_id = excluded.invoice_id, reason = excluded.reason`,
    [
      checks.map(({ customerId }) => customerId),
      checks.map(({ checkedAt }) => checkedAt),
      checks.map(({ freeUntil }) => freeUntil),
      checks.map(({ blocked }) => blocked?.kind ?? null),
      checks.map(({ blocked }) => blocked?.invoiceId ?? null),
      checks.map(({ blocked }) => blocked?.reason ?? null),
    ],
  );
}

/** Forgets what was found before an instant: of customers who have nothing old any more, or under another policy. */
export async function clearChecks(sql: Sql, checkedBefore: Date): Promise<void> {
  await sql.query('DELETE FROM usage_removal_checks WHERE checked_at < $1', [checkedBefore]);
}

/** An invoice that bills use which may go, and where the first period begins that it bills. */
export type CheckedInvoice = { id: string; customerId: string; currency: string; fromAt: Date; isCorrectable: boolean };

/** The invoices that bill use of a customer from before an instant, and have no removed one, the earliest first. */
export async function invoicesToCheck(sql: Sql, customerId: string, before: Date): Promise<CheckedInvoice[]> {
  const { rows } = await sql.query<CheckedInvoice>(
    `WITH billed AS (
       SELECT invoice_id, min(start_at) AS from_at FROM usage_billed(ARRAY[$1::uuid], 'infinity') GROUP BY invoice_id
     )
     SELECT i.id, i.customer_id AS "customerId", i.currency, b.from_at AS "fromAt",
       t.lifecycle IN ('issued', 'skipped') AND t.wanted <> 'void' AND NOT EXISTS (
         SELECT FROM customer_erasures r WHERE r.customer_id = i.customer_id) AS "isCorrectable"
     FROM billed b JOIN invoices i ON i.id = b.invoice_id JOIN invoice_states t ON t.invoice_id = i.id
     WHERE b.from_at < $2 AND b.from_at >= coalesce((SELECT max(m.removed_before) FROM usage_removal_marks m
       WHERE m.customer_id = $1), '-infinity')
     ORDER BY b.from_at, i.id`,
    [customerId, before],
  );
  return rows;
}
