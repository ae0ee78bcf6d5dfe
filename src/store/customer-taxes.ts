import type { Sql } from './database.ts';

export type TaxId = { type: string; value: string };

/** Who is not said to be anything else is taxable at the deployment's rates. */
export type CustomerTax = {
  status: 'taxable' | 'exempt' | 'reverse_charge';
  reason: string | null;
  /** Keys of the customer's own rates, in order; null for the deployment's. */
  defaultRates: string[] | null;
  changedAt: Date | null;
};

const columns = `coalesce(t.status, 'taxable') AS status, t.reason, t.default_rates AS "defaultRates",
  t.changed_at AS "changedAt"`;

/** How each of these customers is taxed. */
export async function readCustomerTaxes(sql: Sql, customerIds: readonly string[]): Promise<Map<string, CustomerTax>> {
  const { rows } = await sql.query<CustomerTax & { customerId: string }>(
    `SELECT c.id AS "customerId", ${columns} FROM customers c LEFT JOIN customer_taxes t ON t.customer_id = c.id
     WHERE c.id = ANY ($1::uuid[])`,
    [customerIds],
  );
  return new Map(rows.map(({ customerId, ...tax }) => [customerId, tax]));
}

/** The same of one customer, locked: two who change it at once take turns. */
export async function lockCustomerTax(sql: Sql, customerId: string): Promise<CustomerTax> {
  await sql.query(`SELECT FROM customers WHERE id = $1 FOR UPDATE`, [customerId]);
  return (await readCustomerTaxes(sql, [customerId])).get(customerId) as CustomerTax;
}

/** The tax ids of each of these customers, in their order. */
export async function readTaxIds(sql: Sql, customerIds: readonly string[]): Promise<Map<string, TaxId[]>> {
  const { rows } = await sql.query<TaxId & { customerId: string }>(
    `SELECT customer_id AS "customerId", type, value FROM customer_tax_ids WHERE customer_id = ANY ($1::uuid[])
     ORDER BY customer_id, place`,
    [customerIds],
  );
  const byCustomer = new Map<string, TaxId[]>(customerIds.map((id) => [id, []]));
  for (const { customerId, ...taxId } of rows) byCustomer.get(customerId)?.push(taxId);
  return byCustomer;
}

export async function writeCustomerTax(
  sql: Sql,
  customerId: string,
  { status, reason, defaultRates }: Omit<CustomerTax, 'changedAt'>,
): Promise<void> {
  await sql.query(
    `INSERT INTO customer_taxes (customer_id, status, reason, default_rates) VALUES ($1, $2, $3, $4)
     ON CONFLICT (customer_id) DO UPDATE SET status = EXCLUDED.status, reason = EXCLUDED.reason,
       default_rates = EXCLUDED.default_rates, changed_at = now()`,
    [customerId, status, reason, defaultRates === null ? null : JSON.stringify(defaultRates)],
  );
}

/** These take the place of all that the customer had. */
export async function replaceTaxIds(sql: Sql, customerId: string, taxIds: readonly TaxId[]): Promise<void> {
  await sql.query(`DELETE FROM customer_tax_ids WHERE customer_id = $1`, [customerId]);
  await sql.query(
    `INSERT INTO customer_tax_ids (customer_id, place, type, value)
     SELECT $1, place - 1, type, value FROM unnest($2::text[], $3::text[]) WITH ORDINALITY AS t (type, value, place)`,
    [customerId, taxIds.map(({ type }) => type), taxIds.map(({ value }) => value)],
  );
}
