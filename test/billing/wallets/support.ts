import assert from 'node:assert/strict';
import { firstCursor } from '../../../src/billing/extend-periods.ts';
import { runIdOf } from '../../../src/billing/ids.ts';
import { inPages } from '../../../src/billing/in-pages.ts';
import { createWallet, type NewWalletInput } from '../../../src/billing/wallets/create-wallet.ts';
import { expireGrants } from '../../../src/billing/wallets/expire-grants.ts';
import { type GrantInput, grantCredit } from '../../../src/billing/wallets/grant-credit.ts';
import type { Database } from '../../../src/store/database.ts';
import { checkLedger } from '../../../src/store/ledger-check.ts';

export async function openWallet(
  database: Database,
  customer: string,
  name: string,
  terms: Partial<NewWalletInput> = {},
) {
  return (await createWallet(database, { customer, name, ...terms }, 'test')).wallet.id;
}

let grants = 0;

/** @returns the account of the grant */
export async function grant(
  database: Database,
  wallet: string,
  amountMinor: number,
  terms: Partial<GrantInput> = {},
): Promise<string> {
  grants += 1;
  const input = { wallet, amountMinor, requestId: `grant ${grants}`, ...terms };
  return (await grantCredit(database, input, 'test')).grant.accountId;
}

export async function expire(database: Database, clockId: string, at: string): Promise<number> {
  const cutoffAt = new Date(at);
  const scan = { id: runIdOf(clockId, 'due-scan', cutoffAt), clockId, cutoffAt };
  let expired = 0;
  await inPages({
    after: firstCursor,
    atOnce: 1,
    begin: (after) => expireGrants(database, scan, { after, limit: 2 }),
    onDone: (_, counts) => {
      expired += counts.grantsExpired;
    },
  });
  return expired;
}

export type Paid = { name: string; amountMinor: bigint };
export type PaidBill = { id: string; lifecycle: string; totalMinor: bigint; creditMinor: bigint; credits: Paid[] };

/** The bills of a customer or clock with what paid them, by period and group. */
export async function paidBills(database: Database, ownerId: string): Promise<PaidBill[]> {
  const { rows } = await database.query<Omit<PaidBill, 'credits'>>(
    `SELECT i.id, s.lifecycle, i.total_minor AS "totalMinor", i.credit_minor AS "creditMinor"
     FROM invoices i JOIN invoice_states s ON s.invoice_id = i.id WHERE $1 IN (i.customer_id, i.clock_id)
     ORDER BY i.period_start_at, i.billing_group, i.id`,
    [ownerId],
  );
  const credits = await database.query<Paid & { invoiceId: string }>(
    `SELECT invoice_id AS "invoiceId", name, amount_minor AS "amountMinor" FROM invoice_credits ORDER BY invoice_id, position`,
  );
  return rows.map((bill) => ({
    ...bill,
    credits: credits.rows
      .filter(({ invoiceId }) => invoiceId === bill.id)
      .map(({ name, amountMinor }) => ({ name, amountMinor })),
  }));
}

export async function heldIn(database: Database, accountId: string): Promise<bigint | undefined> {
  const { rows } = await database.query<{ held: bigint }>(
    `SELECT balance_minor AS held FROM ledger_accounts WHERE id = $1`,
    [accountId],
  );
  return rows[0]?.held;
}

/** What the deployment's account of a clock has gained. */
export async function gained(database: Database, clockId: string, kind: string): Promise<bigint> {
  const { rows } = await database.query<{ sum: bigint }>(
    `SELECT coalesce(sum(e.amount_minor), 0)::bigint AS sum FROM ledger_entries e JOIN ledger_accounts a ON a.id = e.account_id
     WHERE a.clock_id = $1 AND a.kind = $2`,
    [clockId, kind],
  );
  return rows[0]!.sum;
}

export async function assertBalanced(database: Database): Promise<void> {
  const { isBalanced, sums, unbalanced, differences } = await checkLedger(database);
  assert.ok(isBalanced, JSON.stringify({ sums: sums.map(String), unbalanced, differences: differences.map(String) }));
}
