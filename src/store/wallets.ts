import type { Sql } from './database.ts';
import { uuidOrNull } from './uuid.ts';

/** When a wallet is topped up by itself: at or below the threshold, by so much, and no more than so much a month. */
export type TopUpRule = { thresholdMinor: bigint; amountMinor: bigint; monthlyMinor: bigint };

export type Wallet = {
  id: string;
  customerId: string;
  currency: string;
  /** In which its customer is billed. */
  billedIn: string;
  name: string;
  priority: number;
  endsAt: Date | null;
  topUp: TopUpRule | null;
  createdAt: Date;
  /** Business time of its customer. */
  now: Date;
  /** What can be spent of it now, promotional and paid for. */
  promotionalMinor: bigint;
  paidMinor: bigint;
  /** What has not begun yet, and what has ended but may still pay for what was used before. */
  comingMinor: bigint;
  endedMinor: bigint;
};

type StoredWallet = Omit<Wallet, 'topUp'> & {
  thresholdMinor: bigint | null;
  topUpMinor: bigint | null;
  topUpMonthlyMinor: bigint | null;
};

const select = `SELECT w.id, w.customer_id AS "customerId", w.currency, c.currency AS "billedIn", w.name, w.priority, w.ends_at AS "endsAt",
    w.threshold_minor AS "thresholdMinor", w.top_up_minor AS "topUpMinor", w.top_up_monthly_minor AS "topUpMonthlyMinor",
    w.created_at AS "createdAt", business_now(k)::timestamptz(3) AS now,
    held.promotional AS "promotionalMinor", held.paid AS "paidMinor", held.coming AS "comingMinor", held.ended AS "endedMinor"
  FROM wallets w JOIN customers c ON c.id = w.customer_id JOIN clocks k ON k.id = c.clock_id
  CROSS JOIN LATERAL (
    SELECT coalesce(sum(one.held) FILTER (WHERE one.stands = 'live' AND NOT one.is_paid), 0)::bigint AS promotional,
      coalesce(sum(one.held) FILTER (WHERE one.stands = 'live' AND one.is_paid), 0)::bigint AS paid,
      coalesce(sum(one.held) FILTER (WHERE one.stands = 'coming'), 0)::bigint AS coming,
      coalesce(sum(one.held) FILTER (WHERE one.stands = 'ended'), 0)::bigint AS ended
    FROM (SELECT a.balance_minor AS held, g.is_paid,
        CASE WHEN least(g.ends_at, w.ends_at) <= business_now(k) THEN 'ended' WHEN g.starts_at > business_now(k) THEN 'coming'
          ELSE 'live' END AS stands
      FROM wallet_grants g JOIN ledger_accounts a ON a.grant_id = g.id WHERE g.wallet_id = w.id) one) held`;

function fromStored({ thresholdMinor, topUpMinor, topUpMonthlyMinor, ...wallet }: StoredWallet): Wallet {
  const isToppedUp = thresholdMinor !== null && topUpMinor !== null && topUpMonthlyMinor !== null;
  const topUp = isToppedUp ? { thresholdMinor, amountMinor: topUpMinor, monthlyMinor: topUpMonthlyMinor } : null;
  return { ...wallet, topUp };
}

export async function findWallet(sql: Sql, reference: string): Promise<Wallet | undefined> {
  const { rows } = await sql.query<StoredWallet>(`${select} WHERE w.id = $1`, [uuidOrNull(reference)]);
  return rows[0] && fromStored(rows[0]);
}

/** All wallets of a customer in the order in which they pay, those that have ended among them. */
export async function walletsOf(sql: Sql, customerId: string): Promise<Wallet[]> {
  const { rows } = await sql.query<StoredWallet>(`${select} WHERE w.customer_id = $1 ORDER BY w.priority, w.id`, [
    customerId,
  ]);
  return rows.map(fromStored);
}

/**
 * Until the transaction ends nobody else changes wallets of the customer, grants to them or orders top-ups; in one order
 * for everybody.
 */
export async function lockWallets(sql: Sql, customerId: string): Promise<void> {
  await sql.query(`SELECT FROM wallets WHERE customer_id = $1 ORDER BY id FOR NO KEY UPDATE`, [customerId]);
}

export type WalletTerms = Pick<Wallet, 'priority' | 'endsAt' | 'topUp'>;

const termsOf = ({ priority, endsAt, topUp }: WalletTerms) => [
  priority,
  endsAt,
  topUp?.thresholdMinor ?? null,
  topUp?.amountMinor ?? null,
  topUp?.monthlyMinor ?? null,
];

export async function insertWallet(
  sql: Sql,
  wallet: Pick<Wallet, 'id' | 'customerId' | 'currency' | 'name'> & WalletTerms,
): Promise<void> {
  await sql.query(
    `INSERT INTO wallets (id, customer_id, currency, name, priority, ends_at, threshold_minor, top_up_minor,
       top_up_monthly_minor) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
    [wallet.id, wallet.customerId, wallet.currency, wallet.name, ...termsOf(wallet)],
  );
}

export async function updateWallet(sql: Sql, id: string, terms: WalletTerms): Promise<void> {
  await sql.query(
    `UPDATE wallets SET priority = $2, ends_at = $3, threshold_minor = $4, top_up_minor = $5, top_up_monthly_minor = $6
     WHERE id = $1`,
    [id, ...termsOf(terms)],
  );
}
