import type { Sql } from './database.ts';

export type Totals = {
  customers: number;
  invoices: number;
  /** `invoices` leaves out those over nothing. */
  amounts: { currency: string; amountMinor: bigint; invoices: number }[];
  /**
   * Of the invoices: at Stripe, waiting for a person, on their way, drafts that are not issued yet, and those over
   * nothing, which were skipped.
   */
  sync: { synced: number; parked: number; waiting: number; drafts: number; skipped: number };
};

/** What the books of a clock add up to: live invoices, their amounts by currency, and how far they are. */
export async function readTotals(sql: Sql, clockId: string): Promise<Totals> {
  const { rows: customers } = await sql.query<{ count: number }>(
    `SELECT count(*)::int AS count FROM customers WHERE clock_id = $1`,
    [clockId],
  );
  const { rows } = await sql.query<{
    currency: string;
    amountMinor: bigint;
    invoices: number;
    synced: number;
    parked: number;
    waiting: number;
    drafts: number;
    skipped: number;
  }>(
    `SELECT i.currency, sum(i.total_minor)::bigint AS "amountMinor", count(*)::int AS invoices,
            count(*) FILTER (WHERE s.sync = 'synced')::int AS synced,
            count(*) FILTER (WHERE s.sync = 'parked')::int AS parked,
            count(*) FILTER (WHERE s.sync NOT IN ('none', 'synced', 'parked'))::int AS waiting,
            count(*) FILTER (WHERE s.lifecycle IN ('draft', 'held'))::int AS drafts,
            count(*) FILTER (WHERE s.lifecycle = 'skipped')::int AS skipped
     FROM invoices i JOIN invoice_states s ON s.invoice_id = i.id
     WHERE i.clock_id = $1 AND s.lifecycle <> 'void' GROUP BY i.currency ORDER BY i.currency`,
    [clockId],
  );
  const sum = (of: (row: (typeof rows)[number]) => number) => rows.reduce((total, row) => total + of(row), 0);
  return {
    customers: customers[0]?.count ?? 0,
    invoices: sum((row) => row.invoices),
    amounts: rows.map(({ currency, amountMinor, invoices, skipped }) => ({
      currency,
      amountMinor,
      invoices: invoices - skipped,
    })),
    sync: {
      synced: sum((row) => row.synced),
      parked: sum((row) => row.parked),
      waiting: sum((row) => row.waiting),
      drafts: sum((row) => row.drafts),
      skipped: sum((row) => row.skipped),
    },
  };
}

/** The customer of a clock with the largest sum of live invoices. */
export async function findLargestCustomer(
  sql: Sql,
  clockId: string,
): Promise<{ id: string; externalId: string; name: string } | undefined> {
  const { rows } = await sql.query<{ id: string; externalId: string; name: string }>(
    `SELECT c.id, c.external_id AS "externalId", p.name
     FROM customers c JOIN customer_contacts p ON p.customer_id = c.id JOIN invoices i ON i.customer_id = c.id
     JOIN invoice_states s ON s.invoice_id = i.id
     WHERE c.clock_id = $1 AND s.lifecycle <> 'void' GROUP BY c.id, c.external_id, p.name
     ORDER BY sum(i.total_minor) DESC, c.id LIMIT 1`,
    [clockId],
  );
  return rows[0];
}
