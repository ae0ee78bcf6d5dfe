import type { Address } from '../domain/party/party.ts';
import type { TaxId } from './customer-taxes.ts';
import type { Sql } from './database.ts';

export type CustomerMapping = { remoteId: string; contactAt: Date };

export async function readMapping(
  sql: Sql,
  accountId: string,
  customerId: string,
): Promise<CustomerMapping | undefined> {
  const { rows } = await sql.query<CustomerMapping>({
    name: 'read-customer-mapping',
    text: `SELECT remote_id AS "remoteId", contact_at AS "contactAt" FROM customer_mappings
           WHERE account_id = $1 AND customer_id = $2`,
    values: [accountId, customerId],
  });
  return rows[0];
}

/** Stores the mapping unless there is one. @returns the id that is stored */
export async function insertMapping(
  sql: Sql,
  mapping: { accountId: string; customerId: string; remoteId: string; contactAt: Date },
): Promise<string> {
  await sql.query(
    `INSERT INTO customer_mappings (account_id, customer_id, remote_id, contact_at) VALUES ($1, $2, $3, $4)
     ON CONFLICT DO NOTHING`,
    [mapping.accountId, mapping.customerId, mapping.remoteId, mapping.contactAt],
  );
  return (await readMapping(sql, mapping.accountId, mapping.customerId))?.remoteId as string;
}

/** The target has the contact of this instant now. */
export async function markContactSent(sql: Sql, accountId: string, customerId: string, contactAt: Date): Promise<void> {
  await sql.query(
    `UPDATE customer_mappings SET contact_at = greatest(contact_at, $3) WHERE account_id = $1 AND customer_id = $2`,
    [accountId, customerId, contactAt],
  );
}

export type ContactToSend = {
  id: string;
  externalId: string;
  name: string;
  email: string | null;
  address: Address | null;
  /** BCP 47; null where the customer has named none. */
  language: string | null;
  taxIds: TaxId[];
  /** Since when the contact is as it is. */
  contactAt: Date;
  /** Its personal data is gone: the copy is not to have any either. */
  isErased: boolean;
  /** A copy that the target was seen to have of this customer, whether or not the books remember making it. */
  knownRemoteId: string | null;
};

/** What a target needs to know of a customer. */
export async function readOutgoingCustomer(sql: Sql, customerId: string): Promise<ContactToSend | undefined> {
  const { rows } = await sql.query<ContactToSend>(
    `SELECT c.id, c.external_id AS "externalId", coalesce(k.name, c.external_id) AS name, k.email, b.address, b.language,
            (SELECT coalesce(jsonb_agg(jsonb_build_object('type', t.type, 'value', t.value) ORDER BY t.place), '[]')
             FROM customer_tax_ids t WHERE t.customer_id = c.id) AS "taxIds",
            coalesce(k.updated_at, c.created_at) AS "contactAt",
            EXISTS (SELECT FROM customer_erasures e WHERE e.customer_id = c.id) AS "isErased",
            (SELECT r.remote_id FROM remote_customers r JOIN target_accounts a USING (account_id)
             WHERE a.target = 'stripe' AND r.customer_id = c.id AND NOT r.is_deleted
             ORDER BY r.created_at, r.remote_id LIMIT 1) AS "knownRemoteId"
     FROM customers c LEFT JOIN customer_contacts k ON k.customer_id = c.id
     LEFT JOIN customer_billing b ON b.customer_id = c.id WHERE c.id = $1`,
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
