import { log } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import { answerSync, type SyncAnswer } from '../src/billing/answer-sync.ts';
import { type BringDependencies, type BringOutcome, bringToStripe } from '../src/billing/bring-to-stripe.ts';
import { parkInvoice } from '../src/billing/park-invoice.ts';
import { syncCustomer } from '../src/billing/sync-customer.ts';
import { crashPoint } from '../src/crash-points.ts';
import { isDurabillError } from '../src/errors/error.ts';
import { backOff } from '../src/store/sync.ts';
import { TargetError } from '../src/targets/port.ts';
import { failureTypes } from '../workflows/contract/failure-types.ts';
import { whileHeartbeating } from './heartbeats.ts';

export function createSyncActivities(dependencies: BringDependencies) {
  const { database, stripe } = dependencies;
  return {
    async bringToStripe({ invoiceId }: { invoiceId: string }): Promise<BringOutcome> {
      return await translated(() => bringToStripe(dependencies, invoiceId));
    },

    async syncCustomer({ customerId, isUrgent }: { customerId: string; isUrgent?: boolean }): Promise<string> {
      return await translated(() => syncCustomer(database, stripe, customerId, isUrgent ? 'high' : 'normal'));
    },

    async backOff({ invoiceId, nextRetryAt }: { invoiceId: string; nextRetryAt: string }): Promise<void> {
      await backOff(database, invoiceId, new Date(nextRetryAt));
      crashPoint('sync.backed-off');
    },

    async parkInvoice(parked: { invoiceId: string; code: string; reason: string }): Promise<void> {
      log.warn('invoice parked', { invoiceId: parked.invoiceId, code: parked.code });
      await parkInvoice(database, parked);
      crashPoint('sync.parked');
    },

    /** A person's answer. Runs that began before there were others name no kind: theirs is `retry`. */
    async answerParking(
      answer: Omit<SyncAnswer, 'kind'> & Partial<SyncAnswer>,
    ): Promise<'accepted' | 'already accepted'> {
      try {
        const outcome = await answerSync(database, { kind: 'retry', ...answer });
        crashPoint('sync.decision-stored');
        return outcome;
      } catch (error) {
        if (isDurabillError(error)) {
          const type = error.code === 'answer-stale' ? failureTypes.staleAnswer : failureTypes.unfitAnswer;
          const said = { code: error.code, field: error.field, reason: error.message, mend: error.mend };
          throw ApplicationFailure.nonRetryable(`${error.message} ${error.mend}`, type, said);
        }
        // Data that PostgreSQL cannot take (SQLSTATE class 22, 23) is not taken the next time either.
        if (/^2[23]/.test((error as { code?: string }).code ?? '')) {
          throw ApplicationFailure.nonRetryable((error as Error).message, failureTypes.faultyAnswer);
        }
        throw error;
      }
    },
  };
}

/** A longer wait than this is the workflow's: visible, and without a slot. */
const longestWaitMs = 30_000;

/** Calls a target. A failure becomes Temporal's: its code and when to try again, and whether trying here can help. */
async function translated<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await whileHeartbeating(call);
  } catch (error) {
    if (!(error instanceof TargetError)) throw error;
    const { action, code, message, mend, retryAfterMs = 0 } = error;
    if (error.needsAlert) log.error('an operator should see this', { code, reason: message, mend });
    throw ApplicationFailure.create({
      // A person reads it where the invoice is parked.
      message: action === 'person' && mend !== '' ? `${message} ${mend}` : message,
      type: action === 'person' ? failureTypes.needsPerson : code,
      nonRetryable: action === 'person' || retryAfterMs > longestWaitMs,
      details: [code, retryAfterMs],
      ...(retryAfterMs > 0 && { nextRetryDelay: retryAfterMs }),
    });
  }
}
