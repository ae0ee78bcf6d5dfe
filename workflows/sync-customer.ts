import { allHandlersFinished, condition, defineUpdate, setHandler } from '@temporalio/workflow';
import { customers, urgentCustomers } from './activities.ts';
import type { SyncCustomerInput } from './contract/inputs.ts';
import { messages } from './contract/messages.ts';

/** How long a run that nobody asks anything waits before it ends. */
const idleMs = 60_000;

/**
 * The one writer of a customer at Stripe: its id is the lock. Whoever needs the customer there asks by the update
 * `ensure`; all who ask at once get the answer of one activity.
 */
export async function syncCustomer({ customerId, isUrgent = false }: SyncCustomerInput): Promise<void> {
  let ensured: Promise<string> | undefined;
  setHandler(defineUpdate<string>(messages.ensure), () => {
    ensured ??= isUrgent
      ? urgentCustomers.syncCustomer({ customerId, isUrgent })
      : customers.syncCustomer({ customerId });
    return ensured;
  });
  await condition(() => ensured !== undefined, idleMs);
  await condition(allHandlersFinished);
}
