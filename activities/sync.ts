import { ApplicationFailure } from '@temporalio/common';
import { type BringDependencies, type BringOutcome, bringToStripe } from '../src/billing/bring-to-stripe.ts';
import { answerParking, parkInvoice, type RetryAnswer } from '../src/billing/park-invoice.ts';
import { syncCustomer } from '../src/billing/sync-customer.ts';
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

    async syncCustomer({ customerId }: { customerId: string }): Promise<string> {
      return await translated(() => syncCustomer(database, stripe, customerId));
    },

    async backOff({ invoiceId, nextRetryAt }: { invoiceId: string; nextRetryAt: string }): Promise<void> {
      await backOff(database, invoiceId, new Date(nextRetryAt));
    },

    async parkInvoice(parked: { invoiceId: string; code: string; reason: string }): Promise<void> {
      await parkInvoice(database, parked);
    },

    async answerParking(answer: RetryAnswer): Promise<'accepted' | 'already accepted'> {
      try {
        return await answerParking(database, answer);
      } catch (error) {
        if (!isDurabillError(error, 'answer-stale')) throw error;
        throw ApplicationFailure.nonRetryable(`${error.message} ${error.mend}`, failureTypes.staleAnswer);
      }
    },
  };
}

/** Calls a target. A failure becomes Temporal's: its code as the detail, when to try again, whether that can help. */
async function translated<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await whileHeartbeating(call);
  } catch (error) {
    if (!(error instanceof TargetError)) throw error;
    throw ApplicationFailure.create({
      message: error.message,
      type: error.action === 'person' ? failureTypes.needsPerson : error.code,
      nonRetryable: error.action === 'person',
      details: [error.code],
      cause: error,
      ...(error.retryAfterMs !== undefined && { nextRetryDelay: error.retryAfterMs }),
    });
  }
}
