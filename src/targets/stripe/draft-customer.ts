import type Stripe from 'stripe';
import { failureKinds } from '../failures.ts';
import { type OutgoingInvoice, type RequestLog, TargetError } from '../port.ts';
import { createInvoice, isOurs } from './create-invoice.ts';
import { deleteDraft } from './delete-draft.ts';
import { finalizeStep, stepsOfLines } from './invoice-steps.ts';
import { asStripe, type CarriedOut, ifThere } from './steps.ts';

/**
 * Sees to it that a draft is the right customer's: Stripe lets nobody change whose an invoice is, so a draft that was
 * made before the link to the customer was corrected is deleted, and another one made. What is final already, or carries
 * our marks no more, is left as it is; `checkCustomer` tells of it.
 * @returns the draft to go on with; in a calm sync the one that was given, without a call
 */
export async function withRightCustomer(
  stripe: Stripe,
  invoice: OutgoingInvoice,
  remoteCustomerId: string,
  created: CarriedOut<Stripe.Invoice>,
  log: RequestLog,
): Promise<CarriedOut<Stripe.Invoice>> {
  const { id, answer, request } = created;
  const customer = answer === undefined ? request.params['customer'] : customerOf(answer);
  if (customer === remoteCustomerId) return created;
  const remote = await asStripe(() => ifThere(stripe.invoices.retrieve(id)));
  if (remote === undefined) {
    // Whatever deleted it, unless we have begun to do so ourselves, is not for us to make good.
    if ((await log.latest(deletionOf(id))) === undefined) return created;
  } else if (customerOf(remote) === remoteCustomerId || remote.status !== 'draft' || !isOurs(remote, invoice)) {
    return created;
  }
  await deleteDraft(stripe, id, log, deletionOf(id));
  await closeSteps(invoice, log);
  return await createInvoice(stripe, invoice, remoteCustomerId, log, request);
}

/**
 * Whether what is to be made final, or was, is billed to the customer whom the books name. What our own finalize has
 * made final before the link was corrected stays as it is: a reconciliation tells of it.
 * @throws TargetError person: customer-differs
 */
export async function checkCustomer(remote: Stripe.Invoice, remoteCustomerId: string, log: RequestLog): Promise<void> {
  if (customerOf(remote) === remoteCustomerId) return;
  if ((await log.latest(finalizeStep))?.remoteId === remote.id) return;
  throw new TargetError(
    'person',
    'customer-differs',
    `Stripe's ${remote.id} is ${remote.status}, of the customer ${customerOf(remote)}; the books name ${remoteCustomerId}.`,
    { mend: failureKinds['customer-differs'].operator, needsAlert: true },
  );
}

const deletionOf = (remoteId: string) => `delete of ${remoteId}`;

function customerOf({ customer }: Stripe.Invoice): string | undefined {
  return typeof customer === 'string' ? customer : customer?.id;
}

/** What was sent for the deleted draft and has no answer can have none any more; the next draft has to look anew. */
async function closeSteps(invoice: OutgoingInvoice, log: RequestLog): Promise<void> {
  for (const name of [...stepsOfLines(invoice), finalizeStep]) {
    const request = await log.latest(name);
    if (request === undefined || request.remoteId !== null || request.status !== null) continue;
    const told = { found: false, because: 'its draft was deleted' };
    await log.answered(request, { what: 'look', status: 404, requestId: null, remoteId: null, told });
  }
}
