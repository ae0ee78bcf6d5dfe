import { randomUUID } from 'node:crypto';
import { DurabillError } from '../errors/error.ts';
import { appendAudit } from '../store/audit.ts';
import type { Database, Sql } from '../store/database.ts';
import {
  findOperatorByEmail,
  findOperatorSecrets,
  insertOperator,
  lockAdmins,
  type Operator,
  type OperatorChange,
  removeTotp,
  setPasswordHash,
  updateOperator,
} from '../store/operators.ts';
import { revokeSessions } from '../store/sessions.ts';
import { deleteInvites } from '../store/sign-in-links.ts';
import { uuidOrNull } from '../store/uuid.ts';
import { readAddress, readName } from './fields.ts';
import { linkSeconds, makeLink, takeInvite } from './links.ts';
import { hashPassword, readPassword } from './passwords.ts';
import { type OperatorRole, operatorRoles } from './roles.ts';

export type NewOperator = { email: string; name: string; role: OperatorRole; password?: string };

/**
 * Adds somebody who operates this deployment. Without a password they come in by an invitation, or by OpenID Connect.
 * @throws DurabillError request-invalid, password-refused, conflict
 */
export async function createOperator(database: Database, input: NewOperator, actor: string): Promise<Operator> {
  const email = readAddress(input.email);
  const name = readName(input.name);
  if (!operatorRoles.includes(input.role)) {
    const mend = `Roles are ${operatorRoles.join(', ')}.`;
    throw new DurabillError('request-invalid', { field: 'role', reason: `There is no role "${input.role}".`, mend });
  }
  const password = input.password === undefined ? null : readPassword(input.password, { email });
  const passwordHash = password === null ? null : await hashPassword(password);
  return await database.transaction(async (sql) => {
    const id = randomUUID();
    if (!(await insertOperator(sql, { id, email, name, role: input.role, passwordHash }))) {
      throw new DurabillError('conflict', { field: 'email', reason: 'There is an operator with this address.' });
    }
    await auditOperator(sql, id, actor, 'operator added', { role: input.role });
    return shown(await knownOperator(sql, id));
  });
}

/**
 * Changes what an operator is called or may do. Who is disabled is signed out everywhere, within five seconds, and an
 * invitation of theirs works no more.
 * @throws DurabillError not-found, access-refused when it would leave no admin
 */
export async function changeOperator(
  database: Database,
  { id, change }: { id: string; change: OperatorChange },
  actor: string,
): Promise<Operator> {
  return await database.transaction(async (sql) => {
    const admins = await lockAdmins(sql);
    const operator = await knownOperator(sql, id);
    const stays = change.disabled !== true && (change.role === undefined || change.role === 'admin');
    if (!stays && admins.length === 1 && admins[0] === operator.id) {
      throw new DurabillError('access-refused', { reason: `${operator.name} is the last admin.` });
    }
    await updateOperator(sql, operator.id, {
      ...change,
      ...(change.name !== undefined && { name: readName(change.name) }),
    });
    if (change.disabled === true) {
      await revokeSessions(sql, { operatorId: operator.id }, { except: null });
      await deleteInvites(sql, operator.id);
    }
    const { role, disabled } = change;
    const detail = {
      changed: Object.keys(change).sort(),
      ...(role && { role }),
      ...(disabled !== undefined && { disabled }),
    };
    await auditOperator(sql, operator.id, actor, 'operator changed', detail);
    return shown(await knownOperator(sql, operator.id));
  });
}

/**
 * An invitation by which an operator chooses a password, the first one or a new one; earlier ones work no more.
 * @throws DurabillError not-found, access-refused
 */
export async function inviteOperator(
  database: Database,
  id: string,
  actor: string,
): Promise<{ operator: Operator; secret: string; expiresAt: Date }> {
  return await database.transaction(async (sql) => {
    const operator = await knownOperator(sql, id);
    if (operator.disabledAt !== null) {
      throw new DurabillError('access-refused', {
        reason: `${operator.name} is disabled.`,
        mend: 'Enable them first.',
      });
    }
    await deleteInvites(sql, operator.id);
    const link = await makeLink(sql, { kind: 'invite', operatorId: operator.id }, linkSeconds.invite);
    await auditOperator(sql, operator.id, actor, 'operator invited', { link: link.id });
    return { operator: shown(operator), secret: link.secret, expiresAt: link.expiresAt };
  });
}

/**
 * Sets the password that whoever was invited has chosen. All their sessions end; they sign in by the password next, and by
 * a code where they have one: an invitation does not go around it.
 * @throws DurabillError link-invalid, password-refused
 */
export async function acceptInvite(
  database: Database,
  { token, password }: { token: string; password: string },
): Promise<{ email: string }> {
  return await database.transaction(async (sql) => {
    const { operatorId } = await takeInvite(sql, token);
    const operator = await knownOperator(sql, operatorId);
    const chosen = readPassword(password, { email: operator.email });
    await setPasswordHash(sql, operator.id, await hashPassword(chosen));
    await revokeSessions(sql, { operatorId: operator.id }, { except: null });
    await auditOperator(sql, operator.id, `operator:${operator.email}`, 'password chosen', {});
    return { email: operator.email };
  });
}

/** For an operator who has lost authenticator and codes. @throws DurabillError not-found */
export async function resetTotp(database: Database, id: string, actor: string): Promise<Operator> {
  return await database.transaction(async (sql) => {
    const operator = await knownOperator(sql, id);
    await removeTotp(sql, operator.id);
    await revokeSessions(sql, { operatorId: operator.id }, { except: null });
    await auditOperator(sql, operator.id, actor, 'one-time codes removed', {});
    return shown(await knownOperator(sql, operator.id));
  });
}

/** @throws DurabillError not-found */
export async function knownOperator(sql: Sql, reference: string) {
  const id = uuidOrNull(reference);
  const operator =
    id === null ? await findOperatorByEmail(sql, reference.toLowerCase()) : await findOperatorSecrets(sql, id);
  if (operator !== undefined) return operator;
  throw new DurabillError('not-found', { field: 'id', reason: `There is no operator "${reference.slice(0, 320)}".` });
}

function shown({ id, email, name, role, hasPassword, hasTotp, createdAt, signedInAt, disabledAt }: Operator): Operator {
  return { id, email, name, role, hasPassword, hasTotp, createdAt, signedInAt, disabledAt };
}

export async function auditOperator(
  sql: Sql,
  subjectId: string,
  actor: string,
  action: string,
  detail: Record<string, unknown>,
): Promise<void> {
  await appendAudit(sql, [{ subjectKind: 'operator', subjectId, actor, action, detail }]);
}
