import { appendAudit } from '../store/audit.ts';
import type { Database } from '../store/database.ts';
import {
  type CollectionMethod,
  type CustomerCollection,
  readCustomerCollection,
  setCollectionMethod,
} from '../store/payment-methods.ts';

/**
 * Says how a customer's invoices are collected from now on: by a link that is sent, or from what the customer has saved.
 * An invoice that was sent to Stripe before keeps its own way.
 */
export async function setCollection(
  database: Database,
  { customerId, method }: { customerId: string; method: CollectionMethod },
  actor: string,
): Promise<CustomerCollection> {
  return await database.transaction(async (sql) => {
    if (await setCollectionMethod(sql, customerId, method)) {
      await appendAudit(sql, [
        { subjectKind: 'customer', subjectId: customerId, actor, action: 'collection method set', detail: { method } },
      ]);
    }
    const collection = await readCustomerCollection(sql, customerId);
    if (collection === undefined) throw new Error(`there is no customer ${customerId}`);
    return collection;
  });
}
