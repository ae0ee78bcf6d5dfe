import { csrfTokenOf, openSession, type SessionSubject } from '../../src/auth/sessions.ts';
import type { Database } from '../../src/store/database.ts';

/** What a browser sends that has just signed in: the cookie, and what its pages add to every change. */
export async function signedIn(database: Database, subject: SessionSubject): Promise<Record<string, string>> {
  const signedInBy = 'operatorId' in subject ? 'password' : 'link';
  const { secret } = await database.transaction((sql) => openSession(sql, subject, { signedInBy }));
  return headersOf(secret);
}

export function headersOf(secret: string): Record<string, string> {
  return { cookie: `durabill_session=${secret}`, 'x-csrf-token': csrfTokenOf(secret) };
}

/** The secret that an answer has a browser keep. */
export function secretIn(headers: Record<string, unknown>): string {
  const cookies = [headers['set-cookie'] ?? []].flat().map(String);
  const found = cookies.map((cookie) => /^durabill_session=([^;]+);/.exec(cookie)?.[1]).find((value) => value);
  if (found === undefined) throw new Error(`No session was opened: ${JSON.stringify(cookies)}`);
  return found;
}
