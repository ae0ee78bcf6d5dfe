import { DurabillError } from '../../errors/error.ts';
import { appendAudit } from '../../store/audit.ts';
import { noteView } from '../../store/customer-views.ts';
import { findCustomer } from '../../store/customers.ts';
import type { Database } from '../../store/database.ts';

/**
 * Notes that somebody looks at a customer's pages as the customer sees them: told in the customer's audit chain at the
 * first look of a viewer, however many pages are looked at after it.
 * @param viewer the session or key that looks
 * @throws DurabillError not-found
 */
export async function viewCustomer(
  database: Database,
  reference: string,
  { viewer, actor }: { viewer: string; actor: string },
): Promise<{ customerId: string; isFirst: boolean }> {
  return await database.transaction(async (sql) => {
    const customer = await findCustomer(sql, reference);
    if (customer === undefined) {
      throw new DurabillError('not-found', {
        field: 'customer',
        reason: `There is no customer "${reference.slice(0, 255)}".`,
      });
    }
    const isFirst = await noteView(sql, viewer, customer.id);
    if (isFirst) {
      const subject = { subjectKind: 'customer', subjectId: customer.id };
      await appendAudit(sql, [{ ...subject, actor, action: 'pages viewed', detail: {} }]);
    }
    return { customerId: customer.id, isFirst };
  });
}
