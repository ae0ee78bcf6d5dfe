import { DurabillError } from '../errors/error.ts';
import type { Database, Sql } from '../store/database.ts';
import {
  confirmTotp,
  countRecoveryCodes,
  findOperatorByEmail,
  noteOperatorSignIn,
  type Operator,
  type OperatorSecrets,
  removeTotp,
  setPasswordHash,
  takeRecoveryCode,
  takeTotpStep,
  wantTotp,
} from '../store/operators.ts';
import { readAddress } from './fields.ts';
import { auditOperator, knownOperator } from './operators.ts';
import { hashPassword, isPassword, readPassword } from './passwords.ts';
import type { OperatorPrincipal } from './principal.ts';
import { endOtherSessions, openSession } from './sessions.ts';
import { forgive, passwordRules, requireCalm } from './throttle.ts';
import { newRecoveryCodes, newTotp, recoveryHashOf, stepOf, type TotpSecret } from './totp.ts';

/** From where somebody asks. */
export type Place = { ip: string; userAgent?: string | undefined };

export type OperatorSignIn = { secret: string; lifeSeconds: number } | { codeNeeded: true };

/**
 * Lets an operator in by password, and by a one-time code where they have one. What was wrong is not said, but whether
 * a code is missing: who hears that has known the password. Takes as long for an address that nobody has.
 * @throws DurabillError sign-in-refused, sign-in-throttled
 */
export async function signInOperator(
  database: Database,
  { email: given, password, code }: { email: string; password: string; code?: string | undefined },
  { ip, userAgent }: Place,
  nowMs = Date.now(),
): Promise<OperatorSignIn> {
  const email = readAddress(given);
  const rules = passwordRules(email, ip);
  await requireCalm(database, rules);
  const operator = await findOperatorByEmail(database, email);
  const isRight = await isPassword(operator?.passwordHash ?? null, password);
  if (operator === undefined || !isRight || operator.disabledAt !== null) {
    if (operator !== undefined) await told(database, operator, 'sign-in refused', { by: 'password' });
    throw new DurabillError('sign-in-refused');
  }
  if (operator.totpSecret !== null && code === undefined) return { codeNeeded: true };
  const opened = await database.transaction(async (sql) => {
    if (operator.totpSecret !== null && !(await takeCode(sql, operator, code ?? '', nowMs))) return undefined;
    if (!(await noteOperatorSignIn(sql, operator.id))) return undefined;
    return await openSession(sql, { operatorId: operator.id, email }, { signedInBy: 'password', userAgent });
  });
  if (opened === undefined) {
    await told(database, operator, 'sign-in refused', { by: 'code' });
    throw new DurabillError('sign-in-refused', { field: 'code' });
  }
  await forgive(database, rules);
  return { secret: opened.secret, lifeSeconds: opened.lifeSeconds };
}

async function takeCode(
  sql: Sql,
  { id, totpSecret }: Operator & OperatorSecrets,
  code: string,
  nowMs: number,
): Promise<boolean> {
  const step = totpSecret === null ? undefined : stepOf(totpSecret, code, nowMs);
  if (step !== undefined) return await takeTotpStep(sql, id, step);
  return await takeRecoveryCode(sql, id, recoveryHashOf(code));
}

async function told(sql: Sql, { id, email }: Operator, action: string, detail: Record<string, unknown>): Promise<void> {
  await auditOperator(sql, id, `operator:${email}`, action, detail);
}

/** What an operator may know of how their own account is kept. */
export async function readSecurity(database: Database, { operatorId }: OperatorPrincipal) {
  const { hasPassword, hasTotp } = await knownOperator(database, operatorId);
  return { hasPassword, hasTotp, recoveryCodesLeft: await countRecoveryCodes(database, operatorId) };
}

/** Whoever changes how an account is kept says its password again: a screen may be left alone. */
async function requirePassword(
  database: Database,
  { email, operatorId }: OperatorPrincipal,
  password: string,
  { ip }: Place,
  field: string,
): Promise<Operator & OperatorSecrets> {
  const rules = passwordRules(email, ip);
  await requireCalm(database, rules);
  const operator = await knownOperator(database, operatorId);
  if (await isPassword(operator.passwordHash, password)) {
    await forgive(database, rules);
    return operator;
  }
  await told(database, operator, 'password refused', {});
  throw new DurabillError('sign-in-refused', { field, reason: 'The password is not right.' });
}

/**
 * Changes the password of who asks, and ends all their other sessions.
 * @throws DurabillError sign-in-refused, sign-in-throttled, password-refused
 */
export async function changePassword(
  database: Database,
  principal: OperatorPrincipal,
  { current, next }: { current: string; next: string },
  place: Place,
): Promise<{ ended: number }> {
  const operator = await requirePassword(database, principal, current, place, 'current');
  const passwordHash = await hashPassword(readPassword(next, { email: operator.email, field: 'next' }));
  return await database.transaction(async (sql) => {
    await setPasswordHash(sql, operator.id, passwordHash);
    await told(sql, operator, 'password changed', {});
    return { ended: await endOtherSessions(sql, principal) };
  });
}

/** A secret for one-time codes, which is in force once a code of it was seen. @throws DurabillError sign-in-refused */
export async function beginTotp(
  database: Database,
  principal: OperatorPrincipal,
  { password }: { password: string },
  place: Place,
): Promise<TotpSecret> {
  const operator = await requirePassword(database, principal, password, place, 'password');
  if (operator.hasTotp) {
    throw new DurabillError('access-refused', {
      reason: 'One-time codes are in force already.',
      mend: 'Remove them first.',
    });
  }
  const totp = newTotp(operator.email, 'Durabill');
  await wantTotp(database, operator.id, totp.secret);
  return totp;
}

/**
 * Puts the one-time codes in force, by one of them.
 * @returns recovery codes, which are told this once
 * @throws DurabillError sign-in-refused, sign-in-throttled, access-refused
 */
export async function finishTotp(
  database: Database,
  principal: OperatorPrincipal,
  { code }: { code: string },
  place: Place,
  nowMs = Date.now(),
): Promise<{ recoveryCodes: string[] }> {
  const rules = passwordRules(principal.email, place.ip);
  await requireCalm(database, rules);
  const recoveryCodes = newRecoveryCodes();
  await database.transaction(async (sql) => {
    const { id, email, totpWanted } = await knownOperator(sql, principal.operatorId);
    if (totpWanted === null) throw new DurabillError('access-refused', { reason: 'No one-time codes wait for this.' });
    const step = stepOf(totpWanted, code, nowMs);
    if (step === undefined)
      throw new DurabillError('sign-in-refused', { field: 'code', reason: 'The code is not right.' });
    await confirmTotp(sql, id, step, recoveryCodes.map(recoveryHashOf));
    await auditOperator(sql, id, `operator:${email}`, 'one-time codes in force', {});
    await endOtherSessions(sql, principal);
  });
  await forgive(database, rules);
  return { recoveryCodes };
}

/** @throws DurabillError sign-in-refused, sign-in-throttled */
export async function endTotp(
  database: Database,
  principal: OperatorPrincipal,
  { password }: { password: string },
  place: Place,
): Promise<void> {
  const operator = await requirePassword(database, principal, password, place, 'password');
  await database.transaction(async (sql) => {
    await removeTotp(sql, operator.id);
    await told(sql, operator, 'one-time codes removed', {});
  });
}
