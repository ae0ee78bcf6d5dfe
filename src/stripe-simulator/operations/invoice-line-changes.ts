import { multiply } from '../arithmetic.ts';
import { resourceMissing } from '../errors.ts';
import { newId } from '../ids.ts';
import { renderInvoice } from '../objects/invoice.ts';
import { renderLine } from '../objects/line.ts';
import type { InvoiceRecord, LineRecord } from '../objects/records.ts';
import { tooManyElements } from '../parameters.ts';
import type { MetadataChange } from '../schema.ts';
import { pendingItem } from './invoice-item-record.ts';
import { newTax, refuseIfNotDraft, refuseOtherCurrency, validateLineFields } from './invoice-lines.ts';
import { existingInvoice } from './invoice-record.ts';
import {
  type LineFields,
  removeLinesParameters,
  updateLineItemParameters,
  updateLinesParameters,
} from './line-parameters.ts';
import { mergeMetadata } from './metadata.ts';
import { type Call, operation } from './operation.ts';

const noun = 'invoice line item';

function lineOf(invoice: InvoiceRecord, lineId: string, call: Call<unknown>): LineRecord | undefined {
  return invoice.lineIds.includes(lineId) ? call.tx.get('line', lineId) : undefined;
}

/** Amount, quantity and unit price after a change; a new amount or price is a new one-off price behind the line. */
function repriced(line: LineRecord, sent: LineFields): Partial<LineRecord> {
  if (sent.amount !== undefined) {
    return { amount: sent.amount, quantity: '1', unitAmount: String(sent.amount), price: newId('price') };
  }
  const sentQuantity = sent.quantity_decimal ?? sent.quantity;
  if (sentQuantity === undefined && sent.price_data === undefined) return {};
  const quantity = sentQuantity === undefined ? line.quantity : String(sentQuantity);
  if (sent.price_data === undefined) {
    return { quantity, amount: multiplySigned(quantity, line.unitAmount) };
  }
  const unitAmount = sent.price_data.unit_amount_decimal ?? String(sent.price_data.unit_amount ?? 0);
  const price = { price: newId('price'), product: newId('prod', 14) };
  return { quantity, unitAmount, amount: multiply(quantity, unitAmount), ...price };
}

/** A line that was added as a negative amount has that as its unit price. */
function multiplySigned(quantity: string, unitAmount: string): number {
  return unitAmount.startsWith('-') ? 0 - multiply(quantity, unitAmount.slice(1)) : multiply(quantity, unitAmount);
}

/** The line after an update: what was not sent stays, an empty string unsets. Taxes are replaced as a whole. */
function changedLine(line: LineRecord, sent: LineFields, call: Call<unknown>, path: string): LineRecord {
  const metadataParam = path === '' ? 'metadata' : `${path}[metadata]`;
  return {
    ...line,
    ...repriced(line, sent),
    description: sent.description === undefined ? line.description : sent.description,
    discountable: sent.discountable ?? line.discountable,
    metadata: mergeMetadata(line.metadata, sent.metadata, metadataParam),
    periodStart: sent.period?.start ?? line.periodStart,
    periodEnd: sent.period?.end ?? line.periodEnd,
    taxes: sent.tax_amounts === undefined ? line.taxes : (sent.tax_amounts ?? []).map((tax) => newTax(tax, call)),
  };
}

/** The draft of the path with its metadata merged; the caller writes it. */
function editableInvoice(call: Call<{ invoice_metadata?: MetadataChange }>): InvoiceRecord {
  const invoice = existingInvoice(call.tx, call.ids['invoice'], 'invoice');
  refuseIfNotDraft(invoice);
  return { ...invoice, metadata: mergeMetadata(invoice.metadata, call.params.invoice_metadata, 'invoice_metadata') };
}

function write(invoice: InvoiceRecord, { tx, business }: Call<unknown>) {
  tx.put('invoice', invoice);
  return renderInvoice(invoice, tx, business);
}

/**
 * Changing and removing lines, on drafts only. The refusal of other states is that of add_lines, the one of this
 * family that was recorded live.
 */
export const invoiceLineChangeOperations = [
  operation({
    name: 'invoices.updateLines',
    method: 'POST',
    path: '/v1/invoices/{invoice}/update_lines',
    parameters: updateLinesParameters,
    answers: 'invoice',
    validate: ({ lines }, { limits }) => {
      if (lines.length > limits.linesPerCall) throw tooManyElements('lines', limits.linesPerCall);
      for (const [index, line] of lines.entries()) validateLineFields(line, `lines[${index}]`);
    },
    run: (call) => {
      const invoice = editableInvoice(call);
      for (const [index, sent] of call.params.lines.entries()) {
        const path = `lines[${index}]`;
        const line = lineOf(invoice, sent.id, call);
        if (line === undefined) throw resourceMissing(noun, sent.id, `${path}[id]`, 'parameter');
        refuseOtherCurrency(sent, invoice, `${path}[price_data][currency]`);
        call.tx.put('line', changedLine(line, sent, call, path));
      }
      return write(invoice, call);
    },
  }),
  operation({
    name: 'invoices.removeLines',
    method: 'POST',
    path: '/v1/invoices/{invoice}/remove_lines',
    parameters: removeLinesParameters,
    answers: 'invoice',
    validate: ({ lines }, { limits }) => {
      if (lines.length > limits.linesPerCall) throw tooManyElements('lines', limits.linesPerCall);
    },
    run: (call) => {
      let invoice = editableInvoice(call);
      for (const [index, { id, behavior }] of call.params.lines.entries()) {
        const line = lineOf(invoice, id, call);
        if (line === undefined) throw resourceMissing(noun, id, `lines[${index}][id]`, 'parameter');
        call.tx.remove('line', id);
        // An unassigned line waits as the customer's item, to be put on another invoice.
        if (behavior === 'unassign') call.tx.put('invoiceItem', pendingItem(line, invoice.customer));
        invoice = { ...invoice, lineIds: invoice.lineIds.filter((lineId) => lineId !== id) };
      }
      return write(invoice, call);
    },
  }),
  operation({
    name: 'invoices.updateLineItem',
    method: 'POST',
    path: '/v1/invoices/{invoice}/lines/{line}',
    parameters: updateLineItemParameters,
    answers: 'line_item',
    validate: (sent) => validateLineFields(sent, ''),
    run: (call) => {
      const { params, ids, tx, business } = call;
      const invoice = existingInvoice(tx, ids['invoice'], 'invoice');
      // Not recorded live: the name of this part of the path in Stripe's own API description.
      const line = lineOf(invoice, ids['line'] ?? '', call);
      if (line === undefined) throw resourceMissing(noun, ids['line'] ?? '', 'line_item_id', 'path');
      refuseIfNotDraft(invoice);
      refuseOtherCurrency(params, invoice, 'price_data[currency]');
      const changed = changedLine(line, params, call, '');
      tx.put('line', changed);
      return renderLine(changed, business);
    },
  }),
];
