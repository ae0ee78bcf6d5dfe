import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { DurabillError } from '../errors/error.ts';
import { findApiKey, insertApiKey, markRevoked } from '../store/api-keys.ts';
import { appendAudit } from '../store/audit.ts';
import type { Database } from '../store/database.ts';
import { type Scope, scopes } from './scopes.ts';

/** `dbk_` and 32 random bytes in base64url. The prefix lets secret scanners find keys that leaked. */
const form = /^dbk_[A-Za-z0-9_-]{43}$/;

/** How long a key that was looked up is believed: a revoked one works that much longer at most. */
const believedForMs = 5_000;
const maxBelieved = 1_000;

export type Principal = { keyId: string; name: string; scopes: readonly string[] };

/**
 * Makes a key and answers its secret, this once: only its SHA-256 is stored.
 * @throws DurabillError request-invalid
 */
export async function createApiKey(
  database: Database,
  input: { name: string; scopes: readonly Scope[] },
  actor = 'operator',
): Promise<{ id: string; secret: string }> {
  const unknown = input.scopes.find((scope) => !scopes.includes(scope));
  if (unknown !== undefined || input.scopes.length === 0) {
    const reason = unknown === undefined ? 'The key has no scope.' : `There is no scope "${unknown}".`;
    throw new DurabillError('request-invalid', { field: 'scopes', reason, mend: `Scopes are ${scopes.join(', ')}.` });
  }
  const id = randomUUID();
  const secret = `dbk_${randomBytes(32).toString('base64url')}`;
  await database.transaction(async (sql) => {
    await insertApiKey(sql, { id, name: input.name, scopes: [...input.scopes], secretHash: hashOf(secret) });
    const detail = { scopes: input.scopes };
    await appendAudit(sql, [{ subjectKind: 'api-key', subjectId: id, actor, action: 'created', detail }]);
  });
  return { id, secret };
}

/** Ends a key, within five seconds everywhere; answers whether it was alive. */
export async function revokeApiKey(database: Database, id: string, actor = 'operator'): Promise<boolean> {
  return await database.transaction(async (sql) => {
    const revoked = await markRevoked(sql, id);
    if (revoked) {
      await appendAudit(sql, [{ subjectKind: 'api-key', subjectId: id, actor, action: 'revoked', detail: {} }]);
    }
    return revoked;
  });
}

export type Authenticate = (authorization: string | undefined) => Promise<Principal>;

/**
 * Reads the Authorization header of a request. The secret itself is never compared, only its hash looked up, so the
 * time that it takes tells nothing about how much of a guess was right.
 * @throws DurabillError key-missing, key-invalid
 */
export function createAuthenticator(database: Database, monotonicMs = () => performance.now()): Authenticate {
  const believed = new Map<string, { principal: Principal; untilMs: number }>();
  return async (authorization) => {
    if (authorization === undefined) throw new DurabillError('key-missing');
    const secret = /^Bearer +(\S+)$/i.exec(authorization)?.[1];
    if (secret === undefined || !form.test(secret)) throw new DurabillError('key-invalid');
    const hash = hashOf(secret);
    const slot = hash.toString('base64');
    const hit = believed.get(slot);
    if (hit !== undefined && monotonicMs() < hit.untilMs) return hit.principal;
    believed.delete(slot);
    const askedMs = monotonicMs();
    const key = await findApiKey(database, hash);
    if (key === undefined) throw new DurabillError('key-invalid');
    const principal = { keyId: key.id, name: key.name, scopes: key.scopes };
    if (believed.size >= maxBelieved) believed.clear();
    believed.set(slot, { principal, untilMs: askedMs + believedForMs });
    return principal;
  };
}

/** @throws DurabillError scope-missing */
export function requireScope(principal: Principal, scope: Scope): void {
  if (principal.scopes.includes(scope)) return;
  throw new DurabillError('scope-missing', { reason: `The key "${principal.name}" lacks the scope ${scope}.` });
}

function hashOf(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}
