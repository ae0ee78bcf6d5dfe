import { appendAudit } from '../store/audit.ts';
import type { Database } from '../store/database.ts';
import {
  endSession,
  type MethodSession,
  openSession,
  readSessionsInUse,
  rememberMethod,
} from '../store/payment-methods.ts';
import type { MethodPage, SavedMethod, SavedMethods } from '../targets/collector.ts';
import { type RequestLog, TargetError } from '../targets/port.ts';
import { notingOutage } from './target-outage.ts';

type Context = { database: Database; savedMethods: SavedMethods; accountId: string; log: RequestLog };

/**
 * Opens the pages that are wanted for a customer, and sees whether those that are open have been used: what was saved
 * becomes the customer's default there, and is remembered here by what the customer knows it by. What is wrong with one page
 * ends that page, and holds up nothing else of the customer.
 * @throws TargetError what may be different the next time
 */
export async function bringPaymentMethods(
  context: Context,
  customerId: string,
  remoteCustomerId: string,
): Promise<void> {
  for (const session of await readSessionsInUse(context.database, customerId)) {
    try {
      await bringSession(context, session, remoteCustomerId);
    } catch (error) {
      if (!(error instanceof TargetError) || error.action !== 'person') throw error;
      await end(context, session, 'failed', error.code);
    }
  }
}

async function bringSession(
  context: Context,
  session: MethodSession & { currency: string },
  remoteCustomerId: string,
): Promise<void> {
  const { database, savedMethods, log } = context;
  const { id: sessionId, remoteId, currency, returnUrl } = session;
  const page: MethodPage = await notingOutage(database, 'stripe', () =>
    remoteId === null
      ? savedMethods.openPage({ sessionId, remoteCustomerId, currency, returnUrl }, log)
      : savedMethods.readPage(remoteId),
  );
  const { url } = page;
  if (url !== null && remoteId === null) {
    await openSession(database, sessionId, { ...page, url });
  }
  if (page.status === 'expired' && session.status !== 'expired') await end(context, session, 'expired');
  if (page.status !== 'complete') return;
  const { method } = page;
  if (method === null) return await end(context, session, 'failed', 'nothing-saved');
  await notingOutage(database, 'stripe', () =>
    savedMethods.makeDefault({ remoteCustomerId, methodId: method.remoteId }, log),
  );
  await remember(context, session, method);
}

async function remember({ database, accountId }: Context, session: MethodSession, method: SavedMethod): Promise<void> {
  const { id, customerId } = session;
  await database.transaction(async (sql) => {
    await sql.query('SELECT FROM customers WHERE id = $1 FOR UPDATE', [customerId]);
    await rememberMethod(sql, { ...method, accountId, customerId });
    await endSession(sql, id, 'complete');
    const detail = { sessionId: id, remoteId: method.remoteId, kind: method.kind };
    await appendAudit(sql, [
      {
        subjectKind: 'customer',
        subjectId: customerId,
        actor: 'sync-customer',
        action: 'payment method saved',
        detail,
      },
    ]);
  });
}

async function end(
  { database }: Context,
  { id, customerId }: MethodSession,
  status: 'expired' | 'failed',
  code: string | null = null,
): Promise<void> {
  await database.transaction(async (sql) => {
    await endSession(sql, id, status, code);
    const detail = { sessionId: id, status, ...(code !== null && { code }) };
    const action = 'payment method page over';
    await appendAudit(sql, [
      { subjectKind: 'customer', subjectId: customerId, actor: 'sync-customer', action, detail },
    ]);
  });
}
