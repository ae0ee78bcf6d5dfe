import { exclusiveParameters, invalid } from '../errors.ts';
import type { InvoiceRecord } from '../objects/records.ts';
import type { Checked } from '../schema.ts';
import { addressOf } from './customer-parameters.ts';
import type { invoiceUpdateParameters } from './invoice-parameters.ts';
import { mergeMetadata } from './metadata.ts';

type Params = Checked<typeof invoiceUpdateParameters>;

const secondsPerDay = 86_400;
/** Recorded live: the schedule stands one second after the full hour. */
const draftWindowSeconds = 3601;

/**
 * The rules around due dates: only with send_invoice, one way of saying it, never in the past; and send_invoice needs
 * one (`mustHaveDueDate`: the invoice has none yet). The first and the last refusal carry neither code nor param.
 */
export function validateDates(
  params: Params,
  method: InvoiceRecord['collectionMethod'],
  now: number,
  { mustHaveDueDate }: { mustHaveDueDate: boolean },
): void {
  const { due_date, days_until_due } = params;
  const sent = due_date !== undefined || days_until_due !== undefined;
  if (sent && method !== 'send_invoice') {
    throw invalid(
      "You can only specify 'due_date' or 'days_until_due' if invoice collection method is 'send_invoice'.",
    );
  }
  if (due_date !== undefined && days_until_due !== undefined) {
    throw exclusiveParameters(['days_until_due', 'due_date'], 'due_date');
  }
  if (due_date !== undefined && due_date <= now) {
    throw invalid('Invalid timestamp: must be an integer Unix timestamp in the future.', 'due_date');
  }
  if (method === 'send_invoice' && mustHaveDueDate && !sent) {
    throw invalid("If invoice collection method is 'send_invoice', you must specify 'due_date' or 'days_until_due'.");
  }
}

/** The record after create or update: a field that was not sent keeps its value, null unsets it. */
export function changedInvoice(invoice: InvoiceRecord, params: Params): InvoiceRecord {
  const keep = <T>(sent: T | undefined, current: T): T => (sent === undefined ? current : sent);
  const methodTypes = params.payment_settings?.payment_method_types;
  return {
    ...invoice,
    ...schedule(invoice, params),
    collectionMethod: params.collection_method ?? invoice.collectionMethod,
    customFields: keep(params.custom_fields, invoice.customFields),
    defaultPaymentMethod: keep(params.default_payment_method, invoice.defaultPaymentMethod ?? null),
    description: keep(params.description, invoice.description),
    dueDate: dueDate(invoice, params),
    effectiveAt: keep(params.effective_at, invoice.effectiveAt),
    footer: keep(params.footer, invoice.footer),
    metadata: mergeMetadata(invoice.metadata, params.metadata),
    number: keep(params.number, invoice.number),
    paymentMethodTypes: keep(methodTypes, invoice.paymentMethodTypes),
    rendering: rendering(invoice, params),
    shippingDetails: shippingDetails(invoice, params),
    statementDescriptor: keep(params.statement_descriptor, invoice.statementDescriptor),
  };
}

function schedule(
  invoice: InvoiceRecord,
  params: Params,
): Pick<InvoiceRecord, 'autoAdvance' | 'automaticallyFinalizesAt'> {
  const autoAdvance = params.auto_advance ?? invoice.autoAdvance;
  if (invoice.status !== 'draft') return { autoAdvance, automaticallyFinalizesAt: null };
  if (params.automatically_finalizes_at !== undefined) {
    return { autoAdvance, automaticallyFinalizesAt: params.automatically_finalizes_at };
  }
  if (params.auto_advance === undefined) {
    return { autoAdvance, automaticallyFinalizesAt: invoice.automaticallyFinalizesAt };
  }
  return { autoAdvance, automaticallyFinalizesAt: autoAdvance ? invoice.created + draftWindowSeconds : null };
}

function dueDate(invoice: InvoiceRecord, params: Params): number | null {
  if (params.collection_method === 'charge_automatically') return null;
  if (params.days_until_due !== undefined) return invoice.created + params.days_until_due * secondsPerDay;
  return params.due_date ?? invoice.dueDate;
}

function rendering(invoice: InvoiceRecord, { rendering: sent }: Params): InvoiceRecord['rendering'] {
  if (sent === undefined) return invoice.rendering;
  const current = invoice.rendering ?? { amount_tax_display: null, pdf: null, template: null, template_version: null };
  return {
    ...current,
    ...(sent.amount_tax_display === undefined ? {} : { amount_tax_display: sent.amount_tax_display }),
    ...(sent.pdf === undefined ? {} : { pdf: { page_size: sent.pdf.page_size ?? 'auto' } }),
  };
}

function shippingDetails(invoice: InvoiceRecord, { shipping_details: sent }: Params): InvoiceRecord['shippingDetails'] {
  if (sent === undefined) return invoice.shippingDetails;
  if (sent === null) return null;
  return { address: addressOf(sent.address), name: sent.name, phone: sent.phone ?? null };
}
