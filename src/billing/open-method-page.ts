import { randomUUID } from 'node:crypto';
import { DurabillError } from '../errors/error.ts';
import { appendAudit } from '../store/audit.ts';
import type { Database } from '../store/database.ts';
import { readSession, wantSession } from '../store/payment-methods.ts';
import { readText } from './text.ts';

export type OpenedPage = { id: string; url: string; expiresAt: Date };

/** A writer that had begun before the page was wanted has not seen the wish, and a page that was used by now makes room for another. */
const mostRounds = 4;

/**
 * Gives the address of a page at Stripe on which a customer saves a payment method. The page is wanted in the books, and the
 * customer's one writer opens it; asked again while it can be used, or after an answer that was lost, it is the same page.
 * @param ensureCustomer asks the customer's one writer, and waits for it
 * @throws DurabillError request-invalid, collection-refused, unavailable
 */
export async function openMethodPage(
  database: Database,
  ensureCustomer: (customerId: string) => Promise<void>,
  wish: { customerId: string; returnUrl: string },
  actor: string,
): Promise<OpenedPage> {
  const returnUrl = readReturnUrl(wish.returnUrl);
  const { customerId } = wish;
  for (let round = 0; round < mostRounds; round += 1) {
    const id = await want(database, { customerId, returnUrl }, actor);
    await ensureCustomer(customerId);
    const session = await readSession(database, id);
    if (session?.status === 'open' && session.url !== null && session.expiresAt !== null) {
      return { id, url: session.url, expiresAt: session.expiresAt };
    }
    if (session?.status === 'failed') {
      throw new DurabillError('collection-refused', {
        reason: `The page could not be opened at Stripe: ${session.code}.`,
        mend: 'Look at the customer at Stripe, and ask for another page.',
      });
    }
  }
  throw new DurabillError('unavailable', { reason: 'The page is not open yet.', mend: 'Ask again in a moment.' });
}

async function want(
  database: Database,
  { customerId, returnUrl }: { customerId: string; returnUrl: string },
  actor: string,
): Promise<string> {
  return await database.transaction(async (sql) => {
    const { session, isNew } = await wantSession(sql, { id: randomUUID(), customerId, returnUrl, actor });
    if (isNew) {
      const detail = { sessionId: session.id };
      const action = 'payment method page asked for';
      await appendAudit(sql, [{ subjectKind: 'customer', subjectId: customerId, actor, action, detail }]);
    }
    return session.id;
  });
}

function readReturnUrl(given: string): string {
  const text = readText(given, { code: 'request-invalid', field: 'returnUrl', name: 'The address', maxLength: 2_048 });
  const { protocol } = URL.canParse(text) ? new URL(text) : { protocol: '' };
  if (protocol === 'https:' || protocol === 'http:') return text;
  throw new DurabillError('request-invalid', {
    field: 'returnUrl',
    reason: 'The address to go back to is no http or https address.',
  });
}
