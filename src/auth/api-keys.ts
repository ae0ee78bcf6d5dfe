import { randomUUID } from 'node:crypto';
import { DurabillError } from '../errors/error.ts';
import { findApiKey, insertApiKey, markRevoked } from '../store/api-keys.ts';
import { appendAudit } from '../store/audit.ts';
import type { Database } from '../store/database.ts';
import type { Principal } from './principal.ts';
import { customerScopes } from './roles.ts';
import { type Scope, scopes } from './scopes.ts';
import { hashOf, isSecret, newSecret } from './secrets.ts';

const prefix = 'dbk';

/** How long a key that was looked up is believed: a revoked one works that much longer at most. */
const believedForMs = 5_000;
const maxBelieved = 1_000;

/**
 * Makes a key and answers its secret, this once: only its SHA-256 is stored. One with a `customerId` is bound to that
 * customer and reaches nothing of anybody else's.
 * @throws DurabillError request-invalid
 */
export async function createApiKey(
  database: Database,
  input: { name: string; scopes: readonly Scope[]; customerId?: string },
  actor = 'operator',
): Promise<{ id: string; secret: string }> {
  const customerId = input.customerId ?? null;
  const allowed = customerId === null ? scopes : customerScopes;
  const unknown = input.scopes.find((scope) => !allowed.includes(scope));
  if (unknown !== undefined || input.scopes.length === 0) {
    const reason =
      unknown === undefined
        ? 'The key has no scope.'
        : customerId !== null && scopes.includes(unknown)
          ? `No key of a customer has the scope "${unknown}".`
          : `There is no scope "${unknown}".`;
    throw new DurabillError('request-invalid', { field: 'scopes', reason, mend: `Scopes are ${allowed.join(', ')}.` });
  }
  const id = randomUUID();
  const secret = newSecret(prefix);
  await database.transaction(async (sql) => {
    const key = { id, name: input.name, scopes: [...input.scopes], customerId };
    await insertApiKey(sql, { ...key, secretHash: hashOf(secret) });
    const detail = { scopes: input.scopes, ...(customerId !== null && { customerId }) };
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

export type KeyPrincipal = Extract<Principal, { kind: 'key' }>;
export type Authenticate = (authorization: string | undefined) => Promise<KeyPrincipal>;

/**
 * Reads the Authorization header of a request. The secret itself is never compared, only its hash looked up, so the
 * time that it takes tells nothing about how much of a guess was right.
 * @throws DurabillError key-missing, key-invalid
 */
export function createAuthenticator(database: Database, monotonicMs = () => performance.now()): Authenticate {
  const believed = new Map<string, { principal: KeyPrincipal; untilMs: number }>();
  return async (authorization) => {
    if (authorization === undefined) throw new DurabillError('key-missing');
    const secret = /^Bearer +(\S+)$/i.exec(authorization)?.[1];
    if (secret === undefined || !isSecret(prefix, secret)) throw new DurabillError('key-invalid');
    const hash = hashOf(secret);
    const slot = hash.toString('base64');
    const hit = believed.get(slot);
    if (hit !== undefined && monotonicMs() < hit.untilMs) return hit.principal;
    believed.delete(slot);
    const askedMs = monotonicMs();
    const key = await findApiKey(database, hash);
    if (key === undefined) throw new DurabillError('key-invalid');
    const { id: keyId, name, scopes: granted, customerId } = key;
    const principal: KeyPrincipal = { kind: 'key', keyId, name, scopes: granted, customerId };
    if (believed.size >= maxBelieved) believed.clear();
    believed.set(slot, { principal, untilMs: askedMs + believedForMs });
    return principal;
  };
}
