import { randomUUID } from 'node:crypto';
import { DurabillError } from '../../errors/error.ts';
import type { Rules } from '../../notify/webhooks/addresses.ts';
import { appendAudit } from '../../store/audit.ts';
import type { Database } from '../../store/database.ts';
import { countEndpoints, insertEndpoint, type WebhookEndpoint } from '../../store/webhook-endpoints.ts';
import { mostEndpoints, newSecret, readEventTypes, readUrl } from './endpoint-fields.ts';

export type EndpointOrder = {
  /** Null: of the business, told of everybody. */
  customerId: string | null;
  url: string;
  description?: string;
  /** Null or left out: all types. */
  eventTypes?: readonly string[] | null;
};

/**
 * Adds an endpoint, and answers its secret, this once.
 * @throws DurabillError request-invalid, webhook-endpoint-refused when its owner has as many as are taken
 */
export async function createEndpoint(
  database: Database,
  order: EndpointOrder,
  rules: Rules,
  actor: string,
): Promise<WebhookEndpoint & { secret: string }> {
  const { customerId } = order;
  const url = readUrl(order.url, rules);
  const eventTypes = readEventTypes(order.eventTypes ?? null, customerId !== null);
  const secret = newSecret();
  const endpoint = await database.transaction(async (sql) => {
    if ((await countEndpoints(sql, { customerId })) >= mostEndpoints) {
      const reason = `There are ${mostEndpoints} endpoints already.`;
      throw new DurabillError('webhook-endpoint-refused', { reason });
    }
    const id = randomUUID();
    const description = order.description ?? '';
    const added = await insertEndpoint(sql, { id, customerId, url, description, eventTypes, secret, actor });
    await appendAudit(sql, [
      { subjectKind: 'webhook-endpoint', subjectId: id, actor, action: 'created', detail: { customerId, eventTypes } },
    ]);
    return added;
  });
  return { ...endpoint, secret };
}
