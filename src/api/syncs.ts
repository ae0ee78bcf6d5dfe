import { type Client, WorkflowUpdateFailedError, WorkflowUpdateRPCTimeoutOrCancelledError } from '@temporalio/client';
import { ActivityFailure, ApplicationFailure } from '@temporalio/common';
import { type AnswerKind, type AnswerOutcome, faultOf, messages } from '../../workflows/contract/messages.ts';
import { findSyncSubjects, type NamedSubject } from '../billing/sync-subjects.ts';
import { type ErrorCode, isErrorCode } from '../errors/catalogue.ts';
import { DurabillError } from '../errors/error.ts';
import type { Database } from '../store/database.ts';
import { answerSync, ensureCustomer, restartSync, wakeSync } from '../temporal/syncs.ts';

export type InvoiceAnswer = {
  kind: AnswerKind;
  decisionId: string;
  parkingNumber?: number;
  correctionId?: string;
  actor: string;
  reason: string;
};

/** The syncs of invoices, as the API reaches them: by id, through Temporal. */
export type Syncs = {
  /** `anew`: at once, and what runs has done nothing yet, so it is not waited for. */
  wake(invoiceId: string, how: 'in turn' | 'at once' | 'anew'): Promise<void>;
  /** @throws DurabillError not-found, answer-stale, answer-unfit, conflict */
  answer(invoiceId: string, answer: InvoiceAnswer): Promise<AnswerOutcome>;
  /** Has the customer's one writer bring to Stripe what is wanted of it, and waits for that. @throws DurabillError unavailable */
  ensureCustomer(customerId: string): Promise<void>;
};

/** @param reach runs a call to Temporal and says in our words when nobody answers */
export function createSyncs(
  client: Client,
  database: Database,
  reach: <T>(call: () => Promise<T>) => Promise<T>,
): Syncs {
  const subjectOf = async (invoiceId: string): Promise<NamedSubject> => {
    const [subject] = await findSyncSubjects(database, [invoiceId]);
    if (subject !== undefined) return subject;
    throw new DurabillError('not-found', { field: 'id', reason: `There is no invoice with the id "${invoiceId}".` });
  };
  return {
    async wake(invoiceId, how) {
      const subject = await subjectOf(invoiceId);
      if (how === 'anew') return await reach(() => restartSync(client, subject, subject.amountText));
      const signal = how === 'at once' ? messages.hurry : messages.dirty;
      await reach(() => wakeSync(client, subject, subject.amountText, signal));
    },
    async ensureCustomer(customerId) {
      try {
        await reach(() => ensureCustomer(client, customerId, 'high'));
      } catch (error) {
        const isLate = error instanceof WorkflowUpdateRPCTimeoutOrCancelledError;
        if (!isLate && !(error instanceof WorkflowUpdateFailedError)) throw error;
        throw new DurabillError('unavailable', {
          reason: 'Stripe has not been reached in time for this customer.',
          mend: 'Ask again in a moment: what was begun is gone on with.',
          cause: error,
        });
      }
    },
    async answer(invoiceId, answer) {
      const fault = faultOf(answer.kind, answer);
      if (fault !== undefined) {
        const [field = 'kind'] = fault.split(' ');
        throw new DurabillError('request-invalid', { field, reason: fault });
      }
      const subject = await subjectOf(invoiceId);
      try {
        return await reach(() => answerSync(client, subject, subject.amountText, answer));
      } catch (error) {
        throw refusalIn(error) ?? error;
      }
    },
  };
}

type Said = { code?: ErrorCode; field?: string; reason?: string; mend?: string };

/** A refusal of the use case, which has come back through an activity and an update. */
function refusalIn(error: unknown): DurabillError | undefined {
  let cause: unknown = error instanceof WorkflowUpdateFailedError ? error.cause : undefined;
  if (cause instanceof ActivityFailure) cause = cause.cause;
  if (!(cause instanceof ApplicationFailure)) return undefined;
  const [{ code, ...details } = {}] = (cause.details ?? []) as [Said?];
  return code !== undefined && isErrorCode(code) ? new DurabillError(code, details) : undefined;
}
