import { appendAudit } from './audit.ts';
import type { Database, Sql } from './database.ts';

export type RemoteRecordRow = {
  remoteId: string;
  kind: 'payment' | 'refund' | 'dispute' | 'credit_note';
  invoiceId: string;
  amountMinor: bigint;
  currency: string;
  status: string;
  stage: number;
  isFinal: boolean;
  code: string | null;
};

/**
 * Records what was read at Stripe about money of an invoice, with a link of the invoice's chain. A reading that is older
 * than what is recorded, or a status before it, changes nothing.
 * @param observedAt when the reading began
 * @returns whether anything is new
 */
export async function recordRemote(
  database: Database,
  accountId: string,
  record: RemoteRecordRow,
  observedAt: Date,
): Promise<boolean> {
  return await database.transaction(async (sql) => {
    // The chain of an invoice has one writer at a time.
    await sql.query('SELECT FROM invoice_states WHERE invoice_id = $1 FOR UPDATE', [record.invoiceId]);
    if (!(await upsert(sql, accountId, record, observedAt))) return false;
    const { invoiceId, kind, amountMinor, remoteId, currency, status, code } = record;
    const detail = { remoteId, status, amountMinor: String(amountMinor), currency, ...(code !== null && { code }) };
    const action = `${kind.replace('_', '-')}-seen`;
    await appendAudit(sql, [{ subjectKind: 'invoice', subjectId: invoiceId, actor: 'stripe-events', action, detail }]);
    return true;
  });
}

async function upsert(sql: Sql, accountId: string, record: RemoteRecordRow, observedAt: Date): Promise<boolean> {
  const { rowCount } = await sql.query(
    `INSERT INTO remote_records AS r (account_id, remote_id, kind, invoice_id, amount_minor, currency, status, stage,
       is_final, code, observed_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
     ON CONFLICT (account_id, remote_id) DO UPDATE SET amount_minor = EXCLUDED.amount_minor, status = EXCLUDED.status,
       stage = EXCLUDED.stage, is_final = EXCLUDED.is_final, code = EXCLUDED.code, observed_at = EXCLUDED.observed_at
     WHERE r.stage <= EXCLUDED.stage AND r.observed_at <= EXCLUDED.observed_at
       AND (r.status, r.amount_minor, r.code) IS DISTINCT FROM (EXCLUDED.status, EXCLUDED.amount_minor, EXCLUDED.code)`,
    [
      accountId,
      record.remoteId,
      record.kind,
      record.invoiceId,
      record.amountMinor,
      record.currency,
      record.status,
      record.stage,
      record.isFinal,
      record.code,
      observedAt,
    ],
  );
  return rowCount === 1;
}

/** What is recorded of an invoice's money at Stripe, the latest first. */
export async function readRemoteRecords(
  sql: Sql,
  invoiceId: string,
): Promise<(Omit<RemoteRecordRow, 'stage' | 'invoiceId'> & { observedAt: Date })[]> {
  const { rows } = await sql.query<Omit<RemoteRecordRow, 'stage' | 'invoiceId'> & { observedAt: Date }>(
    `SELECT remote_id AS "remoteId", kind, amount_minor AS "amountMinor", currency, status, is_final AS "isFinal", code,
            observed_at AS "observedAt"
     FROM remote_records WHERE invoice_id = $1 ORDER BY observed_at DESC, remote_id`,
    [invoiceId],
  );
  return rows;
}

/** Invoices by their ids at Stripe, for those that are mapped. */
export async function findMappedInvoices(
  sql: Sql,
  accountId: string,
  remoteIds: readonly string[],
): Promise<Map<string, string>> {
  const { rows } = await sql.query<{ remoteId: string; invoiceId: string }>(
    `SELECT remote_id AS "remoteId", invoice_id AS "invoiceId" FROM invoice_mappings
     WHERE account_id = $1 AND remote_id = ANY ($2)`,
    [accountId, remoteIds],
  );
  return new Map(rows.map(({ remoteId, invoiceId }) => [remoteId, invoiceId]));
}

/** Whether there is such an invoice here. */
export async function hasInvoice(sql: Sql, invoiceId: string): Promise<boolean> {
  const { rowCount } = await sql.query('SELECT FROM invoices WHERE id = $1', [invoiceId]);
  return rowCount === 1;
}

/** Whether a dispute of this status has taken money away, or asks for it: an inquiry does not, and one that is won gives it back. */
export const takesMoney = (status: string): string =>
  `(${status} NOT IN ('won', 'prevented') AND ${status} NOT LIKE 'warning%')`;
