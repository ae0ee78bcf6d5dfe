import { type Client, WorkflowUpdateFailedError } from '@temporalio/client';
import { ActivityFailure, ApplicationFailure } from '@temporalio/common';
import { TargetError } from '../src/targets/port.ts';
import { ensureCustomer } from '../src/temporal/syncs.ts';
import { failureTypes } from '../workflows/contract/failure-types.ts';

/**
 * How an invoice's sync asks for its customer: by the update of the customer's one writer. A failure in there comes
 * back as what it was, so that the invoice waits or is parked for the same reason.
 */
export function createEnsureCustomer(
  client: Client,
): (customerId: string, priority: 'normal' | 'high') => Promise<string> {
  return async (customerId, priority) => {
    try {
      return await ensureCustomer(client, customerId, priority);
    } catch (error) {
      throw asTargetError(error) ?? error;
    }
  };
}

function asTargetError(error: unknown): TargetError | undefined {
  const inUpdate = error instanceof WorkflowUpdateFailedError ? error.cause : undefined;
  const cause = inUpdate instanceof ActivityFailure ? inUpdate.cause : inUpdate;
  if (!(cause instanceof ApplicationFailure)) return undefined;
  const [code = 'unknown'] = (cause.details ?? []) as string[];
  const action = cause.type === failureTypes.needsPerson ? 'person' : 'retry';
  return new TargetError(action, code, cause.message, { cause: error });
}
