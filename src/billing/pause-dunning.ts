import { DurabillError } from '../errors/error.ts';
import { appendAudit } from '../store/audit.ts';
import type { Database, Sql } from '../store/database.ts';
import { lockStates } from '../store/dunning.ts';
import {
  type DunningView,
  findDunning,
  pauseDunning as pause,
  resumeDunning as resume,
} from '../store/dunning-views.ts';
import { readReason } from './text.ts';

/**
 * Stops the follow-up of an invoice until it is resumed: nothing is asked of the customer, also what is planned later. One
 * that is paused already keeps its reason.
 * @throws DurabillError not-found, conflict, request-invalid
 */
export async function pauseDunning(
  database: Database,
  invoiceId: string,
  input: { reason: string },
  actor: string,
): Promise<DunningView> {
  const reason = readReason(input.reason);
  return await change(
    database,
    invoiceId,
    async (sql, dunning) => {
      if (dunning.state === 'ended') {
        throw new DurabillError('conflict', {
          reason: 'The follow-up of this invoice is over; there is nothing to pause.',
        });
      }
      if (dunning.state !== 'paused') await pause(sql, dunning, { reason, actor });
      return dunning.state === 'paused' ? undefined : { action: 'dunning paused', reason };
    },
    actor,
  );
}

/**
 * Goes on with a follow-up that was paused. What fell due meanwhile is done by the next run, several mails as one.
 * @throws DurabillError not-found, conflict, request-invalid
 */
export async function resumeDunning(
  database: Database,
  invoiceId: string,
  input: { reason: string },
  actor: string,
): Promise<DunningView> {
  const reason = readReason(input.reason);
  return await change(
    database,
    invoiceId,
    async (sql, dunning) => {
      if (dunning.state !== 'paused') {
        throw new DurabillError('conflict', { reason: 'The follow-up of this invoice is not paused.' });
      }
      await resume(sql, dunning.invoiceId);
      return { action: 'dunning resumed', reason };
    },
    actor,
  );
}

async function change(
  database: Database,
  invoiceId: string,
  work: (sql: Sql, dunning: DunningView) => Promise<{ action: string; reason: string } | undefined>,
  actor: string,
): Promise<DunningView> {
  return await database.transaction(async (sql) => {
    await lockStates(sql, [invoiceId]);
    const done = await work(sql, await getDunning(sql, invoiceId));
    if (done !== undefined) {
      const { action, reason } = done;
      await appendAudit(sql, [{ subjectKind: 'invoice', subjectId: invoiceId, actor, action, detail: { reason } }]);
    }
    return await getDunning(sql, invoiceId);
  });
}

/** @throws DurabillError not-found */
export async function getDunning(sql: Sql, invoiceId: string): Promise<DunningView> {
  const found = await findDunning(sql, invoiceId);
  if (found !== undefined) return found;
  throw new DurabillError('not-found', { field: 'id', reason: `There is no invoice "${invoiceId.slice(0, 80)}".` });
}
