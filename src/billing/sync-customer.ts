import { crashPoint } from '../crash-points.ts';
import { insertMapping, readMapping, readOutgoingCustomer } from '../store/customer-mappings.ts';
import type { Database } from '../store/database.ts';
import { requestLogOf } from './request-log.ts';
import type { StripeAccount } from './stripe-account.ts';
import { notingOutage } from './target-outage.ts';

/** Makes sure that the customer is at Stripe. Called by its one writer only. @returns its id there */
export async function syncCustomer(database: Database, stripe: StripeAccount, customerId: string): Promise<string> {
  const accountId = await stripe.accountId();
  const mapped = await readMapping(database, accountId, customerId);
  if (mapped !== undefined) return mapped;
  const customer = await readOutgoingCustomer(database, customerId);
  if (customer === undefined) throw new Error(`there is no customer ${customerId}`);
  const log = requestLogOf(database, { accountId, kind: 'customer', id: customerId });
  const remoteId = await notingOutage(database, 'stripe', () => stripe.target.createCustomer(customer, log));
  const mappedId = await insertMapping(database, { accountId, customerId, remoteId });
  crashPoint('customer.mapped');
  return mappedId;
}
