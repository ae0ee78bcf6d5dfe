import { invalid } from '../errors.ts';
import { linesOf } from '../objects/invoice.ts';
import type { InvoiceItemView } from '../objects/invoice-item.ts';
import type { InvoiceItemRecord, InvoiceRecord, LineRecord } from '../objects/records.ts';
import type { Sequence, Transaction } from '../state.ts';

/** A line and the item behind it share the random part of their ids, so that either leads to the other. */
export function itemIdOf(lineId: string): string {
  return `ii${lineId.slice(lineId.indexOf('_'))}`;
}

export function lineIdOf(itemId: string): string {
  return `il${itemId.slice(itemId.indexOf('_'))}`;
}

export function itemOfLine(line: LineRecord, customer: string): InvoiceItemView {
  const { invoiceItem, ...rest } = line;
  return { ...rest, id: invoiceItem, customer };
}

/** What a line becomes when it is taken off its invoice and kept. */
export function pendingItem({ invoice: _, invoiceItem, ...rest }: LineRecord, customer: string): InvoiceItemRecord {
  return { ...rest, id: invoiceItem, customer };
}

function lineOfItem({ customer, ...rest }: InvoiceItemRecord, invoice: string): LineRecord {
  return { ...rest, id: lineIdOf(rest.id), invoice, invoiceItem: rest.id };
}

export type FoundItem =
  | { item: InvoiceItemView; pending: InvoiceItemRecord }
  | { item: InvoiceItemView; pending: null; line: LineRecord; invoice: InvoiceRecord };

export function findItem(tx: Transaction, id: string): FoundItem | undefined {
  const pending = tx.get('invoiceItem', id);
  if (pending !== undefined) return { item: { ...pending, invoice: null }, pending };
  const line = tx.get('line', lineIdOf(id));
  const invoice = tx.get('invoice', line?.invoice ?? '');
  if (line === undefined || invoice === undefined || line.invoiceItem !== id) return undefined;
  return { item: itemOfLine(line, invoice.customer), pending: null, line, invoice };
}

/** Puts items on a draft, each before all that are there; they are lines from now on, whatever becomes of the draft. */
export function putOnInvoice(
  items: readonly InvoiceItemRecord[],
  invoice: InvoiceRecord,
  tx: Transaction,
  linesPerInvoice: number,
): InvoiceRecord {
  const lines = items.map((item) => lineOfItem(item, invoice.id));
  const lineIds = [...lines.map(({ id }) => id).reverse(), ...invoice.lineIds];
  if (lineIds.length > linesPerInvoice) {
    throw invalid(`An invoice can have at most ${linesPerInvoice} line items.`, 'invoice');
  }
  for (const line of lines) {
    tx.put('line', line);
    if (tx.get('invoiceItem', line.invoiceItem) !== undefined) tx.remove('invoiceItem', line.invoiceItem);
  }
  const filled = { ...invoice, lineIds };
  tx.put('invoice', filled);
  return filled;
}

/** All that the customer has pending in this currency, oldest first. */
export function pendingItems(customer: string, currency: string, tx: Transaction): InvoiceItemRecord[] {
  return toArray(tx.all('invoiceItem')).filter((item) => item.customer === customer && item.currency === currency);
}

/** Newest first. Without an invoice or a customer it looks at every line there is. */
export function itemsToList(
  wanted: { customer?: string; invoice?: InvoiceRecord | undefined; pending?: boolean },
  tx: Transaction,
): InvoiceItemView[] {
  const { customer, invoice, pending } = wanted;
  const invoices = invoice === undefined ? invoicesToSearch(customer, tx) : [invoice];
  const attached = pending === true ? [] : invoices.flatMap((searched) => itemsOn(searched, tx));
  const loose = invoice !== undefined || pending === false ? [] : toArray(tx.all('invoiceItem')).reverse();
  return [...loose.map((item) => ({ ...item, invoice: null })), ...attached].filter(
    (item) => customer === undefined || item.customer === customer,
  );
}

function invoicesToSearch(customer: string | undefined, tx: Transaction): InvoiceRecord[] {
  return toArray(customer === undefined ? tx.all('invoice') : tx.invoicesOfCustomer(customer)).reverse();
}

function itemsOn(invoice: InvoiceRecord, tx: Transaction): InvoiceItemView[] {
  return linesOf(invoice, tx).map((line) => itemOfLine(line, invoice.customer));
}

function toArray<T>(sequence: Sequence<T>): T[] {
  return Array.from({ length: sequence.length }, (_, index) => sequence.at(index)).filter((item) => item !== undefined);
}
