import type Stripe from 'stripe';
import type { OutgoingInvoice, OutgoingLine, RemoteInvoice, RequestLog } from '../port.ts';
import { createInvoice } from './create-invoice.ts';
import { checkCustomer, withRightCustomer } from './draft-customer.ts';
import { addLinesParams, checkCarriable, lineMark, linesPerCall } from './invoice-params.ts';
import { finalizeStep, stepOfLines } from './invoice-steps.ts';
import { checkTotal, seenOf } from './seen.ts';
import { asStripe, type CarriedOut, carryOut, isOutOfTrust } from './steps.ts';

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
  const begun = await createInvoice(stripe, invoice, remoteCustomerId, log);
  const created = await withRightCustomer(stripe, invoice, remoteCustomerId, begun, log);
  const { id: remoteId } = created;
  // A database that was restored since may have no memory of what came after it, and Stripe none of the keys.
  const wasSeen = typeof invoice.knownRemoteId === 'string';
  const lookFirst = created.isAdopted || (wasSeen && isOutOfTrust(created.request));
  let remote = created.answer;
  for (let from = 0; from < invoice.lines.length; from += linesPerCall) {
    const lines = invoice.lines.slice(from, from + linesPerCall);
    remote = (await addLines(stripe, { invoice, lines, from, remoteId, lookFirst }, log)).answer;
  }
  const read = () => asStripe(() => stripe.invoices.retrieve(remoteId));
  const lined = remote ?? (await read());
  await checkCustomer(lined, remoteCustomerId, log);
  checkTotal(invoice, lined);
  const finalized = await carryOut<Stripe.Invoice>(log, {
    name: finalizeStep,
    operation: 'invoices.finalize',
    params: { auto_advance: false },
    send: (params, options) => stripe.invoices.finalizeInvoice(remoteId, params, options),
    of: remoteId,
    lookFirst,
    look: async () => {
      const found = await stripe.invoices.retrieve(remoteId);
      return found.status === 'draft' ? undefined : found;
    },
  });
  const wasRead = remote === undefined && lined.status !== 'draft';
  return seenOf(invoice, finalized.answer ?? (wasRead ? lined : await read()));
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
    name: stepOfLines(from),
    operation: 'invoices.addLines',
    params: { ...addLinesParams(invoice, lines) },
    send: (params, options) =>
      stripe.invoices.addLines(remoteId, params as unknown as Stripe.InvoiceAddLinesParams, options),
    of: remoteId,
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
