import type { BringDependencies } from '../src/billing/bring-to-stripe.ts';
import type { CheckLimits } from '../src/billing/check-drafts.ts';
import type { InventoryDependencies } from '../src/billing/take-inventory.ts';
import type { Publisher } from '../src/broker/publisher.ts';
import type { TaxEngine } from '../src/targets/tax-engine/port.ts';
import { createAuditActivities } from './audit.ts';
import { createClockActivities } from './clocks.ts';
import { createReconciliationActivities } from './reconciliation.ts';
import { createRetentionActivities } from './retention.ts';
import { createRollupActivities } from './rollups.ts';
import { createRunActivities } from './runs.ts';
import { createStripeEventActivities, type StripeEventDependencies } from './stripe-events.ts';
import { createSyncActivities } from './sync.ts';
import type { WakeSyncs } from './wake-syncs.ts';

/**
 * Activities are the only place where workflows touch the world. Each is thin: it turns ids and instants into one call
 * of a use case, and failures into what Temporal understands. All can be repeated: the use cases see to it.
 */
export type ActivityDependencies = BringDependencies &
  StripeEventDependencies &
  InventoryDependencies & {
    publisher: Publisher;
    wakeSyncs: WakeSyncs;
    /** What drafts are checked against before they become final. */
    checkLimits: CheckLimits;
    /** Who says which taxes are on a bill, for deployments that do not leave it to the table of rates. */
    taxEngine?: TaxEngine | undefined;
  };

export function createActivities(dependencies: ActivityDependencies) {
  return {
    ...createRunActivities(dependencies),
    ...createClockActivities(dependencies),
    ...createSyncActivities(dependencies),
    ...createRollupActivities(dependencies),
    ...createAuditActivities(dependencies),
    ...createRetentionActivities(dependencies),
    ...createStripeEventActivities(dependencies),
    ...createReconciliationActivities(dependencies),
  };
}

/** What workflows see: types only, none of the code. */
export type Activities = ReturnType<typeof createActivities>;
