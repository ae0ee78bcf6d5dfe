import type { ComparedLine } from '../domain/invoice/line-differences.ts';
import { lineKeyOf } from '../domain/invoice/line-differences.ts';
import type { Sql } from './database.ts';
import type { TouchedEvent } from './rollup-buckets.ts';
import { isUsageRemoved } from './usage-removal-marks.ts';

/** An invoice that a correction may change: a draft, or what is billed and not to be void. */
export type CorrectableInvoice = {
  id: string;
  customerId: string;
  clockId: string;
  currency: string;
  billingGroup: string;
  number: string | null;
  lifecycle: 'draft' | 'held' | 'issued' | 'skipped';
  periodStartAt: Date;
  periodEndAt: Date;
  usageCutAt: Date;
};

/** Whoever corrects the usage of these customers takes turns; an invoice of theirs that is just being written is waited for. */
export async function lockCustomers(sql: Sql, customerIds: readonly string[]): Promise<void> {
  await sql.query(`SELECT FROM customers WHERE id = ANY ($1::uuid[]) ORDER BY id FOR UPDATE`, [
    [...new Set(customerIds)],
  ]);
}

const correctable = `s.lifecycle <> 'void' AND NOT (s.lifecycle = 'issued' AND s.wanted = 'void')`;

/**
 * The invoices that bill periods in which these events lie, or to which a meter carries them on; of those that were
 * reissued the last one. A void one bills nothing.
 */
export async function touchedInvoiceIds(sql: Sql, touched: readonly TouchedEvent[], limit: number): Promise<string[]> {
  const { rows } = await sql.query<{ id: string }>(
    `WITH RECURSIVE t AS MATERIALIZED (
       SELECT DISTINCT * FROM unnest($1::uuid[], $2::text[], $3::timestamptz[]) AS t (customer_id, event_type, occurred_at)
     ), chain (id) AS (
       SELECT p.settled_by FROM subscriptions s JOIN periods p ON p.subscription_id = s.id AND p.kind = 'arrears'
       WHERE s.customer_id = ANY ($1::uuid[]) AND p.settled_by IS NOT NULL AND EXISTS (
         SELECT FROM t WHERE t.customer_id = s.customer_id AND t.occurred_at < p.end_at AND (t.occurred_at >= p.start_at
           OR EXISTS (SELECT FROM plan_versions o JOIN plan_versions n ON n.plan_id = o.plan_id
             JOIN prices r ON r.plan_version_id = n.id JOIN meters m ON m.id = r.meter_id
             WHERE o.id = p.plan_version_id AND m.event_type = t.event_type AND m.options ? 'carries')))
       UNION
       SELECT i.id FROM chain JOIN invoices i ON i.replaces = chain.id
     )
     SELECT c.id FROM chain c JOIN invoice_states s ON s.invoice_id = c.id WHERE ${correctable} ORDER BY c.id LIMIT $4`,
    [
      touched.map(({ customerId }) => customerId),
      touched.map(({ eventType }) => eventType),
      touched.map(({ occurredAt }) => occurredAt),
      limit,
    ],
  );
  return rows.map(({ id }) => id);
}

/** Whose late usage is looked for, and from which instant on their periods end; always if there is none. */
export type LateScope = ({ customerId: string } | { clockId: string }) & { from: Date | null };

/** The billed invoices of a scope that bill periods and whose usage is there, a page by id after the cursor. */
export async function billedInScope(
  sql: Sql,
  scope: LateScope,
  page: { after: string; limit: number },
): Promise<string[]> {
  const [column, owner] =
    'customerId' in scope ? (['customer_id', scope.customerId] as const) : (['clock_id', scope.clockId] as const);
  const { rows } = await sql.query<{ id: string }>(
    `SELECT i.id FROM invoices i JOIN invoice_states s ON s.invoice_id = i.id
     WHERE i.${column} = $1 AND i.id > $2 AND s.lifecycle IN ('issued', 'skipped') AND ${correctable}
       AND i.purpose NOT LIKE 'one-off:%' AND NOT ${isUsageRemoved('i')} AND ($3::timestamptz IS NULL OR i.period_end_at > $3)
     ORDER BY i.id LIMIT $4`,
    [owner, page.after, scope.from, page.limit],
  );
  return rows.map(({ id }) => id);
}

/** Locks these invoices, in one order for everybody, and reads those that can still be corrected. */
export async function lockCorrectable(sql: Sql, invoiceIds: readonly string[]): Promise<CorrectableInvoice[]> {
  // The lock comes first: a statement does not see what was committed while it waited.
  await sql.query(`SELECT FROM invoice_states WHERE invoice_id = ANY ($1::uuid[]) ORDER BY invoice_id FOR UPDATE`, [
    invoiceIds,
  ]);
  return await readCorrectable(sql, invoiceIds);
}

/** The same without a lock. */
export async function readCorrectable(sql: Sql, invoiceIds: readonly string[]): Promise<CorrectableInvoice[]> {
  const { rows } = await sql.query<CorrectableInvoice>(
    `SELECT i.id, i.customer_id AS "customerId", i.clock_id AS "clockId", i.currency, i.billing_group AS "billingGroup",
            i.number, s.lifecycle, i.period_start_at AS "periodStartAt", i.period_end_at AS "periodEndAt",
            i.usage_cut_at AS "usageCutAt"
     FROM invoices i JOIN invoice_states s ON s.invoice_id = i.id
     WHERE i.id = ANY ($1::uuid[]) AND ${correctable} ORDER BY i.customer_id, i.period_start_at, i.id`,
    [invoiceIds],
  );
  return rows;
}

/**
 * Machine time of a correction: after every reading of the usage by one of these customers' invoices, so that what those
 * invoices have read still counts at their instants, also where both fall into the same millisecond.
 */
export async function readCorrectionTime(sql: Sql, customerIds: readonly string[]): Promise<Date> {
  const { rows } = await sql.query<{ at: Date }>(
    `SELECT greatest(clock_timestamp()::timestamptz(3), max(usage_cut_at) + interval '1 ms') AS at
     FROM invoices WHERE customer_id = ANY ($1::uuid[])`,
    [[...new Set(customerIds)]],
  );
  return rows[0]!.at;
}

/**
 * What a line was billed beside its invoices: `minor` as it was rated, and `netMinor` as the items came to, without what
 * credit notes have given back of them.
 */
export type Adjusted = { minor: bigint; netMinor: bigint; line: Pick<ComparedLine, 'periodId' | 'priceKey' | 'group'> };

/** What the lines of these periods were billed by corrections, by period and line key. */
export async function readAdjusted(
  sql: Sql,
  periodIds: readonly string[],
): Promise<Map<string, Map<string, Adjusted>>> {
  type Row = { periodId: string; priceKey: string; group: string[] | null; minor: string; net: string };
  const { rows } = await sql.query<Row>(
    `SELECT a.period_id AS "periodId", a.price_key AS "priceKey", a.group_values AS "group",
       sum(a.amount_minor)::text AS minor, sum(coalesce(p.amount_minor - noted.minor, 0))::text AS net
     FROM usage_adjustments a LEFT JOIN pending_items p ON p.id = a.pending_item_id
     LEFT JOIN LATERAL (SELECT coalesce(sum(c.amount_minor - c.discount_minor), 0) AS minor
       FROM credit_note_lines c WHERE c.line_id = p.line_id) noted ON true
     WHERE a.period_id = ANY ($1::uuid[]) GROUP BY a.period_id, a.price_key, a.group_values
     ORDER BY a.period_id, a.price_key, a.group_values`,
    [periodIds],
  );
  const byPeriod = new Map<string, Map<string, Adjusted>>();
  for (const { minor, net, ...line } of rows) {
    const lines = byPeriod.get(line.periodId) ?? new Map<string, Adjusted>();
    byPeriod.set(line.periodId, lines);
    lines.set(lineKeyOf(line), { minor: BigInt(minor), netMinor: BigInt(net), line });
  }
  return byPeriod;
}

/** A difference that the customer's next bill brings, and what it is of. */
export type NewAdjustment = {
  id: string;
  pendingItemId: string;
  periodId: string;
  priceKey: string;
  group: readonly string[] | null;
  invoice: Pick<
    CorrectableInvoice,
    'id' | 'customerId' | 'currency' | 'billingGroup' | 'periodStartAt' | 'periodEndAt'
  >;
  quantityBefore: string | null;
  quantityAfter: string | null;
  /** As it was rated, which later differences are taken from. */
  amountMinor: bigint;
  /** What the customer is asked for, or given back; nothing waits where it is zero. */
  itemMinor: bigint;
  description: string;
};

/** Writes differences down, each with the item that waits for the customer's next bill if it is over anything. */
export async function insertAdjustments(
  sql: Sql,
  adjustments: readonly NewAdjustment[],
  because: { kind: 'correction' | 'late-usage'; correctionId: string } | { kind: 'correction'; reissueId: string },
): Promise<void> {
  if (adjustments.length === 0) return;
  const correctionId = 'correctionId' in because ? because.correctionId : null;
  const reissueId = 'reissueId' in because ? because.reissueId : null;
  const items = adjustments.filter(({ itemMinor }) => itemMinor !== 0n);
  await sql.query(
    `INSERT INTO pending_items (id, customer_id, currency, billing_group, description, amount_minor, source_kind, source_id,
       period_start_at, period_end_at, tax_rates)
     SELECT a.id, a.customer_id, a.currency, a.billing_group, a.description, a.amount_minor, $1, $2, a.start_at, a.end_at,
       -- Taxed as the line that it corrects.
       (SELECT r.terms -> 'taxRates' FROM periods p JOIN prices r ON r.plan_version_id = p.plan_version_id
        WHERE p.id = a.period_id AND r.key = a.price_key)
     FROM unnest($3::uuid[], $4::uuid[], $5::text[], $6::text[], $7::text[], $8::bigint[], $9::timestamptz[],
       $10::timestamptz[], $11::uuid[], $12::text[]) AS a (id, customer_id, currency, billing_group, description,
       amount_minor, start_at, end_at, period_id, price_key)`,
    [
      because.kind,
      correctionId ?? reissueId,
      items.map(({ pendingItemId }) => pendingItemId),
      items.map(({ invoice }) => invoice.customerId),
      items.map(({ invoice }) => invoice.currency),
      items.map(({ invoice }) => invoice.billingGroup),
      items.map(({ description }) => description),
      items.map(({ itemMinor }) => itemMinor),
      items.map(({ invoice }) => invoice.periodStartAt),
      items.map(({ invoice }) => invoice.periodEndAt),
      items.map(({ periodId }) => periodId),
      items.map(({ priceKey }) => priceKey),
    ],
  );
  await sql.query(
    `INSERT INTO usage_adjustments (id, period_id, price_key, group_values, invoice_id, correction_id, reissue_id, currency,
       quantity_before, quantity_after, amount_minor, pending_item_id)
     SELECT a.id, a.period_id, a.price_key, a.group_values, a.invoice_id, $1, $2, a.currency, a.quantity_before,
       a.quantity_after, a.amount_minor, a.pending_item_id
     FROM unnest($3::uuid[], $4::uuid[], $5::text[], $6::jsonb[], $7::uuid[], $8::text[], $9::numeric[], $10::numeric[],
       $11::bigint[], $12::uuid[]) AS a (id, period_id, price_key, group_values, invoice_id, currency, quantity_before,
       quantity_after, amount_minor, pending_item_id)`,
    [
      correctionId,
      reissueId,
      adjustments.map(({ id }) => id),
      adjustments.map(({ periodId }) => periodId),
      adjustments.map(({ priceKey }) => priceKey),
      adjustments.map(({ group }) => (group === null ? null : JSON.stringify(group))),
      adjustments.map(({ invoice }) => invoice.id),
      adjustments.map(({ invoice }) => invoice.currency),
      adjustments.map(({ quantityBefore }) => quantityBefore),
      adjustments.map(({ quantityAfter }) => quantityAfter),
      adjustments.map(({ amountMinor }) => amountMinor),
      adjustments.map(({ pendingItemId }) => pendingItemId),
    ],
  );
}
