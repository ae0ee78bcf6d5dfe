import { appendAudit } from '../../store/audit.ts';
import type { Database } from '../../store/database.ts';
import { changeSecret, type WebhookEndpoint } from '../../store/webhook-endpoints.ts';
import { getEndpoint, newSecret, noSuchEndpoint } from './endpoint-fields.ts';

/**
 * Gives an endpoint another secret, which is answered this once. For a day everything is signed with both, so that a receiver
 * can change over at any moment of it; a rotation within that day ends the day of the secret before.
 * @throws DurabillError not-found
 */
export async function rotateSecret(
  database: Database,
  reference: string,
  actor: string,
): Promise<WebhookEndpoint & { secret: string }> {
  const { id } = await getEndpoint(database, reference);
  const secret = newSecret();
  const endpoint = await database.transaction(async (sql) => {
    const changed = await changeSecret(sql, id, secret);
    if (changed === undefined) throw noSuchEndpoint(reference);
    await appendAudit(sql, [
      { subjectKind: 'webhook-endpoint', subjectId: id, actor, action: 'secret changed', detail: {} },
    ]);
    return changed;
  });
  return { ...endpoint, secret };
}
