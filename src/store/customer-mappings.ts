import type { Sql } from './database.ts';

export async function readMapping(sql: Sql, accountId: string, customerId: string): Promise<string | undefined> {
  const { rows } = await sql.query<{ remoteId: string }>({
    name: 'read-customer-mapping',
    text: 'SELECT remote_id AS "remoteId" FROM customer_mappings WHERE account_id = $1 AND customer_id = $2',
    values: [accountId, customerId],
  });
  return rows[0]?.remoteId;
}

/** Stores the mapping unless there is one. @returns the id that is stored */
export async function insertMapping(
  sql: Sql,
  mapping: { accountId: string; customerId: string; remoteId: string },
): Promise<string> {
  await sql.query(
    `INSERT INTO customer_mappings (account_id, customer_id, remote_id) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`,
    [mapping.accountId, mapping.customerId, mapping.remoteId],
  );
  return (await readMapping(sql, mapping.accountId, mapping.customerId)) as string;
}

/** What a target needs to know of a customer. */
export async function readOutgoingCustomer(
  sql: Sql,
  customerId: string,
): Promise<{ id: string; externalId: string; name: string; email: string | null } | undefined> {
  const { rows } = await sql.query<{ id: string; externalId: string; name: string; email: string | null }>(
    `SELECT c.id, c.external_id AS "externalId", coalesce(k.name, c.external_id) AS name, k.email
     FROM customers c LEFT JOIN customer_contacts k ON k.customer_id = c.id WHERE c.id = $1`,
    [customerId],
  );
  return rows[0];
}

/** Binds the target to its account at first use. @returns what it is bound to, which may be another account */
export async function bindAccount(
  sql: Sql,
  account: { target: string; accountId: string; livemode: boolean },
): Promise<{ accountId: string; livemode: boolean }> {
  await sql.query(
    `INSERT INTO target_accounts (target, account_id, livemode) VALUES ($1, $2, $3) ON CONFLICT (target) DO NOTHING`,
    [account.target, account.accountId, account.livemode],
  );
  const { rows } = await sql.query<{ accountId: string; livemode: boolean }>(
    `SELECT account_id AS "accountId", livemode FROM target_accounts WHERE target = $1`,
    [account.target],
  );
  return rows[0] as { accountId: string; livemode: boolean };
}
