import { recentPeriods, type UnpricedUsage, type UntoldTypes, type Waiver } from '../domain/invoice/checks.ts';
import type { Sql } from './database.ts';
import { isCurrent } from './usage-expressions.ts';

/** What the checks of a draft have to know beside its lines. */
export type CheckFacts = {
  currency: string;
  customerCurrency: string;
  isHeld: boolean;
  failureCode: string | null;
  failureReason: string | null;
  recentSubtotalsMinor: bigint[];
  unpriced: UnpricedUsage[];
  untold: UntoldTypes;
  waivers: Waiver[];
};

/**
 * Types that are looked at of one customer's month, and those without a price that are told: so many that a meter counts,
 * and so many that none does. What holds a draft is never left out for what is only noted: a sender chooses its types, and
 * a thousand of them may stand before the one that was to be billed.
 */
const mostTypes = { read: 1_000, told: 20 };

/** Usage of customer, months and kind of the invoice `i`. */
const ofInvoice = `u.customer_id = i.customer_id AND u.occurred_at >= i.period_start_at AND u.occurred_at < i.period_end_at
  AND ${isCurrent}`;

/**
 * One statement for a page. What went before is found by the index of the live key. The types of a customer's usage are
 * found by leaps in the index (customer, type, instant), one for each type, so that it does not matter how many events
 * there are; they are counted only where no price reads them. What a person has let pass takes no place of those that
 * are told.
 */
const statement = `WITH page AS MATERIALIZED (
    SELECT i.*, c.currency AS customer_currency, s.lifecycle, s.failure_code, s.failure_reason
    FROM invoices i JOIN invoice_states s ON s.invoice_id = i.id JOIN customers c ON c.id = i.customer_id
    WHERE i.id = ANY ($1::uuid[]) AND s.invoice_id = ANY ($1::uuid[])
  ), priced AS MATERIALIZED (
    SELECT DISTINCT s.customer_id, s.starts_at, s.ends_at, m.event_type
    FROM subscriptions s JOIN subscription_phases h ON h.subscription_id = s.id
    JOIN prices r ON r.plan_version_id = h.plan_version_id JOIN meters m ON m.id = r.meter_id
    WHERE s.customer_id IN (SELECT customer_id FROM page)
  ), found AS MATERIALIZED (
    SELECT i.id, i.customer_id, i.period_start_at, i.period_end_at, t.event_type, t.read FROM page i CROSS JOIN LATERAL (
      WITH RECURSIVE types AS (
        (SELECT u.event_type, 1 AS read FROM usage_events u WHERE ${ofInvoice} ORDER BY u.event_type LIMIT 1)
        UNION ALL
        SELECT (SELECT u.event_type FROM usage_events u WHERE ${ofInvoice} AND u.event_type > t.event_type
                ORDER BY u.event_type LIMIT 1), t.read + 1
        FROM types t WHERE t.event_type IS NOT NULL AND t.read < ${mostTypes.read})
      SELECT event_type, read FROM types WHERE event_type IS NOT NULL) t
    WHERE i.purpose = 'period'
  ), behind AS MATERIALIZED (
    -- Behind the last type that was read only those that a meter counts, each looked for by itself.
    SELECT i.id, i.customer_id, i.period_start_at, i.period_end_at, m.event_type
    FROM found i JOIN (SELECT DISTINCT event_type FROM meters) m ON m.event_type > i.event_type
    WHERE i.read = ${mostTypes.read} AND EXISTS (SELECT FROM usage_events u WHERE ${ofInvoice} AND u.event_type = m.event_type)
  ), unpriced AS MATERIALIZED (
    SELECT i.*, m.is_metered, row_number() OVER (PARTITION BY i.id, m.is_metered ORDER BY i.event_type) AS place
    FROM (SELECT id, customer_id, period_start_at, period_end_at, event_type FROM found UNION ALL SELECT * FROM behind) i
    CROSS JOIN LATERAL (SELECT EXISTS (SELECT FROM meters m WHERE m.event_type = i.event_type) AS is_metered) m
    WHERE NOT EXISTS (SELECT FROM priced p WHERE p.customer_id = i.customer_id AND p.event_type = i.event_type
      AND p.starts_at < i.period_end_at AND (p.ends_at IS NULL OR p.ends_at > i.period_start_at))
    AND NOT EXISTS (SELECT FROM finding_waivers w JOIN held_findings f USING (invoice_id, parking_number)
      WHERE w.invoice_id = i.id AND f.code = 'usage-price-missing' AND f.subject = i.event_type
      AND f.figure >= (SELECT count(*) FROM usage_events u WHERE ${ofInvoice} AND u.event_type = i.event_type))
  ), told AS MATERIALIZED (
    SELECT i.id, jsonb_agg(jsonb_build_object('eventType', i.event_type, 'isMetered', i.is_metered,
        'events', (SELECT count(*)::text FROM usage_events u WHERE ${ofInvoice} AND u.event_type = i.event_type))
        ORDER BY i.event_type) AS unpriced
    FROM unpriced i WHERE i.place <= ${mostTypes.told} GROUP BY i.id
  ), untold AS MATERIALIZED (
    SELECT i.id, jsonb_build_object('metered', count(*) FILTER (WHERE i.is_metered),
        'unmetered', count(*) FILTER (WHERE NOT i.is_metered)) AS types
    FROM unpriced i WHERE i.place > ${mostTypes.told} GROUP BY i.id
  )
  SELECT i.id, i.currency, i.customer_currency AS "customerCurrency", i.lifecycle = 'held' AS "isHeld",
    i.failure_code AS "failureCode", i.failure_reason AS "failureReason",
    (SELECT coalesce(jsonb_agg(r.subtotal_minor::text ORDER BY r.period_start_at DESC), '[]') FROM (
       SELECT b.subtotal_minor, b.period_start_at
       FROM invoice_states o JOIN invoices b ON b.id = o.invoice_id
       WHERE o.customer_id = i.customer_id AND o.currency = i.currency AND o.billing_group = i.billing_group
         AND o.purpose = i.purpose AND i.purpose = 'period' AND o.period_start_at < i.period_start_at
         -- A quarter is not compared with months.
         AND o.period_end_at - o.period_start_at BETWEEN (i.period_end_at - i.period_start_at) / 2
           AND (i.period_end_at - i.period_start_at) * 2
         AND o.lifecycle <> 'void' AND o.lifecycle = 'issued'
       ORDER BY o.period_start_at DESC LIMIT ${recentPeriods.most}) r) AS "recentSubtotalsMinor",
    coalesce(told.unpriced, '[]') AS unpriced, coalesce(untold.types, '{"metered": 0, "unmetered": 0}') AS untold,
    (SELECT coalesce(jsonb_agg(jsonb_build_object('code', f.code, 'subject', f.subject, 'figure', f.figure::text)), '[]')
     FROM finding_waivers w JOIN held_findings f USING (invoice_id, parking_number)
     WHERE w.invoice_id = i.id) AS waivers
  FROM page i LEFT JOIN told ON told.id = i.id LEFT JOIN untold ON untold.id = i.id`;

type Row = Omit<CheckFacts, 'recentSubtotalsMinor' | 'unpriced' | 'waivers'> & {
  id: string;
  // Whole numbers come as text: JSON has none as large as ours may be.
  recentSubtotalsMinor: string[];
  unpriced: (Omit<UnpricedUsage, 'events'> & { events: string })[];
  waivers: (Omit<Waiver, 'figure'> & { figure: string })[];
};

/** Reads these of stored invoices, by their ids. */
export async function readCheckFacts(sql: Sql, invoiceIds: readonly string[]): Promise<Map<string, CheckFacts>> {
  if (invoiceIds.length === 0) return new Map();
  const { rows } = await sql.query<Row>({ name: 'check-facts', text: statement, values: [invoiceIds] });
  return new Map(
    rows.map(({ id, recentSubtotalsMinor, unpriced, waivers, ...rest }) => [
      id,
      {
        ...rest,
        recentSubtotalsMinor: recentSubtotalsMinor.map(BigInt),
        unpriced: unpriced.map((usage) => ({ ...usage, events: BigInt(usage.events) })),
        waivers: waivers.map((waiver) => ({ ...waiver, figure: BigInt(waiver.figure) })),
      },
    ]),
  );
}
