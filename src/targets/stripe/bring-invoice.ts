import type Stripe from 'stripe';
import type { OutgoingInvoice, OutgoingLine, RemoteInvoice, RequestLog, StoredRequest } from '../port.ts';
import {
  addLinesParams,
  checkCarriable,
  createParams,
  invoiceMark,
  lineMark,
  linesPerCall,
  revisionMark,
} from './invoice-params.ts';
import { checkTotal, seenOf } from './seen.ts';
import { asStripe, type CarriedOut, carryOut, clockSlackSeconds, ifThere } from './steps.ts';

/** The step that creates the invoice, by which whatever came of it is found again. */
export const createStep = 'create';

/**
 * Create, add lines, finalize: three calls when all is calm. Each is carried out exactly once, so a call that was cut
 * off goes on where it was; only then is the invoice read again before it is made final. When every step is done
 * already, what is left is one read: that is how a later change at Stripe is seen.
 */
export async function bringInvoice(
  stripe: Stripe,
  invoice: OutgoingInvoice,
  remoteCustomerId: string,
  log: RequestLog,
): Promise<RemoteInvoice> {
  checkCarriable(invoice);
  const created = await createInvoice(stripe, invoice, remoteCustomerId, log);
  const { id: remoteId, isAdopted: lookFirst } = created;
  let remote = created.answer;
  for (let from = 0; from < invoice.lines.length; from += linesPerCall) {
    const lines = invoice.lines.slice(from, from + linesPerCall);
    remote = (await addLines(stripe, { invoice, lines, from, remoteId, lookFirst }, log)).answer;
  }
  const read = () => asStripe(() => stripe.invoices.retrieve(remoteId));
  const lined = remote ?? (await read());
  checkTotal(invoice, lined);
  const finalized = await carryOut<Stripe.Invoice>(log, {
    name: 'finalize',
    operation: 'invoices.finalize',
    params: { auto_advance: false },
    send: (params, options) => stripe.invoices.finalizeInvoice(remoteId, params, options),
    lookFirst,
    look: async () => {
      const found = await stripe.invoices.retrieve(remoteId);
      return found.status === 'draft' ? undefined : found;
    },
  });
  const wasRead = remote === undefined && lined.status !== 'draft';
  return seenOf(invoice, finalized.answer ?? (wasRead ? lined : await read()));
}

/** The first step: a draft without lines. */
export async function createInvoice(
  stripe: Stripe,
  invoice: OutgoingInvoice,
  remoteCustomerId: string,
  log: RequestLog,
): Promise<CarriedOut<Stripe.Invoice>> {
  return await carryOut<Stripe.Invoice>(log, {
    name: createStep,
    operation: 'invoices.create',
    params: { ...createParams(invoice, remoteCustomerId, new Date()) },
    send: (params, options) => stripe.invoices.create(params, options),
    lookFirst: typeof invoice.knownRemoteId === 'string',
    look: (request) => findInvoice(stripe, invoice, remoteCustomerId, request),
  });
}

/** The invoice that a request of ours has created at Stripe, by the mark that it carries; undefined if there is none. */
export async function findInvoice(
  stripe: Stripe,
  invoice: OutgoingInvoice,
  remoteCustomerId: string,
  { firstSentAt }: Pick<StoredRequest, 'firstSentAt'>,
): Promise<Stripe.Invoice | undefined> {
  if (typeof invoice.knownRemoteId === 'string') {
    const known = await ifThere(stripe.invoices.retrieve(invoice.knownRemoteId));
    if (known !== undefined && isOurs(known, invoice) && known.status !== 'void') return known;
  }
  const since = Math.floor(firstSentAt.getTime() / 1_000) - clockSlackSeconds;
  const listed = stripe.invoices.list({ customer: remoteCustomerId, created: { gte: since }, limit: 100 });
  for await (const found of listed) if (isOurs(found, invoice)) return found;
  return undefined;
}

function isOurs({ metadata }: Stripe.Invoice, invoice: OutgoingInvoice): boolean {
  return metadata?.[invoiceMark] === invoice.id && metadata[revisionMark] === String(invoice.revision);
}

type Batch = {
  invoice: OutgoingInvoice;
  lines: readonly OutgoingLine[];
  from: number;
  remoteId: string;
  lookFirst: boolean;
};

async function addLines(
  stripe: Stripe,
  { invoice, lines, from, remoteId, lookFirst }: Batch,
  log: RequestLog,
): Promise<CarriedOut<Stripe.Invoice>> {
  return await carryOut<Stripe.Invoice>(log, {
    name: `add lines from ${from + 1}`,
    operation: 'invoices.addLines',
    params: { ...addLinesParams(invoice, lines) },
    send: (params, options) =>
      stripe.invoices.addLines(remoteId, params as unknown as Stripe.InvoiceAddLinesParams, options),
    lookFirst,
    look: async () => {
      // A call adds all of its lines or none.
      for await (const found of stripe.invoices.listLineItems(remoteId, { limit: 100 })) {
        if (found.metadata[lineMark] === lines[0]?.id) return await stripe.invoices.retrieve(remoteId);
      }
      return undefined;
    },
  });
}
