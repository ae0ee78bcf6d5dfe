import { crashPoint } from '../crash-points.ts';
import { appendAudit } from '../store/audit.ts';
import { eraseStoredRequests, findErasure, markCopiesErased } from '../store/customer-erasures.ts';
import { insertMapping, markContactSent, readMapping, readOutgoingCustomer } from '../store/customer-mappings.ts';
import type { Database } from '../store/database.ts';
import type { SavedMethods } from '../targets/collector.ts';
import { type RequestLog, TargetError } from '../targets/port.ts';
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
  const erasure = await findErasure(database, customerId);
  if (erasure !== undefined) {
    if (erasure.copiesErasedAt === null) await eraseCopy({ database, savedMethods, log }, customerId, remoteId);
    return remoteId;
  }
  await bringPaymentMethods({ database, savedMethods, accountId, log }, customerId, remoteId);
  return remoteId;
}

/**
 * The copy has the tombstone by now. What the customer had saved is taken away there, and then all that was said to Stripe
 * of it is forgotten here: a request that was under way during the erasure may have been stored after it.
 */
async function eraseCopy(
  { database, savedMethods, log }: { database: Database; savedMethods: SavedMethods; log: RequestLog },
  customerId: string,
  remoteId: string,
): Promise<void> {
  await notingOutage(database, 'stripe', () => savedMethods.detachAll(remoteId, log));
  await database.transaction(async (sql) => {
    await eraseStoredRequests(sql, customerId);
    if (!(await markCopiesErased(sql, customerId))) return;
    const detail = { remoteId };
    await appendAudit(sql, [
      {
        subjectKind: 'customer',
        subjectId: customerId,
        actor: 'sync-customer',
        action: 'personal data erased at Stripe',
        detail,
      },
    ]);
  });
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
  if (mapped === undefined && customer.isErased && customer.knownRemoteId === null) {
    throw new TargetError('person', 'customer-erased', 'The customer was erased, and is not made at Stripe any more.');
  }
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
