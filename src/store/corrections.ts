import type { Sql } from './database.ts';

/** `contact`: name and e-mail. `customer-mapping`: which customer at the target is ours. */
export type CorrectionKind = 'contact' | 'customer-mapping';
export type Changes = { name?: string; email?: string | null; remoteCustomerId?: string };
export type Correction = {
  id: string;
  customerId: string;
  kind: CorrectionKind;
  changes: Changes;
  appliedAt: Date | null;
};

export async function insertCorrection(
  sql: Sql,
  correction: Omit<Correction, 'appliedAt'> & { reason: string; storedBy: string },
): Promise<void> {
  await sql.query(
    `INSERT INTO corrections (id, customer_id, kind, changes, reason, stored_by) VALUES ($1, $2, $3, $4, $5, $6)`,
    [
      correction.id,
      correction.customerId,
      correction.kind,
      JSON.stringify(correction.changes),
      correction.reason,
      correction.storedBy,
    ],
  );
}

/** Locks the correction, so that of two answers that name it one applies it. */
export async function lockCorrection(sql: Sql, id: string): Promise<Correction | undefined> {
  const { rows } = await sql.query<Correction>(
    `SELECT id, customer_id AS "customerId", kind, changes, applied_at AS "appliedAt" FROM corrections
     WHERE id = $1 FOR UPDATE`,
    [id],
  );
  return rows[0];
}

/** Puts a correction into the books. @returns false if nothing there could be corrected */
export async function applyCorrection(sql: Sql, { id, customerId, kind, changes }: Correction): Promise<boolean> {
  const { rowCount } =
    kind === 'contact'
      ? await sql.query(
          `UPDATE customer_contacts SET name = coalesce($2, name),
             email = CASE WHEN $4::boolean THEN $3 ELSE email END, updated_at = clock_timestamp()
           WHERE customer_id = $1`,
          [customerId, changes.name ?? null, changes.email ?? null, changes.email !== undefined],
        )
      : await sql.query(
          `UPDATE customer_mappings SET remote_id = $2, contact_at = to_timestamp(0)
           WHERE customer_id = $1 AND NOT EXISTS (
             SELECT FROM customer_mappings WHERE remote_id = $2 AND customer_id <> $1)`,
          [customerId, changes.remoteCustomerId],
        );
  await sql.query('UPDATE corrections SET applied_at = now() WHERE id = $1', [id]);
  return rowCount === 1;
}
