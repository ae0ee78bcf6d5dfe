import Stripe from 'stripe';
import { type OutgoingInvoice, type RequestLog, TargetError, type VoidOutcome } from '../port.ts';
import { createInvoice, createStep, findInvoice } from './create-invoice.ts';
import { deleteDraft } from './delete-draft.ts';
import { kindOf } from './errors.ts';
import { seenOf } from './seen.ts';
import { asStripe, carryOut, ifThere, inDoubt } from './steps.ts';

/**
 * Sees to it that nobody can pay the invoice at Stripe any more: a draft is deleted, an open one voided. If the customer
 * has paid meanwhile, in part or in full, that stands, and so does what Stripe lets nobody void: money goes back by a
 * refund or a credit, and to ask again would be refused again. A creation whose answer was lost is finished first, under its own key, so that
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
  const read = () => asStripe(() => ifThere(stripe.invoices.retrieve(remoteId)));
  const remote = await read();
  const outcome = outcomeOf(invoice, remoteId, remote);
  if (outcome !== undefined) return outcome;
  if (remote?.status === 'draft') {
    await deleteDraft(stripe, remoteId, log, 'delete');
    return { state: 'gone', remote: { remoteId, status: 'deleted' } };
  }
  try {
    await voidOpen(stripe, remoteId, log);
    return { state: 'gone', remote: { remoteId, status: 'void' } };
  } catch (error) {
    if (!isOfState(error)) throw error;
    const now = await read();
    const settled = outcomeOf(invoice, remoteId, now);
    if (settled !== undefined) return settled;
    if (now?.status !== 'uncollectible') throw error;
    return { state: 'kept', remote: seenOf(invoice, now) };
  }
}

/** What needs nothing to be done: gone already, or paid for at least in part. */
function outcomeOf(
  invoice: OutgoingInvoice,
  remoteId: string,
  remote: Stripe.Invoice | undefined,
): VoidOutcome | undefined {
  if (remote === undefined) return { state: 'gone', remote: { remoteId, status: 'deleted' } };
  if (remote.status === 'void') return { state: 'gone', remote: { remoteId, status: 'void' } };
  const isPaidFor = remote.status === 'paid' || (remote.status !== 'draft' && remote.amount_paid > 0);
  return isPaidFor ? { state: 'kept', remote: seenOf(invoice, remote) } : undefined;
}

/** Whether Stripe refuses because of the state that the invoice is in. */
function isOfState(error: unknown): boolean {
  const cause = error instanceof TargetError ? error.cause : undefined;
  return cause instanceof Stripe.errors.StripeError && kindOf(cause) === 'wrong-state';
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
  const request = begun ?? { firstSentAt: new Date(), params: {} };
  const id = (await asStripe(() => findInvoice(stripe, invoice, remoteCustomerId, request)))?.id;
  if (begun !== undefined) {
    await log.noted(begun, { what: 'look', told: { found: id !== undefined, ...(id && { remoteId: id }) } });
  }
  return id;
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
