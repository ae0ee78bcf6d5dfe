import type { Database } from '../store/database.ts';
import { countOutage, endOutage } from '../store/target-outages.ts';
import { TargetError } from '../targets/port.ts';

/**
 * Calls a target and keeps the count by which every process knows whether it is away: bridges begin nothing new while it
 * is (src/store/sync-slots.ts).
 * @param tellsSuccess false where what the caller records next tells of the success as well (`completeSync`)
 */
export async function notingOutage<T>(
  database: Database,
  target: string,
  call: () => Promise<T>,
  tellsSuccess = true,
): Promise<T> {
  try {
    const result = await call();
    if (tellsSuccess) await endOutage(database, target);
    return result;
  } catch (error) {
    if (error instanceof TargetError && error.isOutage) await countOutage(database, target);
    throw error;
  }
}
