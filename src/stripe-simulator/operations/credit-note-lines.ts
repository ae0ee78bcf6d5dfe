import { multiply, proportion, sum } from '../arithmetic.ts';
import { invalid, resourceMissing } from '../errors.ts';
import { newId } from '../ids.ts';
import type { CreditNoteLineRecord } from '../objects/credit-note-records.ts';
import { issuedNotesOf } from '../objects/credits.ts';
import { linesOf } from '../objects/invoice.ts';
import type { InvoiceRecord, LineRecord, LineTax } from '../objects/records.ts';
import type { Transaction } from '../state.ts';
import type { CreditNoteLineParams, CreditNoteParams } from './credit-note-parameters.ts';
import { mergeMetadata } from './metadata.ts';

/** The lines of a new note. Each line of the invoice can be credited once over, by all notes together. */
export function creditNoteLines(
  { amount, lines = [] }: CreditNoteParams,
  invoice: InvoiceRecord,
  tx: Transaction,
): CreditNoteLineRecord[] {
  // What lines a note over a bare amount shows is documented nowhere; one line of that amount keeps its sums whole.
  if (amount !== undefined) return [{ ...blank(), amount, quantity: 1, unitAmount: String(amount) }];
  const built: CreditNoteLineRecord[] = [];
  for (const [index, sent] of lines.entries()) {
    const path = `lines[${index}]`;
    built.push(
      sent.type === 'custom_line_item' ? customLine(sent, path, tx) : creditedLine(sent, path, invoice, built, tx),
    );
  }
  return built;
}

function blank(): CreditNoteLineRecord {
  return {
    id: newId('cnli'),
    amount: 0,
    description: null,
    invoiceLine: null,
    metadata: {},
    quantity: null,
    unitAmount: null,
    taxes: [],
  };
}

function customLine(sent: CreditNoteLineParams, path: string, tx: Transaction): CreditNoteLineRecord {
  const unitAmount = sent.unit_amount_decimal ?? String(sent.unit_amount ?? 0);
  const quantity = sent.quantity ?? 1;
  return {
    ...blank(),
    amount: multiply(String(quantity), unitAmount),
    description: sent.description ?? null,
    metadata: mergeMetadata({}, sent.metadata, `${path}[metadata]`),
    quantity,
    unitAmount,
    taxes: taxesSent(sent, path, [], tx),
  };
}

function creditedLine(
  sent: CreditNoteLineParams,
  path: string,
  invoice: InvoiceRecord,
  before: readonly CreditNoteLineRecord[],
  tx: Transaction,
): CreditNoteLineRecord {
  const wanted = sent.invoice_line_item ?? '';
  const line = linesOf(invoice, tx).find(({ id }) => id === wanted);
  if (line === undefined) {
    throw resourceMissing('invoice line item', wanted, `${path}[invoice_line_item]`, 'parameter');
  }
  const earlier = [...issuedNotesOf(invoice, tx).flatMap(({ lines }) => lines), ...before].filter(
    ({ invoiceLine }) => invoiceLine === line.id,
  );
  // Documented: a line credited by quantity once is credited so ever after, and likewise by amount.
  if (earlier.some(({ quantity }) => (quantity === null) !== (sent.quantity === undefined))) {
    throw invalid('A line is credited either by quantity or by amount, the same way every time.', path);
  }
  const amount = sent.amount ?? multiply(String(sent.quantity ?? 0), line.unitAmount.replace('-', ''));
  const left = line.amount - sum(earlier.map((credited) => credited.amount));
  if (amount > left) {
    throw invalid(
      `The line has ${Math.max(0, left)} left to credit.`,
      `${path}[${sent.amount === undefined ? 'quantity' : 'amount'}]`,
    );
  }
  return {
    ...blank(),
    amount,
    description: line.description,
    invoiceLine: line.id,
    metadata: mergeMetadata({}, sent.metadata, `${path}[metadata]`),
    quantity: sent.quantity ?? null,
    unitAmount: sent.quantity === undefined ? null : line.unitAmount,
    taxes: sent.tax_amounts === undefined ? sharedTaxes(line, amount) : taxesSent(sent, path, line.taxes, tx),
  };
}

/** The line's own taxes in proportion. How Stripe rounds here is not documented: send tax_amounts to be sure. */
function sharedTaxes(line: LineRecord, amount: number): LineTax[] {
  if (line.amount === 0) return [];
  return line.taxes.map((tax) => ({
    ...tax,
    amount: proportion(tax.amount, amount, line.amount),
    taxableAmount: proportion(tax.taxableAmount, amount, line.amount),
  }));
}

function taxesSent(
  { tax_amounts }: CreditNoteLineParams,
  path: string,
  ofLine: readonly LineTax[],
  tx: Transaction,
): LineTax[] {
  return (tax_amounts ?? []).map((sent, index) => {
    const rate = tx.get('taxRate', sent.tax_rate);
    if (rate === undefined) {
      throw resourceMissing('tax rate', sent.tax_rate, `${path}[tax_amounts][${index}][tax_rate]`, 'parameter');
    }
    return {
      amount: sent.amount,
      inclusive: rate.inclusive,
      taxRate: rate.id,
      taxabilityReason: ofLine.find(({ taxRate }) => taxRate === rate.id)?.taxabilityReason ?? 'not_available',
      taxableAmount: sent.taxable_amount,
    };
  });
}
