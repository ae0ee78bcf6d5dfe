import { randomUUID } from 'node:crypto';
import type { BrowserContext } from 'playwright-core';
import type { OperatorRole, UserRole } from '../../../src/auth/roles.ts';
import { openSession, type SessionSubject } from '../../../src/auth/sessions.ts';
import type { Database } from '../../../src/store/database.ts';

/** A customer's user, by the customer's id and with the role admin unless said, or an operator. */
export type Who = { customer: string; role?: UserRole } | { operator: OperatorRole };

/** Signs in whoever will look through this context, by a session that stands in the books. */
export async function signIn(context: BrowserContext, database: Database, origin: string, who: Who): Promise<void> {
  const { secret } = await database.transaction(async (sql) => {
    const subject: SessionSubject =
      'customer' in who
        ? { customerId: who.customer, userId: null, role: who.role ?? 'admin' }
        : await addOperator(sql, who.operator);
    return await openSession(sql, subject, { signedInBy: 'operatorId' in subject ? 'password' : 'link' });
  });
  await context.addCookies([{ name: 'durabill_session', value: secret, url: origin, httpOnly: true, sameSite: 'Lax' }]);
}

type Sql = Parameters<Parameters<Database['transaction']>[0]>[0];

/** Each visit by one of their own, so that visits do not know of each other. */
async function addOperator(sql: Sql, role: OperatorRole): Promise<{ operatorId: string; email: string }> {
  const operatorId = randomUUID();
  const email = `${role}-${operatorId.slice(0, 8)}@business.example`;
  await sql.query('INSERT INTO operators (id, email, name, role) VALUES ($1, $2, $3, $4)', [
    operatorId,
    email,
    `Olga ${role}`,
    role,
  ]);
  return { operatorId, email };
}
