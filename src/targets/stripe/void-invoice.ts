import type Stripe from 'stripe';
import type { OutgoingInvoice, RequestLog, VoidOutcome } from '../port.ts';
import { createInvoice, createStep, findInvoice } from './bring-invoice.ts';
import { seenOf } from './seen.ts';
import { asStripe, carryOut, ifThere, inDoubt } from './steps.ts';

/**
 * Sees to it that nobody can pay the invoice at Stripe any more: a draft is deleted, an open one voided. If the customer
 * has paid meanwhile, that stands. A creation whose answer was lost is finished first, under its own key, so that
 * nothing can come to be behind our back afterwards.
 */
export async function voidInvoice(
  stripe: Stripe,
  invoice: OutgoingInvoice,
  remoteCustomerId: string | null,
  log: RequestLog,
): Promise<VoidOutcome> {
  const remoteId = await locate(stripe, invoice, remoteCustomerId, log);
  if (remoteId === undefined) return { state: 'gone', remote: null };
  // Stripe deletes a draft for good: what is not there any more was deleted.
  const remote = await asStripe(() => ifThere(stripe.invoices.retrieve(remoteId)));
  if (remote === undefined) return { state: 'gone', remote: { remoteId, status: 'deleted' } };
  switch (remote.status) {
    case 'void':
      return { state: 'gone', remote: { remoteId, status: 'void' } };
    case 'paid':
      return { state: 'paid', remote: seenOf(invoice, remote) };
    case 'draft':
      await deleteDraft(stripe, remoteId, log);
      return { state: 'gone', remote: { remoteId, status: 'deleted' } };
    default:
      await voidOpen(stripe, remoteId, log);
      return { state: 'gone', remote: { remoteId, status: 'void' } };
  }
}

/** The id at Stripe of what was ever begun of the invoice; undefined if nothing was, or nothing came of it. */
async function locate(
  stripe: Stripe,
  invoice: OutgoingInvoice,
  remoteCustomerId: string | null,
  log: RequestLog,
): Promise<string | undefined> {
  const begun = await log.latest(createStep);
  if (begun?.remoteId) return begun.remoteId;
  if (remoteCustomerId === null || (begun === undefined && typeof invoice.knownRemoteId !== 'string')) return undefined;
  if (begun !== undefined && !inDoubt(begun)) return (await createInvoice(stripe, invoice, remoteCustomerId, log)).id;
  const request = begun ?? { firstSentAt: new Date() };
  const id = (await asStripe(() => findInvoice(stripe, invoice, remoteCustomerId, request)))?.id;
  if (begun !== undefined) {
    await log.noted(begun, { what: 'look', told: { found: id !== undefined, ...(id && { remoteId: id }) } });
  }
  return id;
}

async function deleteDraft(stripe: Stripe, remoteId: string, log: RequestLog): Promise<void> {
  await carryOut<Stripe.DeletedInvoice | { id: string }>(log, {
    name: 'delete',
    operation: 'invoices.del',
    params: {},
    // DELETE has no idempotency key and needs none: the second time there is nothing to delete.
    send: () => stripe.invoices.del(remoteId),
    look: async () =>
      (await ifThere(stripe.invoices.retrieve(remoteId))) === undefined ? { id: remoteId } : undefined,
  });
}

async function voidOpen(stripe: Stripe, remoteId: string, log: RequestLog): Promise<void> {
  await carryOut<Stripe.Invoice>(log, {
    name: 'void',
    operation: 'invoices.voidInvoice',
    params: {},
    send: (params, options) => stripe.invoices.voidInvoice(remoteId, params, options),
    look: async () => {
      const found = await stripe.invoices.retrieve(remoteId);
      return found.status === 'void' ? found : undefined;
    },
  });
}
