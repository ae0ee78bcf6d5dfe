import { type InvoiceItemView, renderInvoiceItem } from '../objects/invoice-item.ts';
import type { InvoiceItemRecord } from '../objects/records.ts';
import { itemOfLine, lineIdOf } from '../operations/invoice-item-record.ts';
import type { Transaction } from '../state.ts';
import type { Change, Views } from './emit.ts';

/**
 * An item is pending, or the line of an invoice: so what becomes of one shows only in both together. Going from one to
 * the other is no event of its own, and Stripe has none for a changed item.
 */
export function itemChange(id: string, after: InvoiceItemRecord | null, views: Views): Change | undefined {
  const was = pendingOf(views.before, id) ?? onInvoice(views.before, id);
  const is = after === null ? onInvoice(views.after, id) : { ...after, invoice: null };
  if (is !== undefined && was === undefined) return told('invoiceitem.created', is, views);
  if (is === undefined && was !== undefined) return told('invoiceitem.deleted', was, views);
  return undefined;
}

function told(type: 'invoiceitem.created' | 'invoiceitem.deleted', item: InvoiceItemView, { business }: Views): Change {
  return { types: [type], snapshot: { object: renderInvoiceItem(item, business) } };
}

function pendingOf(tx: Transaction, id: string): InvoiceItemView | undefined {
  const pending = tx.get('invoiceItem', id);
  return pending === undefined ? undefined : { ...pending, invoice: null };
}

function onInvoice(tx: Transaction, id: string): InvoiceItemView | undefined {
  const line = tx.get('line', lineIdOf(id));
  const invoice = tx.get('invoice', line?.invoice ?? '');
  return line === undefined || invoice === undefined ? undefined : itemOfLine(line, invoice.customer);
}
