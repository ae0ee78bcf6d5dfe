import type { Sql } from './database.ts';

/** What an invoice says of itself, and what was recorded of its copy at Stripe. */
export type ProofFacts = {
  id: string;
  number: string | null;
  currency: string;
  lifecycle: string;
  payment: string;
  sync: string;
  /** Whether its history tells that it was brought to Stripe. */
  hasSyncedEntry: boolean;
  totalMinor: bigint;
  lineCount: number;
  usageCutAt: Date;
  atStripe: RecordedCopy | null;
};

export type RecordedCopy = {
  remoteId: string;
  status: string;
  totalMinor: bigint;
  recordedAt: Date;
  /** Stripe's id of the last request that was answered for it. */
  requestId: string | null;
  /** Its state as it was seen last, by its sync or by a reconciliation. */
  lastSeen: { status: string; at: Date };
};

type RecordedRow = Omit<RecordedCopy, 'lastSeen'> & { seenStatus: string; seenAt: Date };
type Row = Omit<ProofFacts, 'atStripe'> & { [K in keyof RecordedRow as `remote_${K}`]: RecordedRow[K] | null };

export async function readProofFacts(sql: Sql, invoiceId: string): Promise<ProofFacts | undefined> {
  const { rows } = await sql.query<Row>(
    `SELECT i.id, i.number, i.currency, s.lifecycle, s.payment, s.sync, i.total_minor AS "totalMinor", i.line_count AS "lineCount",
            i.usage_cut_at AS "usageCutAt", m.remote_id AS "remote_remoteId", m.remote_status AS "remote_status",
            m.remote_total_minor AS "remote_totalMinor", m.updated_at AS "remote_recordedAt",
            (SELECT r.request_id FROM stored_requests r WHERE r.account_id = m.account_id AND r.subject_kind = 'invoice'
               AND r.subject_id = i.id AND r.request_id IS NOT NULL ORDER BY r.answered_at DESC LIMIT 1) AS "remote_requestId",
            CASE WHEN o.seen_at > m.updated_at THEN o.status ELSE m.remote_status END AS "remote_seenStatus",
            greatest(o.seen_at, m.updated_at) AS "remote_seenAt",
            EXISTS (SELECT FROM audit_log l WHERE l.subject_kind = 'invoice' AND l.subject_id = i.id
               AND l.action IN ('synced', 'void refused')) AS "hasSyncedEntry"
     FROM invoices i JOIN invoice_states s ON s.invoice_id = i.id
     LEFT JOIN target_accounts a ON a.target = 'stripe'
     LEFT JOIN invoice_mappings m ON m.account_id = a.account_id AND m.invoice_id = i.id
     LEFT JOIN remote_invoices o ON o.account_id = m.account_id AND o.remote_id = m.remote_id
     WHERE i.id = $1`,
    [invoiceId],
  );
  const [row] = rows;
  if (row === undefined) return undefined;
  const { remote_remoteId: remoteId, ...rest } = row;
  const { remote_status, remote_totalMinor, remote_recordedAt, remote_requestId, ...others } = rest;
  const { remote_seenStatus, remote_seenAt, ...facts } = others;
  if (remoteId === null) return { ...facts, atStripe: null };
  return {
    ...facts,
    atStripe: {
      remoteId,
      status: remote_status as string,
      totalMinor: remote_totalMinor as bigint,
      recordedAt: remote_recordedAt as Date,
      requestId: remote_requestId,
      lastSeen: { status: remote_seenStatus as string, at: remote_seenAt as Date },
    },
  };
}

/** The total that Stripe itself last answered for its copy, in Stripe's units, as the history has it. */
export type AnsweredTotal = { total: string; currency: string; at: Date; requestId: string | null };

export async function lastAnsweredTotal(
  sql: Sql,
  invoiceId: string,
  remoteId: string,
): Promise<AnsweredTotal | undefined> {
  const { rows } = await sql.query<AnsweredTotal>(
    `SELECT detail -> 'fields' ->> 'total' AS total, detail -> 'fields' ->> 'currency' AS currency, at,
            detail ->> 'requestId' AS "requestId"
     FROM audit_log WHERE subject_kind = 'invoice' AND subject_id = $1 AND action IN ('answer', 'look')
       AND detail ->> 'remoteId' = $2 AND detail -> 'fields' ? 'total'
     ORDER BY sequence DESC LIMIT 1`,
    [invoiceId, remoteId],
  );
  return rows[0];
}
