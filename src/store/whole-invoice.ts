import type { Currency } from '../domain/money/currency.ts';
import { formatMoney } from '../domain/money/money.ts';
import { type InvoiceCredit, type InvoiceDiscount, type InvoiceTax, selectedParts } from './bill-parts.ts';
import type { Sql } from './database.ts';
import { selectedCount, selectedMark } from './invoice-mark.ts';
import { type InvoiceParties, selectParties } from './invoice-parties.ts';
import {
  fromInvoices,
  fromStored,
  type InvoiceView,
  invoiceColumns,
  type StoredInvoice,
  safeNumber,
} from './invoice-views.ts';
import { type DataGap, dataGapsOf, type StoredGaps, selectedDataGaps } from './usage-freshness.ts';
import { uuidOrNull } from './uuid.ts';

export type InvoiceLineView = {
  position: number;
  subscriptionId: string | null;
  /** What it bills of the subscription: the invoice's period, or a part of it. */
  periodStartAt: Date | null;
  periodEndAt: Date | null;
  priceKey: string;
  description: string;
  meterKey: string | null;
  /** Decimals as text, exactly as they were computed. */
  quantity: string | null;
  billableQuantity: string | null;
  exactAmount: string;
  amountMinor: number;
  amount: string;
  discountMinor: number;
  taxMinor: number;
  inclusiveTaxMinor: number;
  eventCount: number;
  skippedCount: number;
  /** How the amount came about, step by step, as the rating wrote it down. */
  working: unknown;
};

/** What leads from the lines to the total. */
export type InvoicePartsView = {
  discounts: { key: string; name: string; amountMinor: number }[];
  taxes: (Omit<InvoiceTax, 'taxableMinor' | 'amountMinor'> & { taxableMinor: number; amountMinor: number })[];
  credits: { source: InvoiceCredit['source']; name: string; amountMinor: number }[];
};

export type WholeInvoice = {
  invoice: InvoiceView;
  parties: InvoiceParties & { isFrozen: boolean };
  lines: InvoiceLineView[];
  parts: InvoicePartsView;
  /** Sources that have fallen silent; null while it is not known. */
  dataGaps: DataGap[] | null;
};

/** Of the invoice `i`; amounts, counts and quantities are text, as JSON has no numbers that hold them. */
const selectedLines = `(SELECT coalesce(json_agg(line), '[]') FROM (
    SELECT l.position, l.subscription_id AS "subscriptionId", p.start_at AS "periodStartAt", p.end_at AS "periodEndAt",
      price_key AS "priceKey", description, meter_key AS "meterKey", trim_scale(quantity)::text AS quantity,
      trim_scale(billable_quantity)::text AS "billableQuantity", trim_scale(exact_amount)::text AS "exactAmount",
      amount_minor::text AS "amountMinor", discount_minor::text AS "discountMinor", tax_minor::text AS "taxMinor",
      inclusive_tax_minor::text AS "inclusiveTaxMinor", event_count::text AS "eventCount",
      skipped_count::text AS "skippedCount", working
    FROM invoice_lines l LEFT JOIN periods p ON p.id = l.period_id WHERE l.invoice_id = i.id ORDER BY l.position) line)`;

/**
 * One statement: it is of one moment by itself, and one way to PostgreSQL and back. It takes one id and no list of them, whose
 * length a plan for all calls would have to guess: PostgreSQL would plan it anew each time, for longer than it runs.
 */
const selectWhole = `SELECT ${invoiceColumns}, (SELECT to_json(parties) FROM (${selectParties}) parties) AS parties,
    ${selectedLines} AS lines, ${selectedParts}, ${selectedDataGaps} AS "dataGaps", ${selectedMark} AS mark,
    ${selectedCount} AS count
  ${fromInvoices} WHERE i.id = $1::uuid`;

type Texts<Row, Keys extends keyof Row> = Omit<Row, Keys> & { [Key in Keys]: string };
type CountsOfLine = 'amountMinor' | 'discountMinor' | 'taxMinor' | 'inclusiveTaxMinor' | 'eventCount' | 'skippedCount';
type StoredLine = Omit<Texts<InvoiceLineView, CountsOfLine>, 'amount' | 'periodStartAt' | 'periodEndAt'> & {
  periodStartAt: string | null;
  periodEndAt: string | null;
};
type StoredWhole = StoredInvoice & {
  parties: WholeInvoice['parties'] | null;
  lines: StoredLine[];
  discounts: Texts<InvoiceDiscount, 'amountMinor'>[];
  taxes: Texts<InvoiceTax, 'amountMinor' | 'taxableMinor'>[];
  credits: Texts<InvoiceCredit, 'amountMinor'>[];
  dataGaps: StoredGaps | null;
  mark: string;
  count: string | null;
};

/** An invoice as it was under its mark, its gaps in the data as of the count. */
export type MarkedInvoice = { whole: WholeInvoice; mark: string; count: string | null };

/** One invoice with its parties and lines, all of one moment: a draft may be rebuilt at any time. */
export async function findInvoice(sql: Sql, reference: string): Promise<WholeInvoice | undefined> {
  const id = uuidOrNull(reference);
  return id === null ? undefined : (await readMarked(sql, id))?.whole;
}

export async function readMarked(sql: Sql, id: string): Promise<MarkedInvoice | undefined> {
  const { rows } = await sql.query<StoredWhole>({ name: 'find-invoice', text: selectWhole, values: [id] });
  if (rows[0] === undefined) return undefined;
  const { parties, lines, discounts, taxes, credits, dataGaps, mark, count, ...stored } = rows[0];
  if (parties === null) return undefined;
  const whole: WholeInvoice = {
    invoice: fromStored(stored),
    parties,
    lines: lines.map((line) => lineOf(line, stored.currency as Currency)),
    parts: {
      discounts: discounts.map(({ key, name, amountMinor }) => ({ key, name, amountMinor: exactly(amountMinor) })),
      taxes: taxes.map(({ taxableMinor, amountMinor, ...tax }) => ({
        ...tax,
        taxableMinor: exactly(taxableMinor),
        amountMinor: exactly(amountMinor),
      })),
      credits: credits.map(({ source, name, amountMinor }) => ({ source, name, amountMinor: exactly(amountMinor) })),
    },
    dataGaps: dataGapsOf(dataGaps),
  };
  return { whole, mark, count };
}

function lineOf(line: StoredLine, currency: Currency): InvoiceLineView {
  return {
    ...line,
    periodStartAt: instantOf(line.periodStartAt),
    periodEndAt: instantOf(line.periodEndAt),
    amountMinor: exactly(line.amountMinor),
    amount: formatMoney({ amountMinor: BigInt(line.amountMinor), currency }),
    discountMinor: exactly(line.discountMinor),
    taxMinor: exactly(line.taxMinor),
    inclusiveTaxMinor: exactly(line.inclusiveTaxMinor),
    eventCount: exactly(line.eventCount),
    skippedCount: exactly(line.skippedCount),
  };
}

const exactly = (text: string) => safeNumber(BigInt(text));
const instantOf = (text: string | null) => (text === null ? null : new Date(text));
