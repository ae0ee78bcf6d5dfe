import { testType } from '../../domain/webhook/event-types.ts';
import { DurabillError } from '../../errors/error.ts';
import type { Database } from '../../store/database.ts';
import { insertTestDelivery } from '../../store/webhook-deliveries.ts';
import { getEndpoint } from './endpoint-fields.ts';
import { getDelivery } from './get-delivery.ts';

/**
 * Has an event of the type `webhook.test` sent to an endpoint, like any other.
 * @throws DurabillError not-found, webhook-endpoint-refused for one that is disabled
 */
export async function sendTest(database: Database, reference: string) {
  const { id, customerId, state } = await getEndpoint(database, reference);
  if (state === 'disabled') {
    throw new DurabillError('webhook-endpoint-refused', { reason: 'The endpoint is disabled; enable it first.' });
  }
  const data = { id, customerId };
  const delivery = await insertTestDelivery(database, { endpointId: id, customerId, type: testType, data });
  return await getDelivery(database, reference, delivery);
}
