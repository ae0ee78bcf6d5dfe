import type { BrowserContext } from 'playwright-core';
import { createApiKey } from '../../../src/auth/api-keys.ts';
import { scopes } from '../../../src/auth/scopes.ts';
import type { Database } from '../../../src/store/database.ts';

export type Who = { customer: string } | { operator: 'viewer' | 'support' | 'finance' | 'admin' };

/** Signs in whoever will look through this context. */
export async function signIn(context: BrowserContext, database: Database, origin: string, who: Who): Promise<void> {
  const { secret } = await createApiKey(database, { name: `pages ${crypto.randomUUID()}`, scopes });
  await context.route(`${origin}/v1/**`, (route) =>
    route.continue({ headers: { ...route.request().headers(), authorization: `Bearer ${secret}` } }),
  );
  const isCustomer = 'customer' in who;
  await context.route(`${origin}/v1/session`, (route) =>
    route.fulfill({
      json: {
        kind: isCustomer ? 'user' : 'operator',
        name: isCustomer ? 'Ada Example' : 'Olga Operator',
        email: isCustomer ? 'ada@customer.example' : 'olga@business.example',
        role: isCustomer ? 'admin' : who.operator,
        scopes: [...scopes],
        customerId: isCustomer ? who.customer : null,
        csrfToken: 'for-tests',
      },
    }),
  );
}
