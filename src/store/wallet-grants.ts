import type { Sql } from './database.ts';

export type NewGrant = {
  id: string;
  walletId: string;
  requestId: string;
  amountMinor: bigint;
  isPaid: boolean;
  priority: number;
  startsAt: Date;
  endsAt: Date | null;
};

export type Grant = NewGrant & {
  accountId: string;
  /** What is left of it. */
  balanceMinor: bigint;
  createdAt: Date;
};

/** Adds a grant unless its id is taken; answers whether it did. */
export async function insertGrant(sql: Sql, grant: NewGrant): Promise<boolean> {
  const { rowCount } = await sql.query(
    `INSERT INTO wallet_grants (id, wallet_id, request_id, amount_minor, is_paid, priority, starts_at, ends_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING`,
    [
      grant.id,
      grant.walletId,
      grant.requestId,
      grant.amountMinor,
      grant.isPaid,
      grant.priority,
      grant.startsAt,
      grant.endsAt,
    ],
  );
  return rowCount === 1;
}

const select = `SELECT g.id, g.wallet_id AS "walletId", g.request_id AS "requestId", g.amount_minor AS "amountMinor",
    g.is_paid AS "isPaid", g.priority, g.starts_at AS "startsAt", g.ends_at AS "endsAt", a.id AS "accountId",
    a.balance_minor AS "balanceMinor", g.created_at AS "createdAt"
  FROM wallet_grants g JOIN ledger_accounts a ON a.grant_id = g.id`;

export async function findGrant(sql: Sql, id: string): Promise<Grant | undefined> {
  return (await sql.query<Grant>(`${select} WHERE g.id = $1`, [id])).rows[0];
}

/** A page of a wallet's grants by id, those after `after`. */
export async function grantsOf(
  sql: Sql,
  walletId: string,
  page: { after: string | undefined; limit: number },
): Promise<Grant[]> {
  const { rows } = await sql.query<Grant>(
    `${select} WHERE g.wallet_id = $1 AND ($2::uuid IS NULL OR g.id > $2) ORDER BY g.id LIMIT $3`,
    [walletId, page.after ?? null, page.limit],
  );
  return rows;
}

export type EndedGrant = { accountId: string; grantId: string; customerId: string; currency: string };

/**
 * Grants of a clock that have ended by the cut-off with something left, a page by account after the cursor: those for
 * which no bill can come any more that they would pay. Such a bill is over a period that began before the end, and is not
 * generated yet or still a draft; or over a period that is not even laid out, since no run has come by.
 */
export async function grantsToExpire(
  sql: Sql,
  page: { clockId: string; cutoffAt: Date; after: string; limit: number },
): Promise<{ cursor: string | undefined; grants: EndedGrant[] }> {
  const { rows } = await sql.query<EndedGrant & { isAwaited: boolean }>(
    `SELECT ended."accountId", ended."grantId", ended."customerId", ended.currency,
       EXISTS (SELECT FROM periods p LEFT JOIN invoice_states s ON s.invoice_id = p.settled_by
         WHERE p.customer_id = ended."customerId" AND p.start_at < ended.at
           AND (p.settled_by IS NULL OR s.lifecycle IN ('draft', 'held')))
       OR EXISTS (SELECT FROM subscriptions s
         CROSS JOIN LATERAL (SELECT coalesce(max(p.end_at), s.trial_ends_at, s.starts_at) AS at FROM periods p
           WHERE p.subscription_id = s.id AND p.kind = 'arrears') laid
         WHERE s.customer_id = ended."customerId" AND laid.at < ended.at AND (s.ends_at IS NULL OR s.ends_at > laid.at)
           AND NOT EXISTS (SELECT FROM subscription_pauses u WHERE u.subscription_id = s.id AND u.starts_at <= laid.at
             AND (u.ends_at IS NULL OR u.ends_at >= ended.at))) AS "isAwaited"
     FROM (
       SELECT a.id AS "accountId", g.id AS "grantId", a.customer_id AS "customerId", a.currency,
         least(g.ends_at, w.ends_at) AS at
       FROM ledger_accounts a JOIN wallet_grants g ON g.id = a.grant_id JOIN wallets w ON w.id = g.wallet_id
       JOIN customers c ON c.id = a.customer_id
       WHERE a.kind = 'grant' AND a.balance_minor > 0 AND a.id > $3 AND c.clock_id = $1
         AND least(g.ends_at, w.ends_at) <= $2
       ORDER BY a.id LIMIT $4) ended
     ORDER BY ended."accountId"`,
    [page.clockId, page.cutoffAt, page.after, page.limit],
  );
  const grants = rows.filter(({ isAwaited }) => !isAwaited).map(({ isAwaited: _, ...grant }) => grant);
  return { cursor: rows.length < page.limit ? undefined : rows.at(-1)?.accountId, grants };
}

export type LockedGrant = { accountId: string; balanceMinor: bigint; timesExpired: number };

/** Locks the accounts, in one order for everybody, and answers what is in them and how often they were emptied. */
export async function lockGrantAccounts(sql: Sql, accountIds: readonly string[]): Promise<Map<string, LockedGrant>> {
  await sql.query(`SELECT FROM ledger_accounts WHERE id = ANY ($1::uuid[]) ORDER BY id FOR NO KEY UPDATE`, [
    accountIds,
  ]);
  const { rows } = await sql.query<LockedGrant>(
    `SELECT a.id AS "accountId", a.balance_minor AS "balanceMinor",
       (SELECT count(*)::int FROM ledger_entries e JOIN ledger_transfers t ON t.id = e.transfer_id
        WHERE e.account_id = a.id AND t.kind = 'expire') AS "timesExpired"
     FROM ledger_accounts a WHERE a.id = ANY ($1::uuid[])`,
    [accountIds],
  );
  return new Map(rows.map((row) => [row.accountId, row]));
}
