import { invalid, resourceMissing } from '../errors.ts';
import { newId } from '../ids.ts';
import { dateOf, renderInvoiceItem } from '../objects/invoice-item.ts';
import type { InvoiceItemRecord, InvoiceRecord, LineRecord } from '../objects/records.ts';
import { beyond, boolean, expand, id, range } from '../schema.ts';
import type { Transaction } from '../state.ts';
import {
  type ItemCreateParams,
  type ItemUpdateParams,
  itemCreateParameters,
  itemUpdateParameters,
  priced,
  validateItem,
  validateNewItem,
} from './invoice-item-parameters.ts';
import { type FoundItem, findItem, itemOfLine, itemsToList, putOnInvoice } from './invoice-item-record.ts';
import { refuseIfNotDraft } from './invoice-lines.ts';
import { pageParameters, paginate, sequenceOf, validatePage, within } from './listing.ts';
import { mergeMetadata } from './metadata.ts';
import { type Call, operation } from './operation.ts';

function existing({ ids, tx }: { ids: Call['ids']; tx: Transaction }): FoundItem {
  const wanted = ids['invoiceitem'] ?? '';
  const found = findItem(tx, wanted);
  if (found === undefined) throw resourceMissing('invoiceitem', wanted, 'id', 'path');
  return found;
}

function referencedInvoice(tx: Transaction, invoiceId: string): InvoiceRecord {
  const invoice = tx.get('invoice', invoiceId);
  if (invoice === undefined) throw resourceMissing('invoice', invoiceId, 'invoice', 'parameter');
  return invoice;
}

function newItem(call: Call<ItemCreateParams>, invoice: InvoiceRecord | undefined): InvoiceItemRecord {
  const { params, tx, now, business } = call;
  const customerId = params.customer ?? invoice?.customer ?? '';
  const customer = tx.get('customer', customerId);
  if (customer === undefined || customer.deleted) {
    throw resourceMissing('customer', customerId, 'customer', 'parameter');
  }
  if (invoice !== undefined && invoice.customer !== customer.id) {
    throw invalid('The invoice belongs to another customer.', 'invoice');
  }
  const currency = params.currency ?? invoice?.currency ?? customer.currency ?? business.currency;
  if (invoice !== undefined && invoice.currency !== currency) {
    throw invalid(`The currency must be that of the invoice: ${invoice.currency}.`, 'currency');
  }
  const price = priced({ amount: 0, quantity: '1', unitAmount: '0' }, params);
  return {
    id: newId('ii'),
    created: now,
    customer: customer.id,
    price: newId('price'),
    product: newId('prod', 14),
    ...price,
    currency,
    description: params.description ?? null,
    discountable: params.discountable ?? price.amount >= 0,
    metadata: mergeMetadata({}, params.metadata),
    periodStart: params.period?.start ?? now,
    periodEnd: params.period?.end ?? now,
    taxes: [],
  };
}

/** A field that was not sent keeps its value. */
function changed<T extends Omit<LineRecord, 'invoice' | 'invoiceItem'>>(record: T, params: ItemUpdateParams): T {
  return {
    ...record,
    ...priced(record, params),
    description: params.description === undefined ? record.description : params.description,
    discountable: params.discountable ?? record.discountable,
    metadata: mergeMetadata(record.metadata, params.metadata),
    periodStart: params.period?.start ?? record.periodStart,
    periodEnd: params.period?.end ?? record.periodEnd,
  };
}

function refuseFinalized({ status }: InvoiceRecord): void {
  if (status === 'draft') return;
  throw invalid('Items can change only while they are pending or on a draft invoice.');
}

export const invoiceItemOperations = [
  operation({
    name: 'invoiceItems.create',
    method: 'POST',
    path: '/v1/invoiceitems',
    parameters: itemCreateParameters,
    answers: 'invoice_item',
    validate: validateNewItem,
    run: (call) => {
      const { params, tx, limits, business } = call;
      const invoice = params.invoice === undefined ? undefined : referencedInvoice(tx, params.invoice);
      if (invoice !== undefined) refuseIfNotDraft(invoice);
      const item = newItem(call, invoice);
      // One that goes straight onto an invoice is pending for no time; that it was is what its event is made from.
      tx.put('invoiceItem', item);
      if (invoice !== undefined) putOnInvoice([item], invoice, tx, limits.linesPerInvoice);
      return renderInvoiceItem({ ...item, invoice: invoice?.id ?? null }, business);
    },
  }),
  operation({
    name: 'invoiceItems.retrieve',
    method: 'GET',
    path: '/v1/invoiceitems/{invoiceitem}',
    parameters: { expand: expand() },
    answers: 'invoice_item',
    run: (call) => renderInvoiceItem(existing(call).item, call.business),
  }),
  operation({
    name: 'invoiceItems.update',
    method: 'POST',
    path: '/v1/invoiceitems/{invoiceitem}',
    parameters: itemUpdateParameters,
    answers: 'invoice_item',
    validate: validateItem,
    run: (call) => {
      const { params, tx, business } = call;
      const found = existing(call);
      if (found.pending !== null) {
        const item = changed(found.pending, params);
        tx.put('invoiceItem', item);
        return renderInvoiceItem({ ...item, invoice: null }, business);
      }
      refuseFinalized(found.invoice);
      const line = changed(found.line, params);
      tx.put('line', line);
      return renderInvoiceItem(itemOfLine(line, found.invoice.customer), business);
    },
  }),
  operation({
    name: 'invoiceItems.del',
    method: 'DELETE',
    path: '/v1/invoiceitems/{invoiceitem}',
    parameters: {},
    answers: 'deleted',
    run: (call) => {
      const { tx } = call;
      const found = existing(call);
      if (found.pending === null) {
        const { line, invoice } = found;
        refuseFinalized(invoice);
        tx.remove('line', line.id);
        tx.remove('invoiceItem', line.invoiceItem);
        tx.put('invoice', { ...invoice, lineIds: invoice.lineIds.filter((lineId) => lineId !== line.id) });
      } else tx.remove('invoiceItem', found.pending.id);
      return { id: found.item.id, object: 'invoiceitem', deleted: true };
    },
  }),
  operation({
    name: 'invoiceItems.list',
    method: 'GET',
    path: '/v1/invoiceitems',
    parameters: {
      ...pageParameters,
      created: range(),
      customer: id(),
      customer_account: beyond(),
      invoice: id(),
      pending: boolean(),
    },
    answers: 'invoice_item',
    isList: true,
    validate: validatePage,
    run: ({ params, tx, business }) => {
      const invoice = params.invoice === undefined ? undefined : referencedInvoice(tx, params.invoice);
      const items = itemsToList({ ...params, invoice }, tx).sort((left, right) => dateOf(right) - dateOf(left));
      return paginate(sequenceOf(items), params, {
        noun: 'invoiceitem',
        url: '/v1/invoiceitems',
        filter: (item) => within(params.created, dateOf(item)),
        render: (item) => renderInvoiceItem(item, business),
      });
    },
  }),
];
