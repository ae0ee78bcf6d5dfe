import type { Sql } from './database.ts';

export type Operator = {
  id: string;
  email: string;
  name: string;
  role: 'viewer' | 'support' | 'finance' | 'admin';
  hasPassword: boolean;
  hasTotp: boolean;
  createdAt: Date;
  signedInAt: Date | null;
  disabledAt: Date | null;
};

/** What is needed to let an operator in, and is shown to nobody. */
export type OperatorSecrets = { passwordHash: string | null; totpWanted: string | null; totpSecret: string | null };

const columns = `o.id, o.email, o.name, o.role, o.password_hash IS NOT NULL AS "hasPassword",
  o.totp_secret IS NOT NULL AS "hasTotp", o.created_at AS "createdAt", o.signed_in_at AS "signedInAt",
  o.disabled_at AS "disabledAt"`;
const secretColumns = `o.password_hash AS "passwordHash", o.totp_wanted AS "totpWanted", o.totp_secret AS "totpSecret"`;

/** @returns false if there is an operator with this address */
export async function insertOperator(
  sql: Sql,
  operator: Pick<Operator, 'id' | 'email' | 'name' | 'role'> & { passwordHash: string | null },
): Promise<boolean> {
  const { rowCount } = await sql.query(
    `INSERT INTO operators (id, email, name, role, password_hash) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (email) DO NOTHING`,
    [operator.id, operator.email, operator.name, operator.role, operator.passwordHash],
  );
  return rowCount === 1;
}

export async function findOperatorByEmail(sql: Sql, email: string): Promise<(Operator & OperatorSecrets) | undefined> {
  const { rows } = await sql.query<Operator & OperatorSecrets>(
    `SELECT ${columns}, ${secretColumns} FROM operators o WHERE o.email = $1`,
    [email],
  );
  return rows[0];
}

export async function findOperatorSecrets(sql: Sql, id: string): Promise<(Operator & OperatorSecrets) | undefined> {
  const { rows } = await sql.query<Operator & OperatorSecrets>(
    `SELECT ${columns}, ${secretColumns} FROM operators o WHERE o.id = $1`,
    [id],
  );
  return rows[0];
}

/** In the order of their addresses, those after `after`. */
export async function listOperators(sql: Sql, page: { after: string | undefined; limit: number }): Promise<Operator[]> {
  const { rows } = await sql.query<Operator>(
    `SELECT ${columns} FROM operators o WHERE $1::text IS NULL OR o.email COLLATE "C" > $1
     ORDER BY o.email COLLATE "C" LIMIT $2`,
    [page.after ?? null, page.limit],
  );
  return rows;
}

/** All who can manage access, locked until the transaction ends: two changes cannot both leave the other one as the last. */
export async function lockAdmins(sql: Sql): Promise<string[]> {
  const { rows } = await sql.query<{ id: string }>(
    `SELECT id FROM operators WHERE role = 'admin' AND disabled_at IS NULL ORDER BY id FOR UPDATE`,
  );
  return rows.map(({ id }) => id);
}

export type OperatorChange = { name?: string; role?: Operator['role']; disabled?: boolean };

export async function updateOperator(sql: Sql, id: string, { name, role, disabled }: OperatorChange): Promise<void> {
  await sql.query(
    `UPDATE operators SET name = coalesce($2, name), role = coalesce($3, role),
       disabled_at = CASE $4::boolean WHEN true THEN coalesce(disabled_at, now()) WHEN false THEN NULL ELSE disabled_at END
     WHERE id = $1`,
    [id, name ?? null, role ?? null, disabled ?? null],
  );
}

export async function setPasswordHash(sql: Sql, id: string, passwordHash: string): Promise<void> {
  await sql.query('UPDATE operators SET password_hash = $2 WHERE id = $1', [id, passwordHash]);
}

/** Keeps a secret for one-time codes that is in force once a code of it was seen. */
export async function wantTotp(sql: Sql, id: string, secret: string): Promise<void> {
  await sql.query('UPDATE operators SET totp_wanted = $2 WHERE id = $1', [id, secret]);
}

/** Puts the wanted secret in force, as of the step whose code was seen. */
export async function confirmTotp(sql: Sql, id: string, step: number, codeHashes: readonly Buffer[]): Promise<void> {
  await sql.query('UPDATE operators SET totp_secret = totp_wanted, totp_wanted = NULL, totp_step = $2 WHERE id = $1', [
    id,
    step,
  ]);
  await sql.query('DELETE FROM operator_recovery_codes WHERE operator_id = $1', [id]);
  await sql.query(
    'INSERT INTO operator_recovery_codes (operator_id, code_hash) SELECT $1, * FROM unnest($2::bytea[])',
    [id, codeHashes],
  );
}

export async function removeTotp(sql: Sql, id: string): Promise<void> {
  await sql.query('UPDATE operators SET totp_secret = NULL, totp_wanted = NULL WHERE id = $1', [id]);
  await sql.query('DELETE FROM operator_recovery_codes WHERE operator_id = $1', [id]);
}

/** Takes the code of a step, each at most once and never an earlier one afterwards. @returns false if it was taken */
export async function takeTotpStep(sql: Sql, id: string, step: number): Promise<boolean> {
  const { rowCount } = await sql.query('UPDATE operators SET totp_step = $2 WHERE id = $1 AND totp_step < $2', [
    id,
    step,
  ]);
  return rowCount === 1;
}

/** @returns false if there is no such code, or it was used */
export async function takeRecoveryCode(sql: Sql, id: string, codeHash: Buffer): Promise<boolean> {
  const { rowCount } = await sql.query(
    'DELETE FROM operator_recovery_codes WHERE operator_id = $1 AND code_hash = $2',
    [id, codeHash],
  );
  return rowCount === 1;
}

export async function countRecoveryCodes(sql: Sql, id: string): Promise<number> {
  const { rows } = await sql.query<{ count: number }>(
    'SELECT count(*)::int AS count FROM operator_recovery_codes WHERE operator_id = $1',
    [id],
  );
  return rows[0]?.count ?? 0;
}

/** @returns false if the operator was disabled meanwhile */
export async function noteOperatorSignIn(sql: Sql, id: string): Promise<boolean> {
  const { rowCount } = await sql.query(
    'UPDATE operators SET signed_in_at = now() WHERE id = $1 AND disabled_at IS NULL',
    [id],
  );
  return rowCount === 1;
}
