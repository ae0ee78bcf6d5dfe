import type { Sql } from './database.ts';
import { uuidOrNull } from './uuid.ts';

export type CustomerSubscription = {
  id: string;
  /** The plan that is in force by the customer's clock, or that it begins with. */
  plan: string;
  planVersion: number;
  billingGroup: string;
  startsAt: Date;
  endsAt: Date | null;
};

export type Customer = {
  id: string;
  externalId: string;
  name: string;
  email: string | null;
  currency: string;
  zone: string;
  /** Name of the clock. */
  clock: string;
  priority: 'normal' | 'high';
  createdAt: Date;
  subscriptions: CustomerSubscription[];
};

export type NewCustomer = {
  id: string;
  externalId: string;
  clockId: string;
  currency: string;
  zone: string;
  priority: string;
  name: string;
  email: string | null;
};

const selectCustomers = `SELECT c.id, c.external_id AS "externalId", p.name, p.email, c.currency, c.zone, k.name AS clock,
    c.priority, c.created_at AS "createdAt", coalesce(subscribed.list, '[]') AS subscriptions
  FROM customers c JOIN clocks k ON k.id = c.clock_id JOIN customer_contacts p ON p.customer_id = c.id
  LEFT JOIN LATERAL (
    SELECT jsonb_agg(jsonb_build_object('id', s.id, 'plan', plans.key, 'planVersion', v.version,
      'billingGroup', s.billing_group, 'startsAt', s.starts_at, 'endsAt', s.ends_at) ORDER BY s.starts_at, s.id) AS list
    FROM subscriptions s CROSS JOIN LATERAL (
      SELECT h.plan_version_id FROM subscription_phases h WHERE h.subscription_id = s.id
      ORDER BY h.starts_at <= business_now(k) DESC,
        CASE WHEN h.starts_at <= business_now(k) THEN h.starts_at END DESC, h.starts_at LIMIT 1) phase
    JOIN plan_versions v ON v.id = phase.plan_version_id JOIN plans ON plans.id = v.plan_id
    WHERE s.customer_id = c.id
  ) subscribed ON true`;

type StoredCustomer = Omit<Customer, 'subscriptions'> & {
  subscriptions: (Omit<CustomerSubscription, 'startsAt' | 'endsAt'> & { startsAt: string; endsAt: string | null })[];
};

/** JSON has no dates: they come out of it as text. */
function fromStored(row: StoredCustomer): Customer {
  const subscriptions = row.subscriptions.map(({ startsAt, endsAt, ...subscription }) => ({
    ...subscription,
    startsAt: new Date(startsAt),
    endsAt: endsAt === null ? null : new Date(endsAt),
  }));
  return { ...row, subscriptions };
}

/** Finds a customer by external id or, where no external id reads so, by our id. */
export async function findCustomer(sql: Sql, reference: string): Promise<Customer | undefined> {
  const { rows } = await sql.query<StoredCustomer>(
    `${selectCustomers} WHERE c.external_id = $1 OR c.id = $2 ORDER BY c.external_id = $1 DESC LIMIT 1`,
    [reference, uuidOrNull(reference)],
  );
  return rows[0] && fromStored(rows[0]);
}

/** Those of a search: in whose external id, name or address the text stands, or that have an invoice of just this number. */
const isFound = `($3::text IS NULL OR strpos(lower(c.external_id), lower($3)) > 0 OR strpos(lower(p.name), lower($3)) > 0
  OR strpos(lower(p.email), lower($3)) > 0 OR c.id = (SELECT i.customer_id FROM invoices i WHERE i.number = upper($3)))`;

/** A page of customers in the order of their external ids, those after `after`: all of them, or those that a search finds. */
export async function listCustomers(
  sql: Sql,
  page: { after: string | undefined; limit: number; search?: string },
): Promise<Customer[]> {
  const { rows } = await sql.query<StoredCustomer>(
    `${selectCustomers} WHERE ($1::text IS NULL OR c.external_id > $1) AND ${isFound}
     ORDER BY c.external_id LIMIT $2`,
    [page.after ?? null, page.limit, page.search ?? null],
  );
  return rows.map(fromStored);
}

/** Adds a customer with its contact unless the external id is taken; answers whether it did. */
export async function insertCustomer(sql: Sql, customer: NewCustomer): Promise<boolean> {
  const { rowCount } = await sql.query(
    `INSERT INTO customers (id, external_id, clock_id, currency, zone, priority) VALUES ($1, $2, $3, $4, $5, $6)
     ON CONFLICT DO NOTHING`,
    [customer.id, customer.externalId, customer.clockId, customer.currency, customer.zone, customer.priority],
  );
  if (rowCount === 0) return false;
  await sql.query(`INSERT INTO customer_contacts (customer_id, name, email) VALUES ($1, $2, $3)`, [
    customer.id,
    customer.name,
    customer.email,
  ]);
  return true;
}
