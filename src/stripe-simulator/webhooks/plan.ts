import type { Emitted, EmittedEvent, PlannedDelivery } from '../events/entry.ts';
import type { WebhookEndpointRecord } from '../objects/records.ts';
import type { WebhookFaults } from './faults.ts';

/**
 * Adds to each event the endpoints that it goes to and what shall go wrong on the way: all of it is journalled with
 * the request, so that a restart between commit and delivery loses none and draws no rule twice.
 */
export function planDeliveries(
  emitted: Emitted,
  endpoints: readonly WebhookEndpointRecord[],
  faults: WebhookFaults,
): Emitted {
  const stale = new Set<number>();
  const events = emitted.events.map((event): EmittedEvent => {
    const replaces = emitted.snapshots[event.snapshot]?.before !== undefined;
    const deliveries = endpoints
      .filter((endpoint) => wants(endpoint, event))
      .map(({ id }): PlannedDelivery => {
        const fault = faults.pick(event.type, id, replaces);
        if (fault?.kind === 'stale') stale.add(event.snapshot);
        return fault === undefined ? { endpoint: id } : { endpoint: id, fault };
      });
    return deliveries.length === 0 ? event : { ...event, deliveries };
  });
  const snapshots = emitted.snapshots.map((snapshot, index) => {
    if (stale.has(index)) return snapshot;
    const { before: _, ...kept } = snapshot;
    return kept;
  });
  return { ...emitted, events, snapshots };
}

function wants({ disabled, enabledEvents }: WebhookEndpointRecord, { type }: EmittedEvent): boolean {
  return !disabled && enabledEvents.some((enabled) => enabled === '*' || enabled === type);
}
