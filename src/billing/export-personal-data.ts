import { appendAudit } from '../store/audit.ts';
import { type CustomerBilling, readBilling } from '../store/customer-billing.ts';
import { type Erasure, findErasure } from '../store/customer-erasures.ts';
import { type Customer, findCustomer } from '../store/customers.ts';
import type { Database } from '../store/database.ts';
import { type PersonalData, readPersonalData } from '../store/personal-data.ts';
import { type KeptData, readKeptData } from './kept-data.ts';
import { noCustomer } from './store-billing-profile.ts';

export type PersonalDataExport = PersonalData & {
  exportedAt: Date;
  customer: Customer;
  billing: CustomerBilling;
  erasure: Erasure | null;
  kept: KeptData;
};

/**
 * All personal data of a customer in one document, as of one moment, and what of it an erasure would leave and why. That
 * it was handed out is told in the customer's chain.
 * @param reference external id or id of the customer
 * @throws DurabillError not-found
 */
export async function exportPersonalData(
  database: Database,
  reference: string,
  actor: string,
): Promise<PersonalDataExport> {
  const read = await database.transaction(async (sql) => {
    await sql.query('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY');
    const customer = await findCustomer(sql, reference);
    if (customer === undefined) throw noCustomer(reference);
    const { id } = customer;
    const billing = (await readBilling(sql, id)) as CustomerBilling;
    const data = await readPersonalData(sql, id);
    const erasure = (await findErasure(sql, id)) ?? null;
    const kept = await readKeptData(sql, id);
    return { exportedAt: new Date(), customer, billing, erasure, kept, ...data };
  });
  const subjectId = read.customer.id;
  await appendAudit(database, [
    { subjectKind: 'customer', subjectId, actor, action: 'personal data exported', detail: {} },
  ]);
  return read;
}
