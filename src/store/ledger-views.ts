import type { Sql } from './database.ts';
import type { DeploymentAccount, TransferKind } from './ledger.ts';

export type CurrencyBalance = {
  currency: string;
  /** What bills are paid with first. */
  balanceMinor: bigint;
  /** In wallets, and can be spent now. */
  walletsMinor: bigint;
};

/** What a customer has, by currency; those in which there was never anything are left out. */
export async function balancesOf(sql: Sql, customerId: string): Promise<CurrencyBalance[]> {
  const { rows } = await sql.query<CurrencyBalance>(
    `SELECT a.currency, coalesce(sum(a.balance_minor) FILTER (WHERE a.kind = 'balance'), 0)::bigint AS "balanceMinor",
       coalesce(sum(a.balance_minor) FILTER (WHERE g.starts_at <= business_now(k)
         AND coalesce(least(g.ends_at, w.ends_at), 'infinity') > business_now(k)), 0)::bigint AS "walletsMinor"
     FROM ledger_accounts a JOIN customers c ON c.id = a.customer_id JOIN clocks k ON k.id = c.clock_id
     LEFT JOIN wallet_grants g ON g.id = a.grant_id LEFT JOIN wallets w ON w.id = g.wallet_id
     WHERE a.customer_id = $1 GROUP BY a.currency ORDER BY a.currency`,
    [customerId],
  );
  return rows;
}

export type TransferView = {
  id: string;
  position: bigint;
  kind: TransferKind;
  reference: string;
  currency: string;
  invoiceId: string | null;
  actor: string;
  at: Date;
  bookedAt: Date;
  /** Above zero what the customer gained by it. */
  amountMinor: bigint;
  entries: {
    accountId: string;
    account: DeploymentAccount | 'balance' | 'grant';
    walletId: string | null;
    grantId: string | null;
    amountMinor: bigint;
  }[];
};

type StoredTransfer = Omit<TransferView, 'entries'> & {
  entries: (Omit<TransferView['entries'][number], 'amountMinor'> & { amountMinor: string })[];
};

/** A page of a customer's transfers, the latest first, those before `before`. */
export async function transfersOf(
  sql: Sql,
  customerId: string,
  page: { before: bigint | undefined; limit: number },
): Promise<TransferView[]> {
  const { rows } = await sql.query<StoredTransfer>(
    `SELECT t.id, t.position, t.kind, t.reference, t.currency, t.invoice_id AS "invoiceId", t.actor, t.at,
       t.booked_at AS "bookedAt", e.gained AS "amountMinor", e.entries
     FROM ledger_transfers t CROSS JOIN LATERAL (
       SELECT coalesce(sum(e.amount_minor) FILTER (WHERE a.customer_id IS NOT NULL), 0)::bigint AS gained,
         jsonb_agg(jsonb_build_object('accountId', a.id, 'account', a.kind, 'walletId', g.wallet_id, 'grantId', a.grant_id,
           'amountMinor', e.amount_minor::text) ORDER BY e.position) AS entries
       FROM ledger_entries e JOIN ledger_accounts a ON a.id = e.account_id LEFT JOIN wallet_grants g ON g.id = a.grant_id
       WHERE e.transfer_id = t.id) e
     WHERE t.customer_id = $1 AND ($2::bigint IS NULL OR t.position < $2) ORDER BY t.position DESC LIMIT $3`,
    [customerId, page.before ?? null, page.limit],
  );
  return rows.map(({ entries, ...transfer }) => ({
    ...transfer,
    entries: entries.map((entry) => ({ ...entry, amountMinor: BigInt(entry.amountMinor) })),
  }));
}
