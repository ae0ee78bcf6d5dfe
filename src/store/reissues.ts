import type { Sql } from './database.ts';
import type { InvoiceKey } from './invoice-facts.ts';

/** An order to bill the periods of a void invoice again. */
export type Reissue = {
  id: string;
  /** The invoice that it takes the place of. */
  replaces: string;
  state: 'waiting' | 'done' | 'refused';
  planVersionId: string | null;
  reason: string;
  actor: string;
  correctionId: string | null;
  orderedAt: Date;
  /** The new invoice, once there is one. */
  invoiceId: string | null;
  endedAt: Date | null;
  endReason: string | null;
};

const columns = `r.id, r.replaces, r.state, r.plan_version_id AS "planVersionId", r.reason, r.actor,
  r.correction_id AS "correctionId", r.ordered_at AS "orderedAt", r.invoice_id AS "invoiceId", r.ended_at AS "endedAt",
  r.end_reason AS "endReason"`;

export type NewReissue = Pick<Reissue, 'id' | 'replaces' | 'planVersionId' | 'reason' | 'actor' | 'correctionId'>;

export async function insertReissue(sql: Sql, reissue: NewReissue): Promise<void> {
  await sql.query(
    `INSERT INTO invoice_reissues (id, replaces, plan_version_id, reason, actor, correction_id)
     VALUES ($1, $2, $3, $4, $5, $6)`,
    [reissue.id, reissue.replaces, reissue.planVersionId, reissue.reason, reissue.actor, reissue.correctionId],
  );
}

/** The order for an invoice that was not refused, if there is one. */
export async function findReissueOf(sql: Sql, invoiceId: string): Promise<Reissue | undefined> {
  const { rows } = await sql.query<Reissue>(
    `SELECT ${columns} FROM invoice_reissues r WHERE r.replaces = $1 AND r.state <> 'refused'`,
    [invoiceId],
  );
  return rows[0];
}

/** The plan version that the order named by which this invoice was made; null for none. */
export async function reissuedVersionOf(sql: Sql, invoiceId: string): Promise<string | null> {
  const { rows } = await sql.query<{ planVersionId: string | null }>(
    `SELECT plan_version_id AS "planVersionId" FROM invoice_reissues WHERE invoice_id = $1`,
    [invoiceId],
  );
  return rows[0]?.planVersionId ?? null;
}

/** Locks an order, so that of two who carry it out at once one does. */
export async function lockReissue(sql: Sql, id: string): Promise<Reissue | undefined> {
  const { rows } = await sql.query<Reissue>(`SELECT ${columns} FROM invoice_reissues r WHERE r.id = $1 FOR UPDATE`, [
    id,
  ]);
  return rows[0];
}

/** The orders of a clock that wait for no void any more, the oldest first. */
export async function readyReissues(sql: Sql, clockId: string, limit: number): Promise<string[]> {
  const { rows } = await sql.query<{ id: string }>(
    `SELECT r.id FROM invoice_reissues r JOIN invoices i ON i.id = r.replaces JOIN invoice_states s ON s.invoice_id = i.id
     WHERE r.state = 'waiting' AND i.clock_id = $1 AND (s.lifecycle = 'void' OR s.wanted <> 'void')
     ORDER BY r.ordered_at, r.id LIMIT $2`,
    [clockId, limit],
  );
  return rows.map(({ id }) => id);
}

export async function endReissue(
  sql: Sql,
  id: string,
  end: { state: 'done'; invoiceId: string } | { state: 'refused'; reason: string },
): Promise<void> {
  await sql.query(
    `UPDATE invoice_reissues SET state = $2, invoice_id = $3, end_reason = $4, ended_at = clock_timestamp() WHERE id = $1`,
    [id, end.state, end.state === 'done' ? end.invoiceId : null, end.state === 'refused' ? end.reason : null],
  );
}

/** What a reissue takes over from the invoice that it replaces. */
export type ReplacedInvoice = InvoiceKey & {
  id: string;
  clockId: string;
  zone: string;
  runId: string;
  cutoffAt: Date;
  lifecycle: string;
  wanted: 'final' | 'void';
  /** Business time of its clock. */
  now: Date;
};

/** The invoice with its state locked; undefined if there is none. */
export async function lockReplaced(sql: Sql, invoiceId: string): Promise<ReplacedInvoice | undefined> {
  await sql.query(`SELECT FROM invoice_states WHERE invoice_id = $1 FOR UPDATE`, [invoiceId]);
  const { rows } = await sql.query<ReplacedInvoice>(
    `SELECT i.id, i.customer_id AS "customerId", i.currency, i.billing_group AS "billingGroup",
            i.period_start_at AS "periodStartAt", i.period_end_at AS "periodEndAt", i.purpose, i.clock_id AS "clockId",
            i.zone, i.run_id AS "runId", i.cutoff_at AS "cutoffAt", s.lifecycle, s.wanted, business_now(k) AS now
     FROM invoices i JOIN invoice_states s ON s.invoice_id = i.id JOIN clocks k ON k.id = i.clock_id WHERE i.id = $1`,
    [invoiceId],
  );
  return rows[0];
}

/** Links a draft to the void invoice whose place it takes; from then on it bills that one's periods. */
export async function linkReplaced(sql: Sql, invoiceId: string, replaces: string): Promise<void> {
  await sql.query(`UPDATE invoices SET replaces = $2 WHERE id = $1`, [invoiceId, replaces]);
}
