import type Stripe from 'stripe';
import type { RequestLog } from '../port.ts';
import { carryOut, ifThere } from './steps.ts';

/** Deletes a draft for good. @param name of the step */
export async function deleteDraft(stripe: Stripe, remoteId: string, log: RequestLog, name: string): Promise<void> {
  await carryOut<Stripe.DeletedInvoice | { id: string }>(log, {
    name,
    operation: 'invoices.del',
    params: {},
    // DELETE has no idempotency key and needs none: the second time there is nothing to delete.
    send: () => stripe.invoices.del(remoteId),
    look: async () =>
      (await ifThere(stripe.invoices.retrieve(remoteId))) === undefined ? { id: remoteId } : undefined,
  });
}
