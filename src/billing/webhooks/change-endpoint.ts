import type { Rules } from '../../notify/webhooks/addresses.ts';
import { appendAudit } from '../../store/audit.ts';
import type { Database } from '../../store/database.ts';
import { failWaiting } from '../../store/webhook-deliveries.ts';
import { type EndpointChange, updateEndpoint, type WebhookEndpoint } from '../../store/webhook-endpoints.ts';
import { getEndpoint, noSuchEndpoint, readEventTypes, readUrl } from './endpoint-fields.ts';

/**
 * Changes where an endpoint is, what it is told of, or whether it is. What waits for one that is disabled fails; from the
 * moment in which it is enabled, it is told again of what happens.
 * @throws DurabillError not-found, request-invalid
 */
export async function changeEndpoint(
  database: Database,
  reference: string,
  change: EndpointChange,
  rules: Rules,
  actor: string,
): Promise<WebhookEndpoint> {
  const { id, customerId } = await getEndpoint(database, reference);
  const { url, eventTypes, state } = change;
  const read = {
    ...change,
    ...(url !== undefined && { url: readUrl(url, rules) }),
    ...(eventTypes !== undefined && { eventTypes: readEventTypes(eventTypes, customerId !== null) }),
  };
  return await database.transaction(async (sql) => {
    const changed = await updateEndpoint(sql, id, read);
    if (changed === undefined) throw noSuchEndpoint(reference);
    if (state === 'disabled') await failWaiting(sql, id);
    // The address itself may name a person, and so does not go into a history that nobody can change.
    const detail = { fields: Object.keys(change), ...(state && { state }), ...(eventTypes && { eventTypes }) };
    await appendAudit(sql, [{ subjectKind: 'webhook-endpoint', subjectId: id, actor, action: 'changed', detail }]);
    return changed;
  });
}
