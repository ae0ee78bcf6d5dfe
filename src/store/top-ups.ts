import type { Sql } from './database.ts';

/** A wallet that has fallen to its threshold or below, and the order that it needs. */
export type NeededTopUp = {
  walletId: string;
  number: number;
  amountMinor: bigint;
  balanceMinor: bigint;
  now: Date;
  /** First day of the month where the customer is. */
  monthOn: string;
};

/** Those of the wallets that are topped up by themselves; nobody else orders for them until the transaction ends. */
export async function lockToppedUp(sql: Sql, customerIds: readonly string[]): Promise<string[]> {
  const { rows } = await sql.query<{ id: string }>(
    `SELECT id FROM wallets WHERE customer_id = ANY ($1::uuid[]) AND threshold_minor IS NOT NULL
     ORDER BY id FOR NO KEY UPDATE`,
    [customerIds],
  );
  return rows.map(({ id }) => id);
}

/**
 * Which of the wallets need a top-up: live ones, with no order open, that can spend no more now than their threshold, and
 * have room left for it in the month. What was cancelled takes no room.
 */
export async function neededTopUps(sql: Sql, walletIds: readonly string[]): Promise<NeededTopUp[]> {
  const { rows } = await sql.query<NeededTopUp>(
    `SELECT w.id AS "walletId", w.top_up_minor AS "amountMinor", held.balance AS "balanceMinor", w.now, w.month AS "monthOn",
       1 + coalesce((SELECT max(o.number) FROM top_up_orders o WHERE o.wallet_id = w.id), 0) AS number
     FROM (
       SELECT w.*, business_now(k)::timestamptz(3) AS now,
         date_trunc('month', business_now(k) AT TIME ZONE c.zone)::date AS month
       FROM wallets w JOIN customers c ON c.id = w.customer_id JOIN clocks k ON k.id = c.clock_id
       WHERE w.id = ANY ($1::uuid[])) w
     CROSS JOIN LATERAL (
       SELECT coalesce(sum(a.balance_minor), 0)::bigint AS balance
       FROM wallet_grants g JOIN ledger_accounts a ON a.grant_id = g.id
       WHERE g.wallet_id = w.id AND g.starts_at <= w.now AND (g.ends_at IS NULL OR g.ends_at > w.now)) held
     WHERE (w.ends_at IS NULL OR w.ends_at > w.now) AND held.balance <= w.threshold_minor
       AND NOT EXISTS (SELECT FROM top_up_orders o WHERE o.wallet_id = w.id AND o.closed_at IS NULL)
       AND w.top_up_minor + (SELECT coalesce(sum(o.amount_minor), 0) FROM top_up_orders o
         WHERE o.wallet_id = w.id AND o.month_on = w.month AND o.outcome IS DISTINCT FROM 'cancelled')
         <= w.top_up_monthly_minor
     ORDER BY w.id`,
    [walletIds],
  );
  return rows;
}

export async function insertTopUps(sql: Sql, orders: readonly (NeededTopUp & { id: string })[]): Promise<void> {
  await sql.query(
    `INSERT INTO top_up_orders (id, wallet_id, number, amount_minor, balance_minor, ordered_at, month_on)
     SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::int[], $4::bigint[], $5::bigint[], $6::timestamptz[], $7::date[])`,
    [
      orders.map((order) => order.id),
      orders.map((order) => order.walletId),
      orders.map((order) => order.number),
      orders.map((order) => order.amountMinor),
      orders.map((order) => order.balanceMinor),
      orders.map((order) => order.now),
      orders.map((order) => order.monthOn),
    ],
  );
}

export type TopUpOrder = {
  id: string;
  number: number;
  amountMinor: bigint;
  balanceMinor: bigint;
  orderedAt: Date;
  invoiceId: string | null;
  grantId: string | null;
  outcome: 'granted' | 'cancelled' | null;
  closedAt: Date | null;
};

/** The last orders of a wallet, the latest first. */
export async function lastTopUps(sql: Sql, walletId: string, limit: number): Promise<TopUpOrder[]> {
  const { rows } = await sql.query<TopUpOrder>(
    `SELECT id, number, amount_minor AS "amountMinor", balance_minor AS "balanceMinor", ordered_at AS "orderedAt",
       invoice_id AS "invoiceId", grant_id AS "grantId", outcome, closed_at AS "closedAt"
     FROM top_up_orders WHERE wallet_id = $1 ORDER BY number DESC LIMIT $2`,
    [walletId, limit],
  );
  return rows;
}

/** Those of the invoices that ask for the money of a top-up. */
export async function topUpsAmong(sql: Sql, invoiceIds: readonly string[]): Promise<Set<string>> {
  const { rows } = await sql.query<{ id: string }>(
    `SELECT invoice_id AS id FROM top_up_orders WHERE invoice_id = ANY ($1::uuid[])`,
    [invoiceIds],
  );
  return new Set(rows.map(({ id }) => id));
}
