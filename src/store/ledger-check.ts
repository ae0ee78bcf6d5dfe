import type { Sql } from './database.ts';

export type LedgerCheck = {
  checkedAt: Date;
  transfers: bigint;
  entries: bigint;
  /** The sum of all entries in each currency: zero. */
  sums: { currency: string; sumMinor: bigint }[];
  /** Transfers whose entries do not add up to zero, or are not as many as were told; at most 100. */
  unbalanced: string[];
  /** Customers' accounts that hold something else than their entries add up to; at most 100. */
  differences: { accountId: string; customerId: string; balanceMinor: bigint; entriesMinor: bigint }[];
  isBalanced: boolean;
};

/**
 * Adds the whole ledger up again. Constraints refuse all of what this could find; it tells whether somebody has switched
 * them off. One statement for each part, in one snapshot.
 */
export async function checkLedger(sql: Sql): Promise<LedgerCheck> {
  const { rows } = await sql.query<{
    checkedAt: Date;
    transfers: bigint;
    entries: bigint;
    sums: { currency: string; sumMinor: string }[];
    unbalanced: string[];
    differences: { accountId: string; customerId: string; balanceMinor: string; entriesMinor: string }[];
  }>(
    `SELECT clock_timestamp()::timestamptz(3) AS "checkedAt", (SELECT count(*) FROM ledger_transfers) AS transfers,
       (SELECT count(*) FROM ledger_entries) AS entries,
       (SELECT coalesce(jsonb_agg(jsonb_build_object('currency', s.currency, 'sumMinor', s.sum::text) ORDER BY s.currency), '[]')
        FROM (SELECT currency, sum(amount_minor) AS sum FROM ledger_entries GROUP BY currency) s) AS sums,
       array(SELECT t.id::text FROM ledger_transfers t LEFT JOIN ledger_entries e ON e.transfer_id = t.id
         GROUP BY t.id HAVING coalesce(sum(e.amount_minor), 0) <> 0 OR count(e.position) <> t.entry_count
         ORDER BY t.id LIMIT 100) AS unbalanced,
       (SELECT coalesce(jsonb_agg(jsonb_build_object('accountId', d.id, 'customerId', d.customer_id,
          'balanceMinor', d.balance_minor::text, 'entriesMinor', d.sum::text) ORDER BY d.id), '[]')
        FROM (SELECT a.id, a.customer_id, a.balance_minor, coalesce(sum(e.amount_minor), 0) AS sum
          FROM ledger_accounts a LEFT JOIN ledger_entries e ON e.account_id = a.id WHERE a.customer_id IS NOT NULL
          GROUP BY a.id HAVING a.balance_minor <> coalesce(sum(e.amount_minor), 0) ORDER BY a.id LIMIT 100) d) AS differences`,
  );
  const [found] = rows;
  if (found === undefined) throw new Error('the check of the ledger answered nothing');
  const sums = found.sums.map(({ currency, sumMinor }) => ({ currency, sumMinor: BigInt(sumMinor) }));
  const differences = found.differences.map(({ balanceMinor, entriesMinor, ...account }) => ({
    ...account,
    balanceMinor: BigInt(balanceMinor),
    entriesMinor: BigInt(entriesMinor),
  }));
  const isBalanced =
    sums.every(({ sumMinor }) => sumMinor === 0n) && found.unbalanced.length === 0 && differences.length === 0;
  return { ...found, sums, differences, isBalanced };
}
