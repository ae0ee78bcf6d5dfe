import type { Sql } from './database.ts';

export type StoredApiKey = {
  id: string;
  name: string;
  scopes: string[];
  /** The customer that it is bound to; null if to none. */
  customerId: string | null;
};

export async function insertApiKey(sql: Sql, key: StoredApiKey & { secretHash: Buffer }): Promise<void> {
  await sql.query(`INSERT INTO api_keys (id, name, secret_hash, scopes, customer_id) VALUES ($1, $2, $3, $4, $5)`, [
    key.id,
    key.name,
    key.secretHash,
    key.scopes,
    key.customerId,
  ]);
}

/** The key with this SHA-256, unless it was revoked. */
export async function findApiKey(sql: Sql, secretHash: Buffer): Promise<StoredApiKey | undefined> {
  const { rows } = await sql.query<StoredApiKey>(
    `SELECT id, name, scopes, customer_id AS "customerId" FROM api_keys WHERE secret_hash = $1 AND revoked_at IS NULL`,
    [secretHash],
  );
  return rows[0];
}

/** Revokes a key; answers whether there was one to revoke. */
export async function markRevoked(sql: Sql, id: string): Promise<boolean> {
  const { rowCount } = await sql.query(`UPDATE api_keys SET revoked_at = now() WHERE id = $1 AND revoked_at IS NULL`, [
    id,
  ]);
  return rowCount === 1;
}
