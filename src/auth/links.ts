import { randomUUID } from 'node:crypto';
import { DurabillError } from '../errors/error.ts';
import { appendAudit } from '../store/audit.ts';
import { findUsersByMail, noteUserSignIn, type UserByMail } from '../store/customer-users.ts';
import type { Database, Sql } from '../store/database.ts';
import { insertLink, type LinkTarget, lockLink, markLinkUsed } from '../store/sign-in-links.ts';
import type { UserRole } from './roles.ts';
import { hashOf, isSecret, newSecret } from './secrets.ts';
import { type NewSessionFacts, openSession } from './sessions.ts';
import { knownUser } from './users.ts';

const prefix = 'dbl';
const minute = 60;

/** How long links work. Mails may be slow; a product sends its customer on at once; invitations lie over a weekend. */
export const linkSeconds = { mail: 15 * minute, session: 5 * minute, invite: 4 * 24 * 60 * minute } as const;

/** Of links that a product asks for. */
export const longestSessionLinkMinutes = 60;

/** Makes a link. @returns its secret, which is told this once, and when it ends */
export async function makeLink(
  sql: Sql,
  target: LinkTarget,
  lifeSeconds: number,
): Promise<{ id: string; secret: string; expiresAt: Date }> {
  const secret = newSecret(prefix);
  const id = randomUUID();
  const expiresAt = await insertLink(sql, { id, secretHash: hashOf(secret), lifeSeconds, ...target });
  return { id, secret, expiresAt };
}

/**
 * The address of the page that a link opens. Its secret stands behind the #, which no browser sends: neither logs nor the
 * sites that a page leads on to see it, and who only fetches the address, as scanners of mails do, has not used it.
 */
export function linkUrl(publicUrl: string, secret: string, page: 'link' | 'invite' = 'link'): string {
  return `${publicUrl.replace(/\/+$/, '')}/sign-in/${page}#${secret}`;
}

export type SessionLinkOrder = { customerId: string; userId?: string; role?: UserRole; lifeSeconds?: number };

/**
 * A link by which the operator's product sends on a customer that it knows: a user, or somebody without a name in a role.
 * @throws DurabillError not-found, request-invalid, customer-erased
 */
export async function makeSessionLink(
  database: Database,
  { customerId, userId, role, lifeSeconds = linkSeconds.session }: SessionLinkOrder,
  actor: string,
): Promise<{ id: string; secret: string; expiresAt: Date }> {
  if (userId !== undefined && role !== undefined) {
    throw new DurabillError('request-invalid', { field: 'role', reason: 'A user has a role already.' });
  }
  return await database.transaction(async (sql) => {
    const user = userId === undefined ? undefined : await knownUser(sql, customerId, userId);
    if (user?.state === 'disabled') {
      throw new DurabillError('request-invalid', { field: 'userId', reason: 'The user is disabled.' });
    }
    const target: LinkTarget = {
      kind: 'session',
      customerId,
      userId: user?.id ?? null,
      role: user === undefined ? (role ?? 'billing') : null,
    };
    const link = await makeLink(sql, target, lifeSeconds);
    const detail = { link: link.id, ...(user && { user: user.id }), ...(target.role && { role: target.role }) };
    await appendAudit(sql, [
      { subjectKind: 'customer', subjectId: customerId, actor, action: 'session link made', detail },
    ]);
    return link;
  });
}

export type LinkOutcome =
  | { secret: string; lifeSeconds: number }
  /** The address is a user of several customers: the link stays good until one is chosen. */
  | { choices: UserByMail[] };

/**
 * Opens a session by a link, which is used up by that and by nothing else. A link is refused with the same words whether
 * it was used, is too old, was never there, or leads to somebody who may not come in any more.
 * @param userId which one, where the address has several
 * @throws DurabillError link-invalid
 */
export async function signInByLink(
  database: Database,
  { token, userId }: { token: string; userId?: string | undefined },
  facts: Omit<NewSessionFacts, 'signedInBy'>,
): Promise<LinkOutcome> {
  if (!isSecret(prefix, token)) throw new DurabillError('link-invalid');
  return await database.transaction(async (sql) => {
    const link = await lockLink(sql, hashOf(token));
    if (link === undefined || link.kind === 'invite') throw new DurabillError('link-invalid');
    if (link.kind === 'mail') {
      const choices = await findUsersByMail(sql, link.email);
      const chosen = userId === undefined && choices.length === 1 ? choices[0] : choices.find(isUser(userId));
      if (chosen === undefined) {
        if (userId === undefined && choices.length > 1) return { choices };
        throw new DurabillError('link-invalid');
      }
      return await openFor(sql, link.id, { ...chosen, role: null }, { ...facts, signedInBy: 'mail' });
    }
    return await openFor(sql, link.id, link, { ...facts, signedInBy: 'link' });
  });
}

const isUser = (userId: string | undefined) => (choice: UserByMail) => choice.userId === userId;

async function openFor(
  sql: Sql,
  linkId: string,
  { customerId, userId, role }: { customerId: string; userId: string | null; role: UserRole | null },
  facts: NewSessionFacts,
): Promise<LinkOutcome> {
  await markLinkUsed(sql, linkId);
  if (userId !== null && !(await noteUserSignIn(sql, userId))) throw new DurabillError('link-invalid');
  const subject = userId !== null ? { customerId, userId } : { customerId, userId, role: role ?? 'member' };
  const { secret, lifeSeconds } = await openSession(sql, subject, facts);
  return { secret, lifeSeconds };
}

/** Takes up an invitation of an operator, once. @throws DurabillError link-invalid */
export async function takeInvite(sql: Sql, token: string): Promise<{ operatorId: string }> {
  const link = isSecret(prefix, token) ? await lockLink(sql, hashOf(token)) : undefined;
  if (link === undefined || link.kind !== 'invite') throw new DurabillError('link-invalid');
  await markLinkUsed(sql, link.id);
  return { operatorId: link.operatorId };
}
