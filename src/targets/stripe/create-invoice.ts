import type Stripe from 'stripe';
import type { OutgoingInvoice, RequestLog, StoredRequest } from '../port.ts';
import { createParams, invoiceMark, revisionMark } from './invoice-params.ts';
import { type CarriedOut, carryOut, clockSlackSeconds, ifThere } from './steps.ts';

/** The step that creates the invoice, by which whatever came of it is found again. */
export const createStep = 'create';

/**
 * The first step: a draft without lines.
 * @param after what came of this request is not there any more
 */
export async function createInvoice(
  stripe: Stripe,
  invoice: OutgoingInvoice,
  remoteCustomerId: string,
  log: RequestLog,
  after?: StoredRequest,
): Promise<CarriedOut<Stripe.Invoice>> {
  return await carryOut<Stripe.Invoice>(log, {
    name: createStep,
    operation: 'invoices.create',
    params: { ...createParams(invoice, remoteCustomerId, new Date()) },
    send: (params, options) => stripe.invoices.create(params, options),
    look: (request) => findInvoice(stripe, invoice, remoteCustomerId, request),
    ...(after === undefined ? { lookFirst: typeof invoice.knownRemoteId === 'string' } : { after }),
  });
}

/**
 * The invoice that a request of ours has created at Stripe, by the mark that it carries; undefined if there is none. It is
 * looked for at the customer whom the request named, too: the link to ours may have been corrected since.
 */
export async function findInvoice(
  stripe: Stripe,
  invoice: OutgoingInvoice,
  remoteCustomerId: string,
  { firstSentAt, params }: Pick<StoredRequest, 'firstSentAt' | 'params'>,
): Promise<Stripe.Invoice | undefined> {
  if (typeof invoice.knownRemoteId === 'string') {
    const known = await ifThere(stripe.invoices.retrieve(invoice.knownRemoteId));
    if (known !== undefined && isOurs(known, invoice) && known.status !== 'void') return known;
  }
  const since = Math.floor(firstSentAt.getTime() / 1_000) - clockSlackSeconds;
  for (const customer of new Set([remoteCustomerId, String(params['customer'] ?? remoteCustomerId)])) {
    // A customer who is not there has no invoices.
    const found = await ifThere(findOurs(stripe, invoice, { customer, created: { gte: since }, limit: 100 }));
    if (found !== undefined) return found;
  }
  return undefined;
}

async function findOurs(
  stripe: Stripe,
  invoice: OutgoingInvoice,
  listed: Stripe.InvoiceListParams,
): Promise<Stripe.Invoice | undefined> {
  for await (const found of stripe.invoices.list(listed)) if (isOurs(found, invoice)) return found;
  return undefined;
}

/** Whether it carries the marks of this invoice and revision. */
export function isOurs({ metadata }: Stripe.Invoice, invoice: OutgoingInvoice): boolean {
  return metadata?.[invoiceMark] === invoice.id && metadata[revisionMark] === String(invoice.revision);
}
