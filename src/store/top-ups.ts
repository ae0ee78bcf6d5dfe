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

export type TopUpOutcome = 'granted' | 'credited' | 'cancelled';

export type TopUpOrder = {
  id: string;
  number: number;
  amountMinor: bigint;
  balanceMinor: bigint;
  orderedAt: Date;
  invoiceId: string | null;
  grantId: string | null;
  outcome: TopUpOutcome | null;
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

/** The invoices that ask these customers for the money of top-ups: known as soon as they are ordered. */
export async function topUpInvoicesOf(sql: Sql, customerIds: readonly string[]): Promise<Set<string>> {
  if (customerIds.length === 0) return new Set();
  const { rows } = await sql.query<{ id: string }>(
    `SELECT r.invoice_id AS id FROM wallets w JOIN top_up_orders o ON o.wallet_id = w.id
     JOIN one_off_requests r ON r.customer_id = w.customer_id AND r.request_id = 'top-up:' || o.id::text
     WHERE w.customer_id = ANY ($1::uuid[])`,
    [[...new Set(customerIds)]],
  );
  return new Set(rows.map(({ id }) => id));
}

/** Customers of a clock with a wallet that is topped up by itself, a page by id after the cursor. */
export async function toppedUpCustomers(
  sql: Sql,
  page: { clockId: string; after: string; limit: number },
): Promise<string[]> {
  const { rows } = await sql.query<{ id: string }>(
    `SELECT DISTINCT w.customer_id AS id FROM wallets w JOIN customers c ON c.id = w.customer_id
     WHERE w.threshold_minor IS NOT NULL AND w.customer_id > $2 AND c.clock_id = $1 ORDER BY id LIMIT $3`,
    [page.clockId, page.after, page.limit],
  );
  return rows.map(({ id }) => id);
}

export type OpenTopUp = { id: string; walletId: string; customerId: string; walletName: string; amountMinor: bigint };

const open = `SELECT o.id, o.wallet_id AS "walletId", w.customer_id AS "customerId", w.name AS "walletName",
    o.amount_minor AS "amountMinor"
  FROM top_up_orders o JOIN wallets w ON w.id = o.wallet_id JOIN customers c ON c.id = w.customer_id`;

/** Open orders of a clock that no invoice asks for yet, a page by id after the cursor. */
export async function topUpsToInvoice(
  sql: Sql,
  page: { clockId: string; after: string; limit: number },
): Promise<OpenTopUp[]> {
  const { rows } = await sql.query<OpenTopUp>(
    `${open} WHERE o.closed_at IS NULL AND o.invoice_id IS NULL AND o.id > $2 AND c.clock_id = $1 ORDER BY o.id LIMIT $3`,
    [page.clockId, page.after, page.limit],
  );
  return rows;
}

/** Names the invoice that asks for an order's money, unless one does already; answers whether it did. */
export async function setTopUpInvoice(sql: Sql, id: string, invoiceId: string): Promise<boolean> {
  const { rowCount } = await sql.query(
    `UPDATE top_up_orders SET invoice_id = $2 WHERE id = $1 AND invoice_id IS NULL AND closed_at IS NULL`,
    [id, invoiceId],
  );
  return rowCount === 1;
}

const isSettled = `o.closed_at IS NULL AND (s.payment = 'paid' OR s.lifecycle = 'void')`;

/** Open orders of a clock whose invoice is paid or void, a page by id after the cursor. */
export async function topUpsToSettle(
  sql: Sql,
  page: { clockId: string; after: string; limit: number },
): Promise<OpenTopUp[]> {
  const { rows } = await sql.query<OpenTopUp>(
    `${open} JOIN invoice_states s ON s.invoice_id = o.invoice_id
     WHERE ${isSettled} AND o.id > $2 AND c.clock_id = $1 ORDER BY o.id LIMIT $3`,
    [page.clockId, page.after, page.limit],
  );
  return rows;
}

/** The open order for which this invoice asks, if it is paid or void. */
export async function topUpOfInvoice(sql: Sql, invoiceId: string): Promise<OpenTopUp | undefined> {
  const { rows } = await sql.query<OpenTopUp>(
    `${open} JOIN invoice_states s ON s.invoice_id = o.invoice_id WHERE ${isSettled} AND o.invoice_id = $1`,
    [invoiceId],
  );
  return rows[0];
}

/** Locks an order whose invoice is paid or void; undefined if somebody has settled it. */
export async function lockSettled(sql: Sql, id: string): Promise<{ invoiceId: string; isPaid: boolean } | undefined> {
  const { rows } = await sql.query<{ invoiceId: string; isPaid: boolean }>(
    `SELECT o.invoice_id AS "invoiceId", s.payment = 'paid' AS "isPaid"
     FROM top_up_orders o JOIN invoice_states s ON s.invoice_id = o.invoice_id
     WHERE o.id = $1 AND ${isSettled} FOR UPDATE OF o`,
    [id],
  );
  return rows[0];
}

export async function closeTopUp(sql: Sql, id: string, outcome: TopUpOutcome, grantId: string | null): Promise<void> {
  await sql.query(`UPDATE top_up_orders SET outcome = $2, grant_id = $3, closed_at = now() WHERE id = $1`, [
    id,
    outcome,
    grantId,
  ]);
}

/** What credit notes have taken back of an invoice. */
export async function readNotedMinor(sql: Sql, invoiceId: string): Promise<bigint> {
  const { rows } = await sql.query<{ minor: bigint }>(
    `SELECT coalesce(sum(total_minor), 0)::bigint AS minor FROM credit_notes WHERE invoice_id = $1`,
    [invoiceId],
  );
  return rows[0]?.minor ?? 0n;
}

/** The customer whose wallet this invoice fills; undefined if it fills none. */
export async function toppedUpBy(sql: Sql, invoiceId: string): Promise<string | undefined> {
  const { rows } = await sql.query<{ customerId: string }>(
    `SELECT w.customer_id AS "customerId" FROM top_up_orders o JOIN wallets w ON w.id = o.wallet_id WHERE o.invoice_id = $1`,
    [invoiceId],
  );
  return rows[0]?.customerId;
}

/** Keeps the order of an invoice from being settled until the transaction ends. */
export async function lockTopUpOf(sql: Sql, invoiceId: string): Promise<void> {
  await sql.query(`SELECT FROM top_up_orders WHERE invoice_id = $1 FOR UPDATE`, [invoiceId]);
}

export type FilledAccount = { accountId: string; balanceMinor: bigint; walletId: string };

/** The account that the money of a top-up's invoice went to, and what it holds now; undefined before it did. */
export async function filledBy(sql: Sql, invoiceId: string): Promise<FilledAccount | undefined> {
  const { rows } = await sql.query<FilledAccount>(
    `SELECT a.id AS "accountId", a.balance_minor AS "balanceMinor", o.wallet_id AS "walletId"
     FROM top_up_orders o JOIN wallets w ON w.id = o.wallet_id
     JOIN ledger_accounts a ON a.grant_id = o.grant_id
       OR (o.outcome = 'credited' AND a.kind = 'balance' AND (a.customer_id, a.currency) = (w.customer_id, w.currency))
     WHERE o.invoice_id = $1`,
    [invoiceId],
  );
  return rows[0];
}
