import { appendAudit } from '../../store/audit.ts';
import type { Database } from '../../store/database.ts';
import { deleteEndpoint as deleteStored } from '../../store/webhook-endpoints.ts';
import { getEndpoint, noSuchEndpoint } from './endpoint-fields.ts';

/**
 * Removes an endpoint with the log of its deliveries; that it was there stays in its history.
 * @throws DurabillError not-found
 */
export async function deleteEndpoint(database: Database, reference: string, actor: string): Promise<{ id: string }> {
  const { id } = await getEndpoint(database, reference);
  await database.transaction(async (sql) => {
    if (!(await deleteStored(sql, id))) throw noSuchEndpoint(reference);
    await appendAudit(sql, [{ subjectKind: 'webhook-endpoint', subjectId: id, actor, action: 'deleted', detail: {} }]);
  });
  return { id };
}
