import type { Sql } from './database.ts';

export type OidcAttempt = { codeVerifier: string; nonce: string };
type Hashes = { stateHash: Buffer; browserHash: Buffer };

export async function insertAttempt(sql: Sql, attempt: OidcAttempt & Hashes & { lifeSeconds: number }): Promise<void> {
  await sql.query(
    `INSERT INTO oidc_attempts (state_hash, browser_hash, code_verifier, nonce, expires_at)
     VALUES ($1, $2, $3, $4, now() + $5 * interval '1 s')`,
    [attempt.stateHash, attempt.browserHash, attempt.codeVerifier, attempt.nonce, attempt.lifeSeconds],
  );
}

/** The attempt of this state and this browser, which is over with that. */
export async function takeAttempt(sql: Sql, { stateHash, browserHash }: Hashes): Promise<OidcAttempt | undefined> {
  const { rows } = await sql.query<OidcAttempt>(
    `DELETE FROM oidc_attempts WHERE state_hash = $1 AND browser_hash = $2 AND expires_at > now()
     RETURNING code_verifier AS "codeVerifier", nonce`,
    [stateHash, browserHash],
  );
  return rows[0];
}
