import type { Seller } from '../domain/party/party.ts';
import type { Sql } from './database.ts';

/** The seller's data as they were stored at one time; the highest version is in force. */
export type SellerSettings = Seller & { language: string; storedBy: string; storedAt: Date };

const columns = `version, legal_name AS "legalName", address, tax_ids AS "taxIds", registration,
  bank_details AS "bankDetails", footer, language, stored_by AS "storedBy", stored_at AS "storedAt"`;

/** @param version the one in force unless said otherwise */
export async function readSeller(sql: Sql, version?: number): Promise<SellerSettings | undefined> {
  const { rows } = await sql.query<SellerSettings>(
    `SELECT ${columns} FROM seller_settings WHERE $1::int IS NULL OR version = $1 ORDER BY version DESC LIMIT 1`,
    [version ?? null],
  );
  return rows[0];
}

/** Lets those that change the seller take turns, until the transaction ends. */
export async function lockSeller(sql: Sql): Promise<void> {
  await sql.query(`SELECT pg_advisory_xact_lock(hashtextextended('seller-settings', 0))`);
}

export async function insertSeller(sql: Sql, seller: Omit<SellerSettings, 'storedAt'>): Promise<void> {
  await sql.query(
    `INSERT INTO seller_settings (version, legal_name, address, tax_ids, registration, bank_details, footer, language,
       stored_by) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
    [
      seller.version,
      seller.legalName,
      JSON.stringify(seller.address),
      JSON.stringify(seller.taxIds),
      seller.registration,
      seller.bankDetails,
      seller.footer,
      seller.language,
      seller.storedBy,
    ],
  );
}
