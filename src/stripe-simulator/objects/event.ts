import { apiVersion } from '../api-version.ts';
import type { LoggedEvent } from '../events/entry.ts';
import type { Business, WireEvent } from './wire.ts';

/** An event as Stripe tells it. `stale` shows the object as it was before the change, which only a fault asks for. */
export function renderEvent(
  event: LoggedEvent,
  business: Pick<Business, 'livemode'>,
  { stale = false } = {},
): WireEvent {
  const { object, previous, before, requestId, idempotencyKey } = event.read();
  const isUpdate = event.type.endsWith('.updated');
  return {
    id: event.id,
    object: 'event',
    api_version: apiVersion,
    created: event.created,
    data: {
      object: (stale ? before : undefined) ?? object,
      ...(isUpdate && previous !== undefined ? { previous_attributes: previous } : {}),
    },
    livemode: business.livemode,
    pending_webhooks: event.pending,
    request: { id: requestId, idempotency_key: idempotencyKey },
    type: event.type,
  };
}
