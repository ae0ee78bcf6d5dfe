import type { Currency } from '../domain/money/currency.ts';
import { formatMoney } from '../domain/money/money.ts';
import { disputedOf } from './credit-notes.ts';
import type { Sql } from './database.ts';
import { type Standing, type StandingName, standingOf, statusOf } from './invoice-status.ts';

/** An invoice as it is shown: facts and states together, amounts as whole minor units and as text. */
export type InvoiceView = Omit<Standing, 'today' | 'paid'> & {
  id: string;
  number: string | null;
  revision: number;
  replaces: string | null;
  customerId: string;
  customerExternalId: string;
  clock: string;
  currency: string;
  billingGroup: string;
  purpose: string;
  periodStartAt: Date;
  periodEndAt: Date;
  generatedAt: Date;
  issuedAt: Date | null;
  /** Machine time at which its usage was read. */
  usageCutAt: Date;
  subtotalMinor: number;
  discountMinor: number;
  taxMinor: number;
  inclusiveTaxMinor: number;
  carriedMinor: number;
  creditMinor: number;
  totalMinor: number;
  total: string;
  lineCount: number;
  /** One line in plain words. */
  status: string;
  standing: StandingName;
  syncAttempts: number;
  nextRetryAt: Date | null;
  syncedAt: Date | null;
  /** Why it waits for a person; a draft that is held has no instant of its own. */
  parked: { parkingNumber: number; parkedAt: Date | null; code: string | null; reason: string | null } | null;
  /** What is wrong at the moment, or was at the last try. */
  failureCode: string | null;
  priority: 'normal' | 'high';
  wanted: 'final' | 'void';
  amountPaidMinor: number;
  /** Taken back by credit notes. */
  creditedMinor: number;
  /** Still to be paid. */
  amountDueMinor: number;
  paidAt: Date | null;
  /** How it is collected, once it was first sent, and why it is sent although its customer is to be charged. */
  collection: 'send_invoice' | 'charge_automatically' | null;
  collectionFallback: 'no-payment-method' | null;
  /** What went back, and what a bank has taken back or asks back. Neither changes how far it is paid. */
  refundedMinor: number;
  disputedMinor: number;
  /** Its copies where invoices are sent to. */
  copies: { target: string; remoteId: string; status: string; totalMinor: number; url: string | null }[];
};

export type InvoiceFilter = {
  customerId?: string;
  clockId?: string;
  lifecycle?: InvoiceView['lifecycle'];
  payment?: InvoiceView['payment'];
  sync?: InvoiceView['sync'];
  number?: string;
};

/** The last invoice of the page before. */
export type InvoiceCursor = { periodStartAt: Date; id: string };

/** Given back at the target, however it was asked for, and elsewhere. */
const refundedMinor = `((SELECT coalesce(sum(r.amount_minor), 0) FROM remote_records r WHERE r.invoice_id = i.id
    AND r.kind = 'refund' AND r.status NOT IN ('failed', 'canceled'))
  + (SELECT coalesce(sum(b.amount_minor), 0) FROM refunds b WHERE b.invoice_id = i.id AND b.kind = 'out_of_band'))::bigint`;
const creditedMinor = (column: 'total_minor' | 'due_minor') =>
  `(SELECT coalesce(sum(n.${column}), 0)::bigint FROM credit_notes n WHERE n.invoice_id = i.id)`;
/** What is still to come in: nothing for a draft, nor for what is void or given up. */
const amountDueMinor = `CASE WHEN s.lifecycle = 'issued' AND s.payment NOT IN ('paid', 'uncollectible')
  THEN greatest(0, i.total_minor - ${creditedMinor('due_minor')} - s.amount_paid_minor) ELSE 0 END`;

/** The day of business time that it is where the customer of the invoice `i` is. */
export const today = `(business_now(k) AT TIME ZONE i.zone)::date`;

/** All of an invoice `i` but its lines and parts. */
export const invoiceColumns = `i.id, i.number, i.revision, i.replaces, i.customer_id AS "customerId", i.currency,
    i.billing_group AS "billingGroup", i.purpose, i.period_start_at AS "periodStartAt", i.period_end_at AS "periodEndAt",
    i.zone, i.generated_at AS "generatedAt", i.due_at AS "dueAt", i.issued_at AS "issuedAt", i.usage_cut_at AS "usageCutAt",
    i.subtotal_minor AS "subtotalMinor", i.discount_minor AS "discountMinor", i.tax_minor AS "taxMinor",
    i.inclusive_tax_minor AS "inclusiveTaxMinor", i.carried_minor AS "carriedMinor", i.credit_minor AS "creditMinor",
    i.total_minor AS "totalMinor", i.line_count AS "lineCount",
    c.external_id AS "customerExternalId", k.name AS clock, ${today} AS today, s.payment_due_on AS "paymentDueOn",
    s.lifecycle, s.payment, s.sync, s.sync_attempts AS "syncAttempts", s.next_retry_at AS "nextRetryAt",
    s.synced_at AS "syncedAt", s.parking_number AS "parkingNumber", s.parked_at AS "parkedAt",
    s.failure_code AS "failureCode", s.failure_reason AS "failureReason", s.priority, s.wanted,
    s.amount_paid_minor AS "amountPaidMinor", s.paid_at AS "paidAt", s.collection,
    s.collection_fallback AS "collectionFallback", ${creditedMinor('total_minor')} AS "creditedMinor",
    ${amountDueMinor} AS "amountDueMinor", ${refundedMinor} AS "refundedMinor",
    ${disputedOf('i.id')} AS "disputedMinor", coalesce(sent.copies, '[]') AS copies`;

/** Invoices `i`, each with its state `s`, its customer `c` and its clock `k`. */
export const invoicesInBooks = `FROM invoices i JOIN invoice_states s ON s.invoice_id = i.id
  JOIN customers c ON c.id = i.customer_id JOIN clocks k ON k.id = i.clock_id`;

export const fromInvoices = `${invoicesInBooks}
  LEFT JOIN LATERAL (
    SELECT jsonb_agg(jsonb_build_object('target', a.target, 'remoteId', m.remote_id, 'status', m.remote_status,
      'totalMinor', m.remote_total_minor, 'url', m.remote_url) ORDER BY a.target) AS copies
    FROM invoice_mappings m JOIN target_accounts a ON a.account_id = m.account_id WHERE m.invoice_id = i.id
  ) sent ON true`;

const select = `SELECT ${invoiceColumns} ${fromInvoices}`;

const sums = [
  'subtotalMinor',
  'discountMinor',
  'taxMinor',
  'inclusiveTaxMinor',
  'carriedMinor',
  'creditMinor',
  'totalMinor',
  'amountPaidMinor',
  'creditedMinor',
  'amountDueMinor',
  'refundedMinor',
  'disputedMinor',
] as const;
type Sum = (typeof sums)[number];

export type StoredInvoice = Omit<InvoiceView, Sum | 'total' | 'status' | 'standing' | 'parked'> & {
  [name in Sum]: bigint;
} & {
  parkingNumber: number;
  parkedAt: Date | null;
  failureReason: string | null;
  today: string;
};

export function fromStored(row: StoredInvoice): InvoiceView {
  const { parkingNumber, parkedAt, failureReason, today: _, ...rest } = row;
  const waits = parkedAt !== null || row.lifecycle === 'held';
  const numbers = {} as { [name in Sum]: number };
  for (const name of sums) numbers[name] = safeNumber(row[name]);
  return {
    ...rest,
    ...numbers,
    total: formatMoney({ amountMinor: row.totalMinor, currency: row.currency as Currency }),
    status: statusOf({ ...row, paid: paidOf(row) }),
    standing: standingOf(row),
    parked: waits ? { parkingNumber, parkedAt, code: row.failureCode, reason: failureReason } : null,
  };
}

function paidOf({ amountPaidMinor, totalMinor, ...row }: StoredInvoice): NonNullable<Standing['paid']> {
  const shown = (amountMinor: bigint) => formatMoney({ amountMinor, currency: row.currency as Currency });
  return { amount: shown(amountPaidMinor), total: shown(totalMinor), isNothing: amountPaidMinor === 0n };
}

/** JSON readers hold numbers as doubles: an integer that one cannot hold must not leave as a slightly other one. */
export function safeNumber(value: bigint): number {
  const number = Number(value);
  if (!Number.isSafeInteger(number)) throw new RangeError(`${value} cannot be written as a JSON number exactly.`);
  return number;
}

/** A page of invoices, those of the newest periods first, after the cursor. */
export async function listInvoices(
  sql: Sql,
  filter: InvoiceFilter,
  page: { after: InvoiceCursor | undefined; limit: number },
): Promise<InvoiceView[]> {
  const values: unknown[] = [];
  const bind = (value: unknown): string => `$${values.push(value)}`;
  const conditions = ['true'];
  if (filter.customerId !== undefined) conditions.push(`i.customer_id = ${bind(filter.customerId)}`);
  if (filter.clockId !== undefined) conditions.push(`i.clock_id = ${bind(filter.clockId)}`);
  if (filter.lifecycle !== undefined) conditions.push(`s.lifecycle = ${bind(filter.lifecycle)}`);
  if (filter.payment !== undefined) conditions.push(`s.payment = ${bind(filter.payment)}`);
  if (filter.sync !== undefined) conditions.push(`s.sync = ${bind(filter.sync)}`);
  if (filter.number !== undefined) conditions.push(`i.number = ${bind(filter.number)}`);
  if (page.after !== undefined) {
    const start = bind(page.after.periodStartAt);
    conditions.push(
      `i.period_start_at <= ${start} AND (i.period_start_at < ${start} OR i.id > ${bind(page.after.id)})`,
    );
  }
  const { rows } = await sql.query<StoredInvoice>(
    `${select} WHERE ${conditions.join(' AND ')} ORDER BY i.period_start_at DESC, i.id LIMIT ${bind(page.limit)}`,
    values,
  );
  return rows.map(fromStored);
}

export async function isInvoice(sql: Sql, id: string): Promise<boolean> {
  const { rowCount } = await sql.query('SELECT FROM invoices WHERE id = $1', [id]);
  return rowCount === 1;
}
