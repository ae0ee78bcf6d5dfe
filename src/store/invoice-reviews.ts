import type { Sql } from './database.ts';
import { type HeldFinding, readFindings } from './held-drafts.ts';
import { safeNumber } from './invoice-views.ts';

export type AttemptView = {
  attempt: number;
  startedAt: Date;
  endedAt: Date | null;
  outcome: 'synced' | 'failed' | null;
  code: string | null;
  reason: string | null;
};

export type DecisionView = {
  id: string;
  parkingNumber: number;
  kind: string;
  actor: string;
  reason: string;
  correctionId: string | null;
  decidedAt: Date;
};

/** An invoice of the same customer, currency, group and purpose whose period ends where or before this one begins. */
export type EarlierInvoice = {
  id: string;
  number: string | null;
  periodStartAt: Date;
  periodEndAt: Date;
  totalMinor: number;
  lines: { priceKey: string; amountMinor: number; quantity: string | null }[];
};

const attempts = 50;
const earlier = 3;

/** What an operator weighs before an invoice is answered; the decisions and attempts the latest first. */
export async function readReview(
  sql: Sql,
  invoiceId: string,
): Promise<{
  findings: HeldFinding[];
  attempts: AttemptView[];
  decisions: DecisionView[];
  earlier: EarlierInvoice[];
}> {
  const { rows: state } = await sql.query<{ parkingNumber: number; lifecycle: string }>(
    'SELECT parking_number AS "parkingNumber", lifecycle FROM invoice_states WHERE invoice_id = $1',
    [invoiceId],
  );
  const { parkingNumber = 0, lifecycle = '' } = state[0] ?? {};
  return {
    findings: lifecycle === 'held' ? await readFindings(sql, invoiceId, parkingNumber) : [],
    attempts: await readAttempts(sql, invoiceId),
    decisions: await readDecisions(sql, invoiceId),
    earlier: await readEarlier(sql, invoiceId),
  };
}

async function readAttempts(sql: Sql, invoiceId: string): Promise<AttemptView[]> {
  const { rows } = await sql.query<AttemptView>(
    `SELECT attempt, started_at AS "startedAt", ended_at AS "endedAt", outcome, code, reason FROM sync_attempts
     WHERE invoice_id = $1 ORDER BY attempt DESC LIMIT ${attempts}`,
    [invoiceId],
  );
  return rows;
}

async function readDecisions(sql: Sql, invoiceId: string): Promise<DecisionView[]> {
  const { rows } = await sql.query<DecisionView>(
    `SELECT id, parking_number AS "parkingNumber", kind, actor, reason, correction_id AS "correctionId",
       decided_at AS "decidedAt" FROM decisions WHERE invoice_id = $1 ORDER BY decided_at DESC, id LIMIT ${attempts}`,
    [invoiceId],
  );
  return rows;
}

/** Lines of an earlier invoice that are told; more of them are compared on its own page. */
const mostLines = 200;

async function readEarlier(sql: Sql, invoiceId: string): Promise<EarlierInvoice[]> {
  type Row = Omit<EarlierInvoice, 'totalMinor' | 'lines'> & {
    totalMinor: bigint;
    lines: { priceKey: string; amountMinor: string; quantity: string | null }[] | null;
  };
  const { rows } = await sql.query<Row>(
    `SELECT e.id, e.number, e.period_start_at AS "periodStartAt", e.period_end_at AS "periodEndAt",
       e.total_minor AS "totalMinor",
       (SELECT jsonb_agg(jsonb_build_object('priceKey', l.price_key, 'amountMinor', l.amount_minor::text,
          'quantity', trim_scale(l.quantity)::text) ORDER BY l.position)
        FROM (SELECT * FROM invoice_lines l WHERE l.invoice_id = e.id ORDER BY l.position LIMIT ${mostLines}) l) AS lines
     FROM invoices i JOIN invoice_states o ON o.customer_id = i.customer_id AND o.currency = i.currency
       AND o.billing_group = i.billing_group AND o.purpose = i.purpose AND o.period_end_at <= i.period_start_at
       AND o.lifecycle <> 'void'
     JOIN invoices e ON e.id = o.invoice_id
     WHERE i.id = $1 ORDER BY e.period_start_at DESC, e.id LIMIT ${earlier}`,
    [invoiceId],
  );
  return rows.map(({ totalMinor, lines, ...rest }) => ({
    ...rest,
    totalMinor: safeNumber(totalMinor),
    lines: (lines ?? []).map((line) => ({ ...line, amountMinor: safeNumber(BigInt(line.amountMinor)) })),
  }));
}
