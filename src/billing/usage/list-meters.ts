import type { Database } from '../../store/database.ts';
import { type CustomerMeter, listCustomerMeters, recentProperties } from '../../store/usage-event-views.ts';

/** Events that are looked at for the names of their properties. */
const recentEvents = 100;

/**
 * The meters that a customer's plans read, with properties by which their usage can be split.
 * @param seenBy as of listCustomerMeters
 */
export async function listMeters(
  database: Database,
  customerId: string,
  seenBy: string | null = null,
): Promise<(CustomerMeter & { properties: string[] })[]> {
  const meters = await listCustomerMeters(database, customerId, seenBy);
  const types = [...new Set(meters.map(({ meter }) => meter.eventType))];
  const found = new Map<string, string[]>();
  for (const eventType of types) {
    found.set(eventType, await recentProperties(database, { customerId, eventType, events: recentEvents }));
  }
  return meters.map((one) => ({ ...one, properties: found.get(one.meter.eventType) ?? [] }));
}
