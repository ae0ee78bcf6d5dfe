import { crashPoint } from '../crash-points.ts';
import { insertMapping, markContactSent, readMapping, readOutgoingCustomer } from '../store/customer-mappings.ts';
import type { Database } from '../store/database.ts';
import { bringPaymentMethods } from './bring-payment-methods.ts';
import { requestLogOf } from './request-log.ts';
import type { StripeAccount } from './stripe-account.ts';
import { notingOutage } from './target-outage.ts';

/**
 * Makes sure that the customer is at Stripe with its contact as it is now, and so are the pages on which it saves payment
 * methods; what was saved there becomes what it pays by. Called by its one writer only.
 * @returns its id there
 */
export async function syncCustomer(
  database: Database,
  stripe: StripeAccount,
  customerId: string,
  priority: 'normal' | 'high' = 'normal',
): Promise<string> {
  const accountId = await stripe.openForWriting();
  const remoteId = await ensureThere(database, stripe, { accountId, customerId, priority });
  const log = requestLogOf(database, { accountId, kind: 'customer', id: customerId });
  const { savedMethods } = stripe.targetFor(priority);
  await bringPaymentMethods({ database, savedMethods, accountId, log }, customerId, remoteId);
  return remoteId;
}

async function ensureThere(
  database: Database,
  stripe: StripeAccount,
  { accountId, customerId, priority }: { accountId: string; customerId: string; priority: 'normal' | 'high' },
): Promise<string> {
  const customer = await readOutgoingCustomer(database, customerId);
  if (customer === undefined) throw new Error(`there is no customer ${customerId}`);
  const mapped = await readMapping(database, accountId, customerId);
  if (mapped !== undefined && mapped.contactAt >= customer.contactAt) return mapped.remoteId;
  const target = stripe.targetFor(priority);
  const log = requestLogOf(database, { accountId, kind: 'customer', id: customerId });
  if (mapped !== undefined) {
    await notingOutage(database, 'stripe', () => target.updateCustomer(customer, mapped.remoteId, log));
    await markContactSent(database, accountId, customerId, customer.contactAt);
    return mapped.remoteId;
  }
  const remoteId = await notingOutage(database, 'stripe', () => target.createCustomer(customer, log));
  const mappedId = await insertMapping(database, { accountId, customerId, remoteId, contactAt: customer.contactAt });
  crashPoint('customer.mapped');
  return mappedId;
}
