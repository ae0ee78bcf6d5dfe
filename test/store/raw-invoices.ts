import type { Database } from '../../src/store/database.ts';
import { flat, invoicesOf, openBusiness, perDeparture } from '../billing/business.ts';

export const lifecycles = ['draft', 'held', 'issued', 'skipped', 'void'] as const;
export type Lifecycle = (typeof lifecycles)[number];

/** Invoices that are brought into their states by raw SQL, past the product's own code. */
export async function openRawInvoices(database: Database) {
  const sql = (text: string, values?: unknown[]) => database.query(text, values);
  const business = await openBusiness(database);
  const paying = await business.plan('paying', [flat('100'), perDeparture('2')]);
  const free = await business.plan('free', [perDeparture('2')]);
  let customers = 0;

  /** An invoice of its own customer in this state: over 100.00 in two lines, or over nothing where it is skipped. */
  async function invoice(lifecycle: Lifecycle = 'draft'): Promise<string> {
    customers += 1;
    const plan = lifecycle === 'skipped' ? free : paying;
    const customerId = await business.customer(`C${customers}`, { plan });
    await business.invoice('2013-02-01T13:00:00Z');
    const { id } = (await invoicesOf(database, customerId))[0]!;
    if (lifecycle === 'issued') await number(id);
    if (lifecycle !== 'draft') await move(id, lifecycle);
    return id;
  }

  const number = (id: string) =>
    sql(`UPDATE invoices SET number = left('N' || id::text, 26), issued_at = now() WHERE id = $1`, [id]);

  /** Straight to a state, with the sync that belongs to it. */
  const move = (id: string, lifecycle: Lifecycle) => {
    const sync = lifecycle === 'issued' ? 'pending' : 'none';
    return sql(`UPDATE invoice_states SET lifecycle = $2, sync = $3 WHERE invoice_id = $1`, [id, lifecycle, sync]);
  };

  /** Makes a draft one over nothing. */
  async function empty(id: string): Promise<void> {
    await sql(`DELETE FROM invoice_lines WHERE invoice_id = $1`, [id]);
    await sql(`UPDATE invoices SET subtotal_minor = 0, total_minor = 0, line_count = 0 WHERE id = $1`, [id]);
  }

  async function facts(id: string) {
    const lines = await sql(`SELECT * FROM invoice_lines WHERE invoice_id = $1 ORDER BY position`, [id]);
    return [(await sql(`SELECT * FROM invoices WHERE id = $1`, [id])).rows, lines.rows];
  }

  return { sql, invoice, number, move, empty, facts };
}

export type RawInvoices = Awaited<ReturnType<typeof openRawInvoices>>;

/** Adds a line over 1.00 to the invoice $1. */
export const newLine = `INSERT INTO invoice_lines (id, invoice_id, position, price_key, description, exact_amount, amount_minor,
  event_count, skipped_count, working) VALUES (gen_random_uuid(), $1, 99, 'x', 'X', 1, 100, 0, 0, '[]')`;

/** Another invoice with the facts of $1, of the next revision unless said otherwise. */
export const copyOf = (id: string, revision = 'revision + 1', currency = 'currency') => `
    INSERT INTO invoices (id, revision, replaces, customer_id, currency, billing_group, period_start_at, period_end_at,
      purpose, clock_id, zone, run_id, cutoff_at, generated_at, due_at, usage_cut_at, subtotal_minor, total_minor, line_count)
    SELECT '${id}', ${revision}, NULL, customer_id, ${currency}, billing_group, period_start_at, period_end_at, purpose,
      clock_id, zone, run_id, cutoff_at, generated_at, due_at, usage_cut_at, 0, 0, 0 FROM invoices WHERE id = $1`;

/** The state of the invoice $1, as a draft. */
export const stateOf = `INSERT INTO invoice_states
      (invoice_id, customer_id, currency, billing_group, period_start_at, period_end_at, purpose)
    SELECT id, customer_id, currency, billing_group, period_start_at, period_end_at, purpose FROM invoices WHERE id = $1`;
