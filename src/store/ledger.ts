import type { Sql } from './database.ts';

/** Accounts of the deployment, which stand against those of its customers: where credits come from and go to. */
export type DeploymentAccount = 'granted' | 'funded' | 'carried' | 'credited' | 'applied' | 'expired' | 'refunded';

/** `carry` and `apply` are what an issue books, `uncarry` and `unapply` what a void gives back of it. */
export type TransferKind = 'grant' | 'carry' | 'credit' | 'apply' | 'unapply' | 'uncarry' | 'expire' | 'refund';

export type NewAccount = {
  id: string;
  /** Whose it is: a customer, or the deployment under a clock. */
  customerId: string | null;
  clockId: string | null;
  currency: string;
  kind: DeploymentAccount | 'balance' | 'grant';
  grantId: string | null;
};

/** Adds those of the accounts that are not there yet. */
export async function ensureAccounts(sql: Sql, accounts: readonly NewAccount[]): Promise<void> {
  if (accounts.length === 0) return;
  await sql.query(
    `INSERT INTO ledger_accounts (id, customer_id, clock_id, currency, kind, grant_id, balance_minor)
     SELECT DISTINCT n.*, CASE WHEN n.customer_id IS NULL THEN NULL ELSE 0 END
     FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::uuid[])
       AS n (id, customer_id, clock_id, currency, kind, grant_id)
     ORDER BY n.id ON CONFLICT DO NOTHING`,
    [
      accounts.map((account) => account.id),
      accounts.map((account) => account.customerId),
      accounts.map((account) => account.clockId),
      accounts.map((account) => account.currency),
      accounts.map((account) => account.kind),
      accounts.map((account) => account.grantId),
    ],
  );
}

export type NewTransfer = {
  id: string;
  kind: TransferKind;
  /** What it is booked for, once. */
  reference: string;
  customerId: string;
  currency: string;
  invoiceId: string | null;
  actor: string;
  /** They add up to zero. */
  entries: readonly { accountId: string; amountMinor: bigint }[];
};

/**
 * Books transfers at the time of their customers' clocks; one that is booked already is left as it is. Balances move with
 * it, and one that would fall below zero makes the statement fail: whoever takes from accounts locks and reads them first.
 * @returns the ids of those that are new
 */
export async function insertTransfers(sql: Sql, transfers: readonly NewTransfer[]): Promise<Set<string>> {
  if (transfers.length === 0) return new Set();
  const { rows } = await sql.query<{ id: string }>(
    `INSERT INTO ledger_transfers (id, kind, reference, customer_id, currency, invoice_id, actor, at, entry_count)
     SELECT t.id, t.kind, t.reference, t.customer_id, t.currency, t.invoice_id, t.actor, business_now(k), t.entry_count
     FROM unnest($1::uuid[], $2::text[], $3::text[], $4::uuid[], $5::text[], $6::uuid[], $7::text[], $8::smallint[])
       AS t (id, kind, reference, customer_id, currency, invoice_id, actor, entry_count)
     JOIN customers c ON c.id = t.customer_id JOIN clocks k ON k.id = c.clock_id
     ORDER BY t.id ON CONFLICT DO NOTHING RETURNING id`,
    [
      transfers.map((transfer) => transfer.id),
      transfers.map((transfer) => transfer.kind),
      transfers.map((transfer) => transfer.reference),
      transfers.map((transfer) => transfer.customerId),
      transfers.map((transfer) => transfer.currency),
      transfers.map((transfer) => transfer.invoiceId),
      transfers.map((transfer) => transfer.actor),
      transfers.map((transfer) => transfer.entries.length),
    ],
  );
  const booked = new Set(rows.map(({ id }) => id));
  const entries = transfers
    .filter(({ id }) => booked.has(id))
    .flatMap(({ id, currency, entries: ofTransfer }) =>
      ofTransfer.map((entry, index) => ({ id, currency, position: index + 1, ...entry })),
    );
  await sql.query(
    `INSERT INTO ledger_entries (transfer_id, position, account_id, currency, amount_minor)
     SELECT * FROM unnest($1::uuid[], $2::smallint[], $3::uuid[], $4::text[], $5::bigint[])`,
    [
      entries.map((entry) => entry.id),
      entries.map((entry) => entry.position),
      entries.map((entry) => entry.accountId),
      entries.map((entry) => entry.currency),
      entries.map((entry) => entry.amountMinor),
    ],
  );
  return booked;
}

/** The clocks of customers, under which the deployment's side of their transfers stands. */
export async function clocksOfCustomers(sql: Sql, customerIds: readonly string[]): Promise<Map<string, string>> {
  const { rows } = await sql.query<{ id: string; clockId: string }>(
    `SELECT id, clock_id AS "clockId" FROM customers WHERE id = ANY ($1::uuid[])`,
    [[...new Set(customerIds)]],
  );
  return new Map(rows.map(({ id, clockId }) => [id, clockId]));
}

/** Locks all accounts of these customers, the empty ones too, in one order for everybody. */
export async function lockAccounts(sql: Sql, customerIds: readonly string[]): Promise<void> {
  await sql.query(`SELECT FROM ledger_accounts WHERE customer_id = ANY ($1::uuid[]) ORDER BY id FOR NO KEY UPDATE`, [
    customerIds,
  ]);
}

/** Something that can pay for a customer's bills, in the order in which they are taken. */
export type StoredSource = {
  accountId: string;
  customerId: string;
  currency: string;
  source: 'balance' | 'wallet';
  /** Name of the wallet; null for the balance. */
  name: string | null;
  balanceMinor: bigint;
  /** When it ends: the grant, or the wallet if that ends sooner. */
  endsAt: Date | null;
  /** Business time. */
  now: Date;
};

/** What these customers have and has begun by their clocks: the balance, then grants in the order of docs/wallets.md. */
export async function readSources(sql: Sql, customerIds: readonly string[]): Promise<StoredSource[]> {
  const { rows } = await sql.query<StoredSource>(
    `SELECT a.id AS "accountId", a.customer_id AS "customerId", a.currency, w.name, a.balance_minor AS "balanceMinor",
       CASE a.kind WHEN 'balance' THEN 'balance' ELSE 'wallet' END AS source,
       least(g.ends_at, w.ends_at) AS "endsAt", business_now(k)::timestamptz(3) AS now
     FROM ledger_accounts a JOIN customers c ON c.id = a.customer_id JOIN clocks k ON k.id = c.clock_id
     LEFT JOIN wallet_grants g ON g.id = a.grant_id LEFT JOIN wallets w ON w.id = g.wallet_id
     WHERE a.customer_id = ANY ($1::uuid[]) AND a.balance_minor > 0
       AND (g.id IS NULL OR g.starts_at <= business_now(k))
     ORDER BY a.customer_id, a.kind = 'balance' DESC, w.priority, w.id, g.priority,
       least(g.ends_at, w.ends_at) NULLS LAST, g.is_paid, g.starts_at, g.id`,
    [customerIds],
  );
  return rows;
}

/** What the issue of an invoice booked, to be given back. */
export type BookedTransfer = {
  kind: 'apply' | 'carry';
  invoiceId: string;
  customerId: string;
  currency: string;
  /** On accounts of the customer, with what is in each now. */
  moves: { accountId: string; amountMinor: bigint; balanceMinor: bigint }[];
};

/** What was booked for these invoices and is not given back yet. */
export async function transfersToReverse(sql: Sql, invoiceIds: readonly string[]): Promise<BookedTransfer[]> {
  const { rows } = await sql.query<Omit<BookedTransfer, 'moves'> & BookedTransfer['moves'][number] & { id: string }>(
    `SELECT t.id, t.kind, t.invoice_id AS "invoiceId", t.customer_id AS "customerId", t.currency,
       e.account_id AS "accountId", e.amount_minor AS "amountMinor", a.balance_minor AS "balanceMinor"
     FROM ledger_transfers t JOIN ledger_entries e ON e.transfer_id = t.id JOIN ledger_accounts a ON a.id = e.account_id
     WHERE t.invoice_id = ANY ($1::uuid[]) AND t.kind IN ('apply', 'carry') AND a.customer_id IS NOT NULL
       AND NOT EXISTS (SELECT FROM ledger_transfers back WHERE back.reference = t.reference AND back.kind = 'un' || t.kind)
     ORDER BY t.invoice_id, t.position, e.position`,
    [invoiceIds],
  );
  const byTransfer = new Map<string, BookedTransfer>();
  for (const { id, accountId, amountMinor, balanceMinor, ...transfer } of rows) {
    const found = byTransfer.get(id) ?? { ...transfer, moves: [] };
    found.moves.push({ accountId, amountMinor, balanceMinor });
    byTransfer.set(id, found);
  }
  return [...byTransfer.values()];
}
