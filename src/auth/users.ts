import { randomUUID } from 'node:crypto';
import { DurabillError } from '../errors/error.ts';
import { appendAudit } from '../store/audit.ts';
import {
  type CustomerUser,
  countUsers,
  deleteUser,
  findUserByEmail,
  insertUser,
  lockUser,
  type UserChange,
  updateUser,
} from '../store/customer-users.ts';
import type { Database, Sql } from '../store/database.ts';
import { revokeSessions } from '../store/sessions.ts';
import { deleteLinksOfUser } from '../store/sign-in-links.ts';
import { uuidOrNull } from '../store/uuid.ts';
import { readAddress, readName } from './fields.ts';
import type { UserRole } from './roles.ts';

/** People at one customer: more than any has, and few enough to be mailed. */
const mostUsers = 500;

export type NewUser = { email: string; name: string; role: UserRole; receivesInvoices?: boolean };

/**
 * Adds a person to those who see the pages of a customer. The same content again is answered with the user that is there.
 * @throws DurabillError request-invalid, conflict
 */
export async function addUser(
  database: Database,
  customerId: string,
  input: NewUser,
  actor: string,
): Promise<{ user: CustomerUser; created: boolean }> {
  const wanted = {
    email: readAddress(input.email),
    name: readName(input.name),
    role: input.role,
    receivesInvoices: input.receivesInvoices ?? false,
  };
  return await database.transaction(async (sql) => {
    await sql.query('SELECT FROM customers WHERE id = $1 FOR NO KEY UPDATE', [customerId]);
    if ((await countUsers(sql, customerId)) >= mostUsers) {
      throw new DurabillError('access-refused', { reason: `A customer has at most ${mostUsers} users.` });
    }
    const id = randomUUID();
    const created = await insertUser(sql, { id, customerId, ...wanted });
    const user = (await findUserByEmail(sql, customerId, wanted.email)) as CustomerUser;
    const isSame =
      user.name === wanted.name && user.role === wanted.role && user.receivesInvoices === wanted.receivesInvoices;
    if (!created && !isSame) {
      throw new DurabillError('conflict', { field: 'email', reason: 'The customer has a user with this address.' });
    }
    if (created) await audit(sql, user, actor, 'user added', { role: user.role });
    return { user, created };
  });
}

/**
 * Changes what a user is called, may do or gets. Who is disabled is signed out everywhere, within five seconds.
 * @throws DurabillError not-found, request-invalid
 */
export async function changeUser(
  database: Database,
  { customerId, userId, change }: { customerId: string; userId: string; change: UserChange },
  actor: string,
): Promise<CustomerUser> {
  return await database.transaction(async (sql) => {
    const user = await knownUser(sql, customerId, userId);
    const wanted = { ...change, ...(change.name !== undefined && { name: readName(change.name) }) };
    await updateUser(sql, user.id, wanted);
    if (wanted.state === 'disabled') {
      await revokeSessions(sql, { userId: user.id }, { except: null });
      // One that is still in a mailbox would open again once they are let in anew.
      await deleteLinksOfUser(sql, user);
    }
    // Which fields, and no name: a chain cannot be erased.
    const changed = Object.keys(change).sort();
    const detail = { changed, ...(change.role && { role: change.role }), ...(change.state && { state: change.state }) };
    if (changed.length > 0) await audit(sql, user, actor, 'user changed', detail);
    return (await lockUser(sql, customerId, user.id)) as CustomerUser;
  });
}

/** Takes a user away, with sessions and links. @throws DurabillError not-found */
export async function removeUser(
  database: Database,
  { customerId, userId }: { customerId: string; userId: string },
  actor: string,
): Promise<CustomerUser> {
  return await database.transaction(async (sql) => {
    const user = await knownUser(sql, customerId, userId);
    await deleteLinksOfUser(sql, user);
    await deleteUser(sql, user.id);
    await audit(sql, user, actor, 'user removed', {});
    return user;
  });
}

/** A user of this customer and of no other. @throws DurabillError not-found */
export async function knownUser(sql: Sql, customerId: string, userId: string): Promise<CustomerUser> {
  const id = uuidOrNull(userId);
  const user = id === null ? undefined : await lockUser(sql, customerId, id);
  if (user !== undefined) return user;
  throw new DurabillError('not-found', {
    field: 'userId',
    reason: `The customer has no user with the id "${userId.slice(0, 60)}".`,
  });
}

async function audit(sql: Sql, user: CustomerUser, actor: string, action: string, detail: object): Promise<void> {
  await appendAudit(sql, [
    {
      subjectKind: 'customer',
      subjectId: user.customerId,
      actor,
      action,
      detail: { user: user.id, ...detail },
    },
  ]);
}
