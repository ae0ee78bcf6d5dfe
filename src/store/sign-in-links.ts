import type { Sql } from './database.ts';

export type LinkTarget =
  | { kind: 'mail'; email: string }
  | { kind: 'session'; customerId: string; userId: string | null; role: 'admin' | 'billing' | 'member' | null }
  | { kind: 'invite'; operatorId: string };

export async function insertLink(
  sql: Sql,
  link: { id: string; secretHash: Buffer; lifeSeconds: number } & LinkTarget,
): Promise<Date> {
  const { rows } = await sql.query<{ expiresAt: Date }>(
    `INSERT INTO sign_in_links (id, secret_hash, kind, email, customer_id, user_id, role, operator_id, expires_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, now() + $9 * interval '1 s') RETURNING expires_at AS "expiresAt"`,
    [
      link.id,
      link.secretHash,
      link.kind,
      link.kind === 'mail' ? link.email : null,
      link.kind === 'session' ? link.customerId : null,
      link.kind === 'session' ? link.userId : null,
      link.kind === 'session' ? link.role : null,
      link.kind === 'invite' ? link.operatorId : null,
      link.lifeSeconds,
    ],
  );
  return (rows[0] as { expiresAt: Date }).expiresAt;
}

/** The link with this SHA-256 if it still works, locked until the transaction ends: two who follow it take turns. */
export async function lockLink(sql: Sql, secretHash: Buffer): Promise<({ id: string } & LinkTarget) | undefined> {
  const { rows } = await sql.query<{ id: string } & LinkTarget>(
    `SELECT id, kind, email, customer_id AS "customerId", user_id AS "userId", role, operator_id AS "operatorId"
     FROM sign_in_links WHERE secret_hash = $1 AND used_at IS NULL AND expires_at > now() FOR UPDATE`,
    [secretHash],
  );
  return rows[0];
}

export async function markLinkUsed(sql: Sql, id: string): Promise<void> {
  await sql.query('UPDATE sign_in_links SET used_at = now() WHERE id = $1', [id]);
}

/** Invitations that were sent before another one. */
export async function deleteInvites(sql: Sql, operatorId: string): Promise<void> {
  await sql.query(`DELETE FROM sign_in_links WHERE operator_id = $1 AND used_at IS NULL`, [operatorId]);
}

/** What a user could still come in by: links made for them, and those in their mailbox. */
export async function deleteLinksOfUser(sql: Sql, { id, email }: { id: string; email: string }): Promise<void> {
  await sql.query(
    `DELETE FROM sign_in_links WHERE used_at IS NULL AND (user_id = $1 OR kind = 'mail' AND email = $2)`,
    [id, email],
  );
}
