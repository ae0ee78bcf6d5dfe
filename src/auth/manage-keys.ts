import { DurabillError } from '../errors/error.ts';
import { type ApiKeyView, countLiveKeys, findApiKeyView } from '../store/api-keys.ts';
import type { Database } from '../store/database.ts';
import { createApiKey, revokeApiKey } from './api-keys.ts';
import { actorNameOf, type Principal } from './principal.ts';
import type { Scope } from './scopes.ts';

/** Keys that are alive at once; two that are made in the same instant may go one above. */
const mostKeys = { ofCustomer: 20, ofBusiness: 200 };

/**
 * Makes a key for whoever asks, who gives away no more than they may do themselves.
 * @throws DurabillError request-invalid, scope-missing, api-key-refused when its owner has as many as are taken
 */
export async function orderApiKey(
  database: Database,
  principal: Principal,
  order: { name: string; scopes: readonly Scope[]; customerId: string | null },
): Promise<ApiKeyView & { secret: string }> {
  const { name, scopes, customerId } = order;
  const beyond = scopes.find((scope) => !principal.scopes.includes(scope));
  if (beyond !== undefined) {
    const reason = `Whoever has not the scope ${beyond} gives it to no key.`;
    throw new DurabillError('scope-missing', { field: 'scopes', reason });
  }
  const most = customerId === null ? mostKeys.ofBusiness : mostKeys.ofCustomer;
  if ((await countLiveKeys(database, customerId)) >= most) {
    throw new DurabillError('api-key-refused', { reason: `There are ${most} keys already.` });
  }
  const bound = customerId === null ? {} : { customerId };
  const { id, secret } = await createApiKey(database, { name, scopes, ...bound }, actorNameOf(principal));
  return { ...(await getApiKey(database, id)), secret };
}

/**
 * Ends a key, within five seconds everywhere; one that is ended already stays so.
 * @throws DurabillError not-found
 */
export async function endApiKey(database: Database, principal: Principal, reference: string): Promise<ApiKeyView> {
  const { id } = await getApiKey(database, reference);
  await revokeApiKey(database, id, actorNameOf(principal));
  return await getApiKey(database, id);
}

/** @throws DurabillError not-found */
export async function getApiKey(database: Database, reference: string): Promise<ApiKeyView> {
  const found = await findApiKeyView(database, reference);
  if (found !== undefined) return found;
  // In the words in which another's is refused.
  const reason = `There is no api key with the id "${reference.slice(0, 255)}".`;
  throw new DurabillError('not-found', { field: 'id', reason });
}
