import { createHash, randomUUID, timingSafeEqual } from 'node:crypto';
import { DurabillError } from '../errors/error.ts';
import { appendAudit } from '../store/audit.ts';
import type { Database, Sql } from '../store/database.ts';
import {
  insertSession,
  type OpenSession,
  revokeSessions,
  type SessionOwner,
  type SignedInBy,
  useSession,
} from '../store/sessions.ts';
import { actorNameOf, type OperatorPrincipal, type UserPrincipal } from './principal.ts';
import { type OperatorRole, scopesOfOperators, scopesOfUsers, type UserRole } from './roles.ts';
import { hashOf, isSecret, newSecret } from './secrets.ts';

const prefix = 'dbs';
const hour = 3_600;

/**
 * How long a session stays open, unused and at all. Operators can do harm to everybody, and sit at a desk; customers look
 * at their bills from time to time.
 */
export const sessionSeconds = {
  operator: { idle: 2 * hour, life: 12 * hour },
  user: { idle: 7 * 24 * hour, life: 30 * 24 * hour },
} as const;

/** How long a session that was looked up is believed: a revoked one works that much longer at most. */
const believedForMs = 5_000;
const maxBelieved = 1_000;

export type SessionPrincipal = OperatorPrincipal | UserPrincipal;

/** Who signs in: an operator, a user, or somebody without a name whom the operator's product vouches for. */
export type SessionSubject =
  | { operatorId: string; email: string }
  | { customerId: string; userId: string }
  | { customerId: string; userId: null; role: UserRole };

export type NewSessionFacts = { signedInBy: SignedInBy; userAgent?: string | undefined };

/**
 * Opens a session, always under a new secret: one that came with the request is never taken over.
 * @returns its secret, which is told this once, and how long the cookie may live
 */
export async function openSession(
  sql: Sql,
  subject: SessionSubject,
  { signedInBy, userAgent }: NewSessionFacts,
): Promise<{ id: string; secret: string; lifeSeconds: number }> {
  const secret = newSecret(prefix);
  const id = randomUUID();
  const isOperator = 'operatorId' in subject;
  const { idle, life } = sessionSeconds[isOperator ? 'operator' : 'user'];
  await insertSession(sql, {
    id,
    secretHash: hashOf(secret),
    operatorId: isOperator ? subject.operatorId : null,
    customerId: isOperator ? null : subject.customerId,
    userId: isOperator ? null : subject.userId,
    role: !isOperator && subject.userId === null ? subject.role : null,
    signedInBy,
    userAgent: shortened(userAgent),
    idleSeconds: idle,
    lifeSeconds: life,
  });
  const actor = isOperator
    ? `operator:${subject.email}`
    : subject.userId === null
      ? `customer:${subject.customerId}`
      : `user:${subject.userId}`;
  await appendAudit(sql, [
    {
      ...(isOperator
        ? { subjectKind: 'operator', subjectId: subject.operatorId }
        : { subjectKind: 'customer', subjectId: subject.customerId }),
      actor,
      action: 'signed in',
      detail: { session: id, by: signedInBy },
    },
  ]);
  return { id, secret, lifeSeconds: life };
}

/** What PostgreSQL stores of a header that may say anything. */
function shortened(userAgent: string | undefined): string | null {
  const plain = userAgent?.replaceAll(/[^\x20-\x7e]/g, '').slice(0, 200);
  return plain || null;
}

export type AuthenticateSession = (secret: string) => Promise<SessionPrincipal>;

/**
 * Finds who a session's secret belongs to. Like those of keys, secrets are looked up by their hash and never compared.
 * @throws DurabillError session-invalid
 */
export function createSessionAuthenticator(
  database: Database,
  monotonicMs = () => performance.now(),
): AuthenticateSession {
  const believed = new Map<string, { principal: SessionPrincipal; untilMs: number }>();
  return async (secret) => {
    if (!isSecret(prefix, secret)) throw new DurabillError('session-invalid');
    const hash = hashOf(secret);
    const slot = hash.toString('base64');
    const hit = believed.get(slot);
    if (hit !== undefined && monotonicMs() < hit.untilMs) return hit.principal;
    believed.delete(slot);
    const askedMs = monotonicMs();
    const session = await useSession(database, hash);
    if (session === undefined) throw new DurabillError('session-invalid');
    const principal = principalOf(session);
    if (believed.size >= maxBelieved) believed.clear();
    believed.set(slot, { principal, untilMs: askedMs + believedForMs });
    return principal;
  };
}

function principalOf(session: OpenSession): SessionPrincipal {
  const { id: sessionId, operatorId, customerId, userId, name, email } = session;
  if (operatorId !== null) {
    const role = session.role as OperatorRole;
    const scopes = scopesOfOperators[role];
    return { kind: 'operator', sessionId, operatorId, name, email: email ?? '', role, scopes, customerId: null };
  }
  const role = session.role as UserRole;
  const scopes = scopesOfUsers[role];
  return { kind: 'user', sessionId, userId, name, email, role, scopes, customerId: customerId as string };
}

export function ownerOf(principal: SessionPrincipal): SessionOwner {
  if (principal.kind === 'operator') return { operatorId: principal.operatorId };
  return principal.userId === null ? { sessionId: principal.sessionId } : { userId: principal.userId };
}

/**
 * Ends a session of one's own, within five seconds everywhere.
 * @throws DurabillError not-found for one that is over or somebody else's
 */
export async function endSession(database: Database, principal: SessionPrincipal, sessionId: string): Promise<void> {
  await database.transaction(async (sql) => {
    const ended = await revokeSessions(sql, ownerOf(principal), { only: sessionId });
    if (ended.length === 0) {
      throw new DurabillError('not-found', { field: 'id', reason: `You have no session with the id "${sessionId}".` });
    }
    await auditEnd(sql, principal, ended, sessionId === principal.sessionId ? 'signed out' : 'session ended');
  });
}

/** Ends all other sessions of whoever asks. @returns how many */
export async function endOtherSessions(sql: Sql, principal: SessionPrincipal): Promise<number> {
  const ended = await revokeSessions(sql, ownerOf(principal), { except: principal.sessionId });
  await auditEnd(sql, principal, ended, 'session ended');
  return ended.length;
}

async function auditEnd(sql: Sql, principal: SessionPrincipal, ended: string[], action: string): Promise<void> {
  const subject =
    principal.kind === 'operator'
      ? { subjectKind: 'operator', subjectId: principal.operatorId }
      : { subjectKind: 'customer', subjectId: principal.customerId };
  const actor = actorNameOf(principal);
  for (const session of ended) await appendAudit(sql, [{ ...subject, actor, action, detail: { session } }]);
}

/**
 * What a page sends along with every change, in a header that no other site can set. It follows from the session's secret,
 * which scripts cannot read, and does not lead back to it.
 */
export function csrfTokenOf(secret: string): string {
  return createHash('sha256').update(`csrf:${secret}`).digest('base64url');
}

export function isCsrfToken(secret: string, given: unknown): boolean {
  const wanted = Buffer.from(csrfTokenOf(secret));
  const sent = Buffer.from(typeof given === 'string' ? given : '');
  return sent.length === wanted.length && timingSafeEqual(sent, wanted);
}
