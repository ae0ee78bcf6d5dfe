import { DurabillError } from '../../errors/error.ts';
import type { Database } from '../../store/database.ts';
import { type DeliveryDetail, findDelivery } from '../../store/webhook-views.ts';
import { getEndpoint } from './endpoint-fields.ts';

/** A delivery with what is sent and every attempt. @throws DurabillError not-found */
export async function getDelivery(database: Database, endpoint: string, reference: string): Promise<DeliveryDetail> {
  const { id } = await getEndpoint(database, endpoint);
  const found = await findDelivery(database, id, reference);
  if (found !== undefined) return found;
  const reason = `There is no delivery with the id "${reference.slice(0, 80)}" to this endpoint.`;
  throw new DurabillError('not-found', { field: 'delivery', reason });
}
