import { DurabillError } from '../../errors/error.ts';
import type { Database } from '../../store/database.ts';
import { sendAgain, sendFailedAgain } from '../../store/webhook-deliveries.ts';
import type { DeliveryDetail } from '../../store/webhook-views.ts';
import { parseInstant } from '../instant.ts';
import { getEndpoint } from './endpoint-fields.ts';
import { getDelivery } from './get-delivery.ts';

/** What one call has sent again; who has more asks again. */
const mostAtOnce = 10_000;

/**
 * Has a delivery attempted again, under the id that the event had: at once, and from there on like a new one.
 * @throws DurabillError not-found, webhook-endpoint-refused
 */
export async function resendDelivery(database: Database, endpoint: string, reference: string): Promise<DeliveryDetail> {
  await refuseDisabled(database, endpoint);
  const { id } = await getDelivery(database, endpoint, reference);
  if (!(await sendAgain(database, id))) {
    throw new DurabillError('webhook-endpoint-refused', { reason: 'The delivery waits for its next attempt already.' });
  }
  return await getDelivery(database, endpoint, reference);
}

/**
 * Has every failed delivery since an instant attempted again, such as after a fault of the receiver.
 * @returns how many, 10,000 at most
 * @throws DurabillError not-found, request-invalid, webhook-endpoint-refused
 */
export async function resendSince(
  database: Database,
  endpoint: string,
  { since }: { since: string },
): Promise<{ count: number }> {
  const { id } = await refuseDisabled(database, endpoint);
  const at = parseInstant(since);
  if (at === undefined) {
    const reason = '"since" is no instant of RFC 3339.';
    throw new DurabillError('request-invalid', { field: 'since', reason, mend: 'Write it as 2026-11-22T21:00:00Z.' });
  }
  return { count: await sendFailedAgain(database, id, at, mostAtOnce) };
}

async function refuseDisabled(database: Database, reference: string) {
  const endpoint = await getEndpoint(database, reference);
  if (endpoint.state === 'enabled') return endpoint;
  throw new DurabillError('webhook-endpoint-refused', { reason: 'The endpoint is disabled; enable it first.' });
}
