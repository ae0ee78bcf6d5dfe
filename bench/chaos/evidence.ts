import type { JournalEntry } from '../../src/stripe-simulator/journal.ts';
import type { CustomerRecord, InvoiceRecord, LineRecord } from '../../src/stripe-simulator/objects/records.ts';
import type { Deployment } from '../support/deployment.ts';
import { groupBy } from './group-by.ts';

/** What stands in PostgreSQL, read by plain SQL of our own. */
export type Books = {
  events: { id: string; customer: string; occurredAt: Date; units: number }[];
  eventKeys: string[];
  customers: { id: string; externalId: string; clock: string }[];
  invoices: BookedInvoice[];
  /** Ids of the answers that were taken. */
  decisions: string[];
  parkedPeriods: number;
};

export type BookedInvoice = {
  id: string;
  customerId: string;
  externalId: string;
  clock: string;
  numberPrefix: string;
  periodStartAt: Date;
  lifecycle: string;
  sync: string;
  failureReason: string | null;
  number: string | null;
  currency: string;
  totalMinor: bigint;
  /** Ids at Stripe that the books have for it. */
  remoteIds: string[];
  lines: { id: string; priceKey: string; amountMinor: bigint }[];
};

/** What the simulated Stripe has, drafts included. */
export type AtStripe = {
  customers: { id: string; ours: string | undefined }[];
  invoices: {
    id: string;
    ours: string | undefined;
    customer: string;
    status: string;
    number: string | null;
    currency: string;
    lines: { ours: string | undefined; amountMinor: bigint }[];
  }[];
};

export async function readBooks({ database }: Deployment): Promise<Books> {
  const rowsOf = async <Row extends object>(text: string) =>
    (await database.query<Row & Record<string, never>>(text)).rows;
  const lines = await rowsOf<{ invoiceId: string } & BookedInvoice['lines'][number]>(
    `SELECT invoice_id AS "invoiceId", id, price_key AS "priceKey", amount_minor AS "amountMinor"
     FROM invoice_lines ORDER BY invoice_id, position`,
  );
  const linesByInvoice = groupBy(lines, ({ invoiceId }) => invoiceId);
  const invoices = await rowsOf<Omit<BookedInvoice, 'lines'>>(
    `SELECT i.id, i.customer_id AS "customerId", c.external_id AS "externalId", k.name AS clock,
       k.number_prefix AS "numberPrefix", i.period_start_at AS "periodStartAt", s.lifecycle, s.sync,
       s.failure_reason AS "failureReason", i.number, i.currency, i.total_minor AS "totalMinor",
       array(SELECT m.remote_id FROM invoice_mappings m WHERE m.invoice_id = i.id) AS "remoteIds"
     FROM invoices i JOIN invoice_states s ON s.invoice_id = i.id JOIN customers c ON c.id = i.customer_id
       JOIN clocks k ON k.id = i.clock_id`,
  );
  const [keys, decisions, parked] = await Promise.all([
    rowsOf<{ id: string }>('SELECT event_id AS id FROM event_keys'),
    rowsOf<{ id: string }>('SELECT id FROM decisions'),
    rowsOf<{ id: string }>('SELECT period_id AS id FROM parked_periods'),
  ]);
  return {
    events: await rowsOf(
      `SELECT e.event_id AS id, c.external_id AS customer, e.occurred_at AS "occurredAt",
         (e.properties ->> 'units')::int AS units
       FROM usage_events e JOIN customers c ON c.id = e.customer_id`,
    ),
    eventKeys: keys.map(({ id }) => id),
    customers: await rowsOf(
      `SELECT c.id, c.external_id AS "externalId", k.name AS clock FROM customers c JOIN clocks k ON k.id = c.clock_id`,
    ),
    invoices: invoices.map((invoice) => ({ ...invoice, lines: linesByInvoice.get(invoice.id) ?? [] })),
    decisions: decisions.map(({ id }) => id),
    parkedPeriods: parked.length,
  };
}

type State = { customer: CustomerRecord[]; invoice: InvoiceRecord[]; line: LineRecord[] };

export async function readStripe({ control }: Deployment): Promise<AtStripe> {
  const state = await control<State>('GET', '/state');
  const lines = groupBy(state.line, ({ invoice }) => invoice);
  return {
    customers: state.customer.map(({ id, metadata }) => ({ id, ours: metadata['durabill_customer'] })),
    invoices: state.invoice.map(({ id, customer, status, number, currency, metadata }) => ({
      id,
      ours: metadata['durabill_invoice'],
      customer,
      status,
      number,
      currency,
      lines: (lines.get(id) ?? []).map((line) => {
        return { ours: line.metadata['durabill_line'], amountMinor: BigInt(line.amount) };
      }),
    })),
  };
}

/** What went wrong at the simulated Stripe on purpose: requests by fault, and deliveries of webhooks by how they ended. */
export async function readFaultsMet({ control }: Deployment): Promise<{
  stripeFaults: Record<string, number>;
  deliveries: Record<string, number>;
}> {
  const { entries } = await control<{ entries: JournalEntry[] }>('GET', '/journal');
  const stripeFaults: Record<string, number> = {};
  const deliveries: Record<string, number> = {};
  const count = (counts: Record<string, number>, name: string) => {
    counts[name] = (counts[name] ?? 0) + 1;
  };
  for (const entry of entries) {
    if (entry.kind === 'request' && entry.fault !== null) count(stripeFaults, entry.fault);
    if (entry.kind === 'delivery') count(deliveries, entry.copy ?? entry.outcome);
  }
  return { stripeFaults, deliveries };
}
