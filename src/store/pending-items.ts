import type { Sql } from './database.ts';

/** What waits for a customer's next bill, or stands on one. */
export type PendingItem = {
  id: string;
  customerId: string;
  currency: string;
  billingGroup: string;
  description: string;
  amountMinor: bigint;
  /** Keys of the taxes on it; null for the customer's. */
  taxRates: string[] | null;
  sourceKind: 'one-off' | 'correction' | 'late-usage';
  /** What it comes from; of a line of a one-off invoice that invoice, which it never leaves. */
  sourceId: string | null;
  periodStartAt: Date | null;
  periodEndAt: Date | null;
  createdAt: Date;
  /** The invoice that bills it, and its line there. That invoice may be void: then it waits again. */
  invoiceId: string | null;
  lineId: string | null;
};

const columns = `p.id, p.customer_id AS "customerId", p.currency, p.billing_group AS "billingGroup", p.description,
  p.amount_minor AS "amountMinor", p.tax_rates AS "taxRates", p.source_kind AS "sourceKind", p.source_id AS "sourceId",
  p.period_start_at AS "periodStartAt", p.period_end_at AS "periodEndAt", p.created_at AS "createdAt",
  p.invoice_id AS "invoiceId", p.line_id AS "lineId"`;

/** Whether the item `p` goes on a bill, and is no line of a one-off invoice. */
const isForBills = `(p.source_kind <> 'one-off' OR p.source_id IS NULL)`;
/** Whether no live invoice bills the item `p`, and one may. */
export const waits = `${isForBills} AND (p.invoice_id IS NULL
  OR EXISTS (SELECT FROM invoice_states s WHERE s.invoice_id = p.invoice_id AND s.lifecycle = 'void'))`;

/** Adds items; one that is there already stays. @returns the ids of the new ones */
export async function insertPendingItems(
  sql: Sql,
  items: readonly Omit<PendingItem, 'createdAt'>[],
): Promise<Set<string>> {
  const { rows } = await sql.query<{ id: string }>(
    `INSERT INTO pending_items (id, customer_id, currency, billing_group, description, amount_minor, tax_rates,
       source_kind, source_id, period_start_at, period_end_at, invoice_id, line_id)
     SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::bigint[], $7::jsonb[], $8::text[],
       $9::uuid[], $10::timestamptz[], $11::timestamptz[], $12::uuid[], $13::uuid[])
     ON CONFLICT (id) DO NOTHING RETURNING id`,
    [
      items.map((item) => item.id),
      items.map((item) => item.customerId),
      items.map((item) => item.currency),
      items.map((item) => item.billingGroup),
      items.map((item) => item.description),
      items.map((item) => item.amountMinor),
      items.map((item) => (item.taxRates === null ? null : JSON.stringify(item.taxRates))),
      items.map((item) => item.sourceKind),
      items.map((item) => item.sourceId),
      items.map((item) => item.periodStartAt),
      items.map((item) => item.periodEndAt),
      items.map((item) => item.invoiceId),
      items.map((item) => item.lineId),
    ],
  );
  return new Set(rows.map(({ id }) => id));
}

/** An item, and whether it waits for a bill. @param lock against everybody who would bill it */
export async function findPendingItem(
  sql: Sql,
  id: string,
  lock: '' | 'FOR UPDATE OF p' = '',
): Promise<(PendingItem & { isWaiting: boolean }) | undefined> {
  const { rows } = await sql.query<PendingItem & { isWaiting: boolean }>(
    `SELECT ${columns}, ${waits} AS "isWaiting" FROM pending_items p WHERE p.id = $1 ${lock}`,
    [id],
  );
  return rows[0];
}

/** A page of a customer's items, the earliest first: all but the lines of one-off invoices, or those that wait. */
export async function listPendingItems(
  sql: Sql,
  filter: { customerId: string; isWaiting: boolean },
  page: { after: { createdAt: Date; id: string } | undefined; limit: number },
): Promise<(PendingItem & { isWaiting: boolean })[]> {
  const { rows } = await sql.query<PendingItem & { isWaiting: boolean }>(
    `SELECT * FROM (SELECT ${columns}, ${waits} AS "isWaiting" FROM pending_items p
       WHERE p.customer_id = $1 AND ${isForBills} AND ($3::timestamptz IS NULL OR (p.created_at, p.id) > ($3, $4::uuid))) found
     WHERE "isWaiting" OR NOT $2::boolean ORDER BY "createdAt", id LIMIT $5`,
    [filter.customerId, filter.isWaiting, page.after?.createdAt ?? null, page.after?.id ?? null, page.limit],
  );
  return rows;
}

export async function deletePendingItem(sql: Sql, id: string): Promise<void> {
  await sql.query('DELETE FROM pending_items WHERE id = $1', [id]);
}

/** What a bill is of, for the items that can join it. */
export type BillOfGroup = { invoiceId: string; customerId: string; currency: string; billingGroup: string };

/**
 * Locks what stands on these bills and what waits for one of their customer, currency and group, the earliest first. Of
 * two that want the same item the second waits here, and then no longer finds it waiting.
 */
export async function lockForBills(sql: Sql, bills: readonly BillOfGroup[]): Promise<PendingItem[]> {
  return await readForBills(sql, bills, 'FOR UPDATE OF p');
}

/** The same to look at only. */
export async function readForBills(
  sql: Sql,
  bills: readonly BillOfGroup[],
  lock: '' | 'FOR UPDATE OF p' = '',
): Promise<PendingItem[]> {
  if (bills.length === 0) return [];
  const { rows } = await sql.query<PendingItem>({
    name: lock === '' ? 'read-pending-items' : 'lock-pending-items',
    text: `WITH wanted AS MATERIALIZED (
             SELECT id FROM pending_items WHERE invoice_id = ANY ($1::uuid[])
             UNION
             SELECT p.id FROM unnest($2::uuid[], $3::text[], $4::text[]) AS k (customer_id, currency, billing_group)
             JOIN pending_items p USING (customer_id, currency, billing_group) WHERE ${waits})
           SELECT ${columns} FROM pending_items p
           WHERE p.id IN (SELECT id FROM wanted) AND (p.invoice_id = ANY ($1::uuid[]) OR (${waits}))
           ORDER BY p.created_at, p.id ${lock}`,
    values: [
      bills.map(({ invoiceId }) => invoiceId),
      bills.map(({ customerId }) => customerId),
      bills.map(({ currency }) => currency),
      bills.map(({ billingGroup }) => billingGroup),
    ],
  });
  return rows;
}

/** Writes down which line bills which item, of items that the transaction has locked. */
export async function setBilled(
  sql: Sql,
  billed: readonly { itemId: string; invoiceId: string; lineId: string }[],
): Promise<void> {
  if (billed.length === 0) return;
  await sql.query(
    `UPDATE pending_items p SET invoice_id = b.invoice_id, line_id = b.line_id
     FROM unnest($1::uuid[], $2::uuid[], $3::uuid[]) AS b (id, invoice_id, line_id)
     WHERE p.id = b.id AND (p.invoice_id, p.line_id) IS DISTINCT FROM (b.invoice_id, b.line_id)`,
    [billed.map(({ itemId }) => itemId), billed.map(({ invoiceId }) => invoiceId), billed.map(({ lineId }) => lineId)],
  );
}

/** Lets runs of a clock that bill what waits take turns, until the transaction ends. */
export async function lockWaiting(sql: Sql, clockId: string): Promise<void> {
  await sql.query(`SELECT pg_advisory_xact_lock(hashtextextended('pending-items ' || $1::text, 0))`, [clockId]);
}

export type WaitingGroup = { customerId: string; currency: string; billingGroup: string; zone: string };

/**
 * Groups of a clock's customers for which items wait and no bill is under way: no period of theirs can be billed by the
 * cut-off. A page by customer and group.
 */
export async function waitingGroups(
  sql: Sql,
  page: { clockId: string; cutoffAt: Date; after: WaitingGroup | undefined; limit: number },
): Promise<WaitingGroup[]> {
  const { after } = page;
  const { rows } = await sql.query<WaitingGroup>(
    `SELECT DISTINCT p.customer_id AS "customerId", p.currency, p.billing_group AS "billingGroup", c.zone
     FROM pending_items p JOIN customers c ON c.id = p.customer_id
     WHERE c.clock_id = $1 AND ${waits}
       AND ($3::uuid IS NULL OR (p.customer_id, p.currency, p.billing_group) > ($3, $4, $5))
       AND NOT EXISTS (SELECT FROM periods d JOIN subscriptions s ON s.id = d.subscription_id
         WHERE d.customer_id = p.customer_id AND d.settled_by IS NULL AND d.billable_at <= $2
           AND s.billing_group = p.billing_group)
     ORDER BY 1, 2, 3 LIMIT $6`,
    [
      page.clockId,
      page.cutoffAt,
      after?.customerId ?? null,
      after?.currency ?? null,
      after?.billingGroup ?? null,
      page.limit,
    ],
  );
  return rows;
}

/** What the items of an invoice are over, by the lines that bill them. */
export async function readItemAmounts(sql: Sql, invoiceId: string): Promise<Map<string, bigint>> {
  const { rows } = await sql.query<{ lineId: string; amountMinor: bigint }>(
    `SELECT line_id AS "lineId", amount_minor AS "amountMinor" FROM pending_items WHERE invoice_id = $1`,
    [invoiceId],
  );
  return new Map(rows.map(({ lineId, amountMinor }) => [lineId, amountMinor]));
}
