import type { Sql } from './database.ts';
import { type CreationPage, creationValues, latestFirst, type Owner, ofOwner, ownerValues } from './list-pages.ts';
import { uuidOrNull } from './uuid.ts';

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

/** A key as it is shown: its secret was told when it was made. */
export type ApiKeyView = StoredApiKey & { createdAt: Date; usedAt: Date | null; revokedAt: Date | null };

const columns = `id, name, scopes, customer_id AS "customerId", created_at AS "createdAt", used_at AS "usedAt",
  revoked_at AS "revokedAt"`;

/** A page of keys, the latest first, those that were revoked too: of one owner (null: the business), or of everybody. */
export async function listApiKeys(sql: Sql, owner: Owner | undefined, page: CreationPage): Promise<ApiKeyView[]> {
  const { rows } = await sql.query<ApiKeyView>(
    `SELECT ${columns} FROM api_keys WHERE ${ofOwner} AND ${latestFirst(3)}`,
    [...ownerValues(owner), ...creationValues(page)],
  );
  return rows;
}

export async function findApiKeyView(sql: Sql, reference: string): Promise<ApiKeyView | undefined> {
  const { rows } = await sql.query<ApiKeyView>(`SELECT ${columns} FROM api_keys WHERE id = $1`, [
    uuidOrNull(reference),
  ]);
  return rows[0];
}

/** Counts an owner's keys that are alive. */
export async function countLiveKeys(sql: Sql, customerId: string | null): Promise<number> {
  const { rows } = await sql.query<{ count: number }>(
    `SELECT count(*)::int AS count FROM api_keys WHERE customer_id IS NOT DISTINCT FROM $1::uuid AND revoked_at IS NULL`,
    [customerId],
  );
  return rows[0]?.count ?? 0;
}
