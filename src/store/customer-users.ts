import type { Sql } from './database.ts';

export type CustomerUser = {
  id: string;
  customerId: string;
  email: string;
  name: string;
  role: 'admin' | 'billing' | 'member';
  receivesInvoices: boolean;
  /** `invited` until they sign in for the first time. */
  state: 'invited' | 'active' | 'disabled';
  createdAt: Date;
  signedInAt: Date | null;
};

const columns = `u.id, u.customer_id AS "customerId", u.email, u.name, u.role, u.receives_invoices AS "receivesInvoices", u.state,
  u.created_at AS "createdAt", u.signed_in_at AS "signedInAt"`;

type NewUser = Pick<CustomerUser, 'id' | 'customerId' | 'email' | 'name' | 'role' | 'receivesInvoices'>;

/** @returns false if the customer has a user with this address */
export async function insertUser(sql: Sql, user: NewUser): Promise<boolean> {
  const { rowCount } = await sql.query(
    `INSERT INTO customer_users (id, customer_id, email, name, role, receives_invoices) VALUES ($1, $2, $3, $4, $5, $6)
     ON CONFLICT (customer_id, email) DO NOTHING`,
    [user.id, user.customerId, user.email, user.name, user.role, user.receivesInvoices],
  );
  return rowCount === 1;
}

export async function findUserByEmail(sql: Sql, customerId: string, email: string): Promise<CustomerUser | undefined> {
  const { rows } = await sql.query<CustomerUser>(
    `SELECT ${columns} FROM customer_users u WHERE u.customer_id = $1 AND u.email = $2`,
    [customerId, email],
  );
  return rows[0];
}

/** A user of this customer, locked until the transaction ends. */
export async function lockUser(sql: Sql, customerId: string, id: string): Promise<CustomerUser | undefined> {
  const { rows } = await sql.query<CustomerUser>(
    `SELECT ${columns} FROM customer_users u WHERE u.customer_id = $1 AND u.id = $2 FOR UPDATE`,
    [customerId, id],
  );
  return rows[0];
}

/** In the order of their addresses, those after `after`. */
export async function listUsers(
  sql: Sql,
  customerId: string,
  page: { after: string | undefined; limit: number },
): Promise<CustomerUser[]> {
  const { rows } = await sql.query<CustomerUser>(
    `SELECT ${columns} FROM customer_users u WHERE u.customer_id = $1 AND ($2::text IS NULL OR u.email COLLATE "C" > $2)
     ORDER BY u.email COLLATE "C" LIMIT $3`,
    [customerId, page.after ?? null, page.limit],
  );
  return rows;
}

export type UserChange = Partial<Pick<CustomerUser, 'name' | 'role' | 'receivesInvoices' | 'state'>>;

export async function updateUser(sql: Sql, id: string, change: UserChange): Promise<void> {
  await sql.query(
    `UPDATE customer_users SET name = coalesce($2, name), role = coalesce($3, role),
       receives_invoices = coalesce($4, receives_invoices), state = coalesce($5, state) WHERE id = $1`,
    [id, change.name ?? null, change.role ?? null, change.receivesInvoices ?? null, change.state ?? null],
  );
}

/** Their sessions and links go with them. */
export async function deleteUser(sql: Sql, id: string): Promise<void> {
  await sql.query('DELETE FROM customer_users WHERE id = $1', [id]);
}

export async function countUsers(sql: Sql, customerId: string): Promise<number> {
  const { rows } = await sql.query<{ count: number }>(
    'SELECT count(*)::int AS count FROM customer_users WHERE customer_id = $1',
    [customerId],
  );
  return rows[0]?.count ?? 0;
}

/** Somebody who may sign in by a mail to an address, as the user of one customer. */
export type UserByMail = { userId: string; customerId: string; customerName: string; name: string; language: string };

/** At most so many customers are offered to one address. */
const mostChoices = 50;

/** Who may sign in by this address: as the user of one customer or of several, none of which was erased. */
export async function findUsersByMail(sql: Sql, email: string): Promise<UserByMail[]> {
  const { rows } = await sql.query<UserByMail>(
    `SELECT u.id AS "userId", u.customer_id AS "customerId", coalesce(b.legal_name, p.name) AS "customerName", u.name,
       coalesce(b.language, (SELECT s.language FROM seller_settings s ORDER BY s.version DESC LIMIT 1), 'en') AS language
     FROM customer_users u JOIN customer_contacts p ON p.customer_id = u.customer_id
     LEFT JOIN customer_billing b ON b.customer_id = u.customer_id
     WHERE u.email = $1 AND u.state <> 'disabled'
       AND NOT EXISTS (SELECT FROM customer_erasures e WHERE e.customer_id = u.customer_id)
     ORDER BY 3, u.id LIMIT ${mostChoices}`,
    [email],
  );
  return rows;
}

/** That a user has signed in: who was invited is active from now on. @returns false if there is none, or it is disabled */
export async function noteUserSignIn(sql: Sql, id: string): Promise<boolean> {
  const { rowCount } = await sql.query(
    `UPDATE customer_users SET signed_in_at = now(), state = 'active' WHERE id = $1 AND state <> 'disabled'`,
    [id],
  );
  return rowCount === 1;
}
