import type { Sql } from './database.ts';

export type SignedInBy = 'mail' | 'link' | 'password' | 'oidc';

export type NewSession = {
  id: string;
  secretHash: Buffer;
  operatorId: string | null;
  customerId: string | null;
  userId: string | null;
  /** Of a session without a user. */
  role: string | null;
  signedInBy: SignedInBy;
  userAgent: string | null;
  idleSeconds: number;
  lifeSeconds: number;
};

export async function insertSession(sql: Sql, session: NewSession): Promise<void> {
  await sql.query(
    `INSERT INTO sessions (id, secret_hash, operator_id, customer_id, user_id, role, signed_in_by, user_agent, idle_seconds, expires_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, now() + $10 * interval '1 s')`,
    [
      session.id,
      session.secretHash,
      session.operatorId,
      session.customerId,
      session.userId,
      session.role,
      session.signedInBy,
      session.userAgent,
      session.idleSeconds,
      session.lifeSeconds,
    ],
  );
}

/** A session that is open, with whom it belongs to as they are now. */
export type OpenSession = {
  id: string;
  operatorId: string | null;
  customerId: string | null;
  userId: string | null;
  role: string;
  name: string;
  email: string | null;
};

const isOpen = `s.revoked_at IS NULL AND s.expires_at > now() AND s.seen_at + s.idle_seconds * interval '1 s' > now()`;

/** How often it is written down that a session is in use. */
const seenEverySeconds = 60;

/**
 * The open session with this SHA-256, and notes that it is in use. Who was disabled has none: neither an operator, nor a
 * user, nor anybody of an erased customer.
 */
export async function useSession(sql: Sql, secretHash: Buffer): Promise<OpenSession | undefined> {
  const { rows } = await sql.query<OpenSession & { isStale: boolean }>(
    `SELECT s.id, s.operator_id AS "operatorId", s.customer_id AS "customerId", s.user_id AS "userId",
       coalesce(o.role, u.role, s.role) AS role, coalesce(o.name, u.name, p.name) AS name, coalesce(o.email, u.email) AS email,
       s.seen_at < now() - ${seenEverySeconds} * interval '1 s' AS "isStale"
     FROM sessions s LEFT JOIN operators o ON o.id = s.operator_id LEFT JOIN customer_users u ON u.id = s.user_id
     LEFT JOIN customer_contacts p ON p.customer_id = s.customer_id
     WHERE s.secret_hash = $1 AND ${isOpen} AND o.disabled_at IS NULL AND u.state IS DISTINCT FROM 'disabled'
       AND NOT EXISTS (SELECT FROM customer_erasures e WHERE e.customer_id = s.customer_id)`,
    [secretHash],
  );
  if (rows[0] === undefined) return undefined;
  const { isStale, ...session } = rows[0];
  if (isStale) await sql.query('UPDATE sessions SET seen_at = now() WHERE id = $1 AND seen_at < now()', [session.id]);
  return session;
}

export type SessionView = {
  id: string;
  signedInBy: SignedInBy;
  userAgent: string | null;
  createdAt: Date;
  seenAt: Date;
  expiresAt: Date;
};

/** Whose sessions: an operator's, a user's, or the one session of somebody without a name. */
export type SessionOwner = { operatorId: string } | { userId: string } | { sessionId: string };

function ofOwner(owner: SessionOwner): [condition: string, id: string] {
  if ('operatorId' in owner) return ['s.operator_id = $1', owner.operatorId];
  if ('userId' in owner) return ['s.user_id = $1', owner.userId];
  return ['s.id = $1', owner.sessionId];
}

/** The open sessions of one person, the latest used first: at most a hundred. */
export async function listSessions(sql: Sql, owner: SessionOwner): Promise<SessionView[]> {
  const [condition, id] = ofOwner(owner);
  const { rows } = await sql.query<SessionView>(
    `SELECT s.id, s.signed_in_by AS "signedInBy", s.user_agent AS "userAgent", s.created_at AS "createdAt",
       s.seen_at AS "seenAt", s.expires_at AS "expiresAt"
     FROM sessions s WHERE ${condition} AND ${isOpen} ORDER BY s.seen_at DESC, s.id LIMIT 100`,
    [id],
  );
  return rows;
}

/**
 * Ends sessions of one person: the named one, or all but one that is kept.
 * @returns the ids of those that it has ended
 */
export async function revokeSessions(
  sql: Sql,
  owner: SessionOwner,
  which: { only: string } | { except: string | null },
): Promise<string[]> {
  const [condition, id] = ofOwner(owner);
  const [only, except] = 'only' in which ? [which.only, null] : [null, which.except];
  const { rows } = await sql.query<{ id: string }>(
    `UPDATE sessions s SET revoked_at = now()
     WHERE ${condition} AND s.revoked_at IS NULL AND ($2::uuid IS NULL OR s.id = $2) AND s.id IS DISTINCT FROM $3::uuid
     RETURNING s.id`,
    [id, only, except],
  );
  return rows.map((row) => row.id);
}

/** Rows that nobody needs any more: sessions and links that ended a while ago, attempts of yesterday. */
export async function forgetOldAccess(sql: Sql): Promise<void> {
  await sql.query(`DELETE FROM sessions WHERE expires_at < now() - interval '7 days'`);
  await sql.query(`DELETE FROM sign_in_links WHERE expires_at < now() - interval '7 days'`);
  await sql.query('DELETE FROM oidc_attempts WHERE expires_at < now()');
  await sql.query(`DELETE FROM sign_in_throttles WHERE tried_at < now() - interval '1 day'`);
}
