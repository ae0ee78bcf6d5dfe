import { createHash } from 'node:crypto';
import { multiply } from '../arithmetic.ts';
import { exclusiveParameters, invalid, missingParameter, Refusal } from '../errors.ts';
import { newId } from '../ids.ts';
import { linesOf, renderInvoice } from '../objects/invoice.ts';
import { renderLine } from '../objects/line.ts';
import type { InvoiceRecord, LineRecord, LineTax, TaxRateRecord } from '../objects/records.ts';
import { tooManyElements } from '../parameters.ts';
import { itemIdOf } from './invoice-item-record.ts';
import { existingInvoice } from './invoice-record.ts';
import { addLinesParameters, type LineFields, type LineParams, type TaxRateData } from './line-parameters.ts';
import { pageParameters, paginate, sequenceOf, validatePage } from './listing.ts';
import { mergeMetadata } from './metadata.ts';
import { type Call, operation } from './operation.ts';

/** What may not stand together in a line, new or changed; `path` is empty where the line is the whole request. */
export function validateLineFields(line: LineFields, path: string): void {
  const within = (name: string) => (path === '' ? name : `${path}[${name}]`);
  const both = (left: keyof LineFields, right: keyof LineFields) => {
    if (line[left] === undefined || line[right] === undefined) return;
    throw exclusiveParameters([left, right], within(left));
  };
  both('amount', 'quantity');
  both('amount', 'quantity_decimal');
  both('amount', 'price_data');
  both('quantity', 'quantity_decimal');
  validatePrice(line.price_data, within('price_data'));
  if (line.period !== undefined && line.period.end < line.period.start) {
    throw invalid('The end of a period must not be before its start.', within('period'));
  }
}

function validateLine(line: LineParams, path: string): void {
  validateLineFields(line, path);
  if (line.amount === undefined && line.price_data === undefined) throw missingParameter(`${path}[amount]`);
}

function validatePrice(price: LineFields['price_data'], path: string): void {
  if (price === undefined) return;
  if (price.unit_amount === undefined && price.unit_amount_decimal === undefined) {
    throw missingParameter(`${path}[unit_amount]`);
  }
  if (price.unit_amount !== undefined && price.unit_amount_decimal !== undefined) {
    throw exclusiveParameters(['unit_amount', 'unit_amount_decimal'], `${path}[unit_amount]`);
  }
}

/** Amount, quantity and unit price of a line: either one whole amount, or quantity times price. */
function priceLine(line: LineParams): Pick<LineRecord, 'amount' | 'quantity' | 'unitAmount'> {
  if (line.amount !== undefined) return { amount: line.amount, quantity: '1', unitAmount: String(line.amount) };
  const quantity = line.quantity_decimal ?? String(line.quantity ?? 1);
  const unitAmount = line.price_data?.unit_amount_decimal ?? String(line.price_data?.unit_amount ?? 0);
  return { amount: multiply(quantity, unitAmount), quantity, unitAmount };
}

export function refuseOtherCurrency({ price_data }: LineFields, { currency }: InvoiceRecord, param: string): void {
  if (price_data === undefined || price_data.currency === currency) return;
  throw invalid(`The currency must be that of the invoice: ${currency}.`, param);
}

function newLine(line: LineParams, invoice: InvoiceRecord, call: Call<unknown>, path: string): LineRecord {
  const { currency } = line.price_data ?? invoice;
  refuseOtherCurrency(line, invoice, `${path}[price_data][currency]`);
  const price = priceLine(line);
  const id = newId('il');
  return {
    id,
    created: call.now,
    invoice: invoice.id,
    invoiceItem: itemIdOf(id),
    price: newId('price'),
    product: newId('prod', 14),
    ...price,
    currency,
    description: line.description ?? line.price_data?.product_data.name ?? null,
    discountable: line.discountable ?? price.amount >= 0,
    metadata: mergeMetadata({}, line.metadata, `${path}[metadata]`),
    periodStart: line.period?.start ?? call.now,
    periodEnd: line.period?.end ?? call.now,
    taxes: (line.tax_amounts ?? []).map((tax) => newTax(tax, call)),
  };
}

export function newTax(tax: NonNullable<LineFields['tax_amounts']>[number], call: Call<unknown>): LineTax {
  return {
    amount: tax.amount,
    inclusive: tax.tax_rate_data.inclusive,
    taxRate: taxRateFor(tax.tax_rate_data, call).id,
    taxabilityReason: tax.taxability_reason ?? 'not_available',
    taxableAmount: tax.taxable_amount,
  };
}

/** Stripe reuses an archived tax rate whose data matches exactly; otherwise it makes one. */
function taxRateFor(data: TaxRateData, { tx, now, business }: Call<unknown>): TaxRateRecord {
  const wanted = {
    country: data.country ?? null,
    description: data.description ?? null,
    display_name: data.display_name,
    inclusive: data.inclusive,
    jurisdiction: data.jurisdiction ?? null,
    jurisdiction_level: data.jurisdiction_level ?? null,
    percentage: data.percentage,
    state: data.state ?? null,
    tax_type: data.tax_type ?? null,
  };
  const id = `txr_${createHash('sha256').update(JSON.stringify(wanted)).digest('hex').slice(0, 24)}`;
  const known = tx.get('taxRate', id);
  if (known !== undefined) return known;
  const made: TaxRateRecord = {
    id,
    object: 'tax_rate',
    active: false,
    created: now,
    effective_percentage: data.percentage,
    flat_amount: null,
    livemode: business.livemode,
    metadata: {},
    rate_type: 'percentage',
    ...wanted,
  };
  tx.put('taxRate', made);
  return made;
}

export function refuseIfNotDraft(invoice: InvoiceRecord): void {
  if (invoice.status === 'draft') return;
  throw new Refusal('Invalid invoice: This invoice is no longer editable', { code: 'invoice_not_editable' });
}

export const invoiceLineOperations = [
  operation({
    name: 'invoices.addLines',
    method: 'POST',
    path: '/v1/invoices/{invoice}/add_lines',
    parameters: addLinesParameters,
    answers: 'invoice',
    validate: ({ lines }, { limits }) => {
      if (lines.length > limits.linesPerCall) throw tooManyElements('lines', limits.linesPerCall);
      for (const [index, line] of lines.entries()) validateLine(line, `lines[${index}]`);
    },
    run: (call) => {
      const { params, ids, tx, limits, business } = call;
      const invoice = existingInvoice(tx, ids['invoice'], 'invoice');
      refuseIfNotDraft(invoice);
      const added = params.lines.map((line, index) => newLine(line, invoice, call, `lines[${index}]`));
      // Newest first: recorded live, each added line is listed before those that were there.
      const lineIds = [...added.map((line) => line.id).reverse(), ...invoice.lineIds];
      if (lineIds.length > limits.linesPerInvoice) {
        throw invalid(`An invoice can have at most ${limits.linesPerInvoice} line items.`, 'lines');
      }
      for (const line of added) tx.put('line', line);
      const metadata = mergeMetadata(invoice.metadata, params.invoice_metadata, 'invoice_metadata');
      const changed = { ...invoice, lineIds, metadata };
      tx.put('invoice', changed);
      return renderInvoice(changed, tx, business);
    },
  }),
  operation({
    name: 'invoices.listLineItems',
    method: 'GET',
    path: '/v1/invoices/{invoice}/lines',
    parameters: pageParameters,
    answers: 'line_item',
    isList: true,
    validate: validatePage,
    run: ({ params, ids, tx, business }) => {
      const invoice = existingInvoice(tx, ids['invoice'], 'invoice');
      return paginate(sequenceOf(linesOf(invoice, tx)), params, {
        noun: 'invoice line item',
        url: `/v1/invoices/${invoice.id}/lines`,
        render: (line) => renderLine(line, business),
      });
    },
  }),
];
