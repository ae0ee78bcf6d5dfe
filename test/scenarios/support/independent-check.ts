import pg from 'pg';
import { computeAgain, type ExpectedLine, type Payers } from './second-computation.ts';

/** A finalized invoice as the Stripe simulator's own journal tells it, with the id of ours from its metadata. */
export type StripeCopy = {
  remoteId: string;
  invoiceId: string;
  number: string | null;
  currency: string;
  totalMinor: bigint;
  lineAmountsMinor: bigint[];
};

export type Difference = { customer: string; month: string; what: string; expected: string; found: string };

type Bill = {
  invoiceId: string;
  customer: string;
  month: string;
  number: string | null;
  currency: string;
  lifecycle: string;
  startAt: Date;
  endAt: Date;
  totalMinor: string;
  lines: BillLine[];
};
type BillLine = Pick<ExpectedLine, 'position' | 'priceKey' | 'quantity' | 'billableQuantity' | 'exactAmount'> & {
  amountMinor: string;
};

/**
 * Computes the sample's months again, from the CSV files and the plan's numbers, and compares with what was billed:
 * every invoice, every line of it, and its copy at Stripe. Equal to the cent in all of them means no differences.
 *
 * A missing invoice, one too many, one that is not issued, and a second copy at Stripe are differences too. An invoice
 * over nothing has to be skipped, without a copy.
 */
export async function checkIndependently(options: {
  databaseUrl: string;
  /** Name of the sample's clock: invoices on other clocks are none of this check's business. */
  clock: string;
  /** The local months that have been billed, such as 2013-01. */
  months: readonly string[];
  /** Who pays, if it is not the airlines. */
  payers?: Payers;
  readStripeCopies: () => Promise<StripeCopy[]>;
}): Promise<Difference[]> {
  const expected = groupBy(await computeAgain(options.databaseUrl, options.months, options.payers), billKey);
  const bills = groupBy(await readBills(options.databaseUrl, options.clock), billKey);
  const copies = groupBy(await options.readStripeCopies(), ({ invoiceId }) => invoiceId);

  const differences: Difference[] = [];
  for (const key of [...new Set([...expected.keys(), ...bills.keys()])].sort()) {
    const [customer = '', month = ''] = key.split(' ');
    const note: Note = (what, wanted, found) => {
      if (wanted !== found) differences.push({ customer, month, what, expected: wanted, found });
    };
    const lines = expected.get(key) ?? [];
    const live = (bills.get(key) ?? []).filter(({ lifecycle }) => lifecycle !== 'void');
    note('live invoices', lines.length === 0 ? '0' : '1', String(live.length));
    if (lines.length === 0 || live[0] === undefined) continue;
    compareBill(lines, live[0], note);
    compareCopies(lines, live[0], copies.get(live[0].invoiceId) ?? [], note);
  }
  return [...differences, ...strayCopies(copies, [...bills.values()].flat())];
}

type Note = (what: string, expected: string, found: string) => void;

function compareBill(expected: readonly ExpectedLine[], bill: Bill, note: Note): void {
  note('lifecycle', totalOf(expected) === 0n ? 'skipped' : 'issued', bill.lifecycle);
  note('currency', 'USD', bill.currency);
  note('period start', expected[0]!.periodStartAt.toISOString(), bill.startAt.toISOString());
  note('period end', expected[0]!.periodEndAt.toISOString(), bill.endAt.toISOString());
  note('total', String(totalOf(expected)), bill.totalMinor);
  note('lines', String(expected.length), String(bill.lines.length));
  for (const line of expected) {
    const billed = bill.lines.find(({ position }) => position === line.position);
    note(`line ${line.position}`, lineText(line), billed === undefined ? 'missing' : lineText(billed));
  }
}

function lineText(line: ExpectedLine | BillLine): string {
  const { priceKey, quantity, billableQuantity, exactAmount, amountMinor } = line;
  return `${priceKey}: ${quantity} used, ${billableQuantity} billed, exactly ${exactAmount}, ${amountMinor} minor`;
}

/** Whether lines of nothing are sent to Stripe is the sync's affair; every other amount has to be there once. */
function compareCopies(expected: readonly ExpectedLine[], bill: Bill, copies: readonly StripeCopy[], note: Note): void {
  note('invoices at Stripe', totalOf(expected) === 0n ? '0' : '1', String(copies.length));
  const copy = copies[0];
  if (copy === undefined) return;
  note('number at Stripe', bill.number ?? 'none', copy.number ?? 'none');
  note('currency at Stripe', 'usd', copy.currency);
  note('total at Stripe', String(totalOf(expected)), String(copy.totalMinor));
  const amounts = expected.map(({ amountMinor }) => amountMinor);
  note('lines at Stripe', amountsText(amounts), amountsText(copy.lineAmountsMinor));
}

function amountsText(amounts: readonly bigint[]): string {
  return amounts
    .filter((amount) => amount !== 0n)
    .sort((a, b) => (a < b ? -1 : a > b ? 1 : 0))
    .join(' ');
}

/** Invoices at Stripe that belong to none of ours. */
function strayCopies(copies: Map<string, StripeCopy[]>, bills: readonly Bill[]): Difference[] {
  const ours = new Set(bills.map(({ invoiceId }) => invoiceId));
  return [...copies.values()]
    .flat()
    .filter(({ invoiceId }) => !ours.has(invoiceId))
    .map(({ remoteId }) => ({ customer: '', month: '', what: 'stray at Stripe', expected: 'none', found: remoteId }));
}

/** Reads the result, and nothing else, from Durabill's tables. */
async function readBills(databaseUrl: string, clock: string): Promise<Bill[]> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const { rows } = await client.query<Bill>(
      `SELECT i.id AS "invoiceId", c.external_id AS customer, i.number, i.currency, s.lifecycle,
              to_char(i.period_start_at AT TIME ZONE i.zone, 'YYYY-MM') AS month, i.period_start_at AS "startAt",
              i.period_end_at AS "endAt", i.total_minor::text AS "totalMinor",
              (SELECT coalesce(jsonb_agg(jsonb_build_object(
                 'position', l.position, 'priceKey', l.price_key, 'quantity', trim_scale(l.quantity)::text,
                 'billableQuantity', trim_scale(l.billable_quantity)::text,
                 'exactAmount', trim_scale(l.exact_amount)::text, 'amountMinor', l.amount_minor::text)), '[]')
               FROM invoice_lines l WHERE l.invoice_id = i.id) AS lines
       FROM invoices i JOIN invoice_states s ON s.invoice_id = i.id JOIN customers c ON c.id = i.customer_id
       JOIN clocks k ON k.id = i.clock_id WHERE k.name = $1`,
      [clock],
    );
    return rows;
  } finally {
    await client.end();
  }
}

const billKey = ({ customer, month }: { customer: string; month: string }) => `${customer} ${month}`;

function totalOf(lines: readonly ExpectedLine[]): bigint {
  return lines.reduce((sum, { amountMinor }) => sum + amountMinor, 0n);
}

function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) groups.set(keyOf(item), [...(groups.get(keyOf(item)) ?? []), item]);
  return groups;
}
