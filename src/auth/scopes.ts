/** What an API key may be allowed to do. */
export const scopes = [
  'events:write',
  'customers:read',
  'customers:write',
  'personal-data:read',
  'personal-data:erase',
  'invoices:read',
  'invoices:write',
  'wallets:read',
  'wallets:write',
  'plans:read',
  'plans:write',
  'runs:read',
  'runs:write',
  'reconciliations:read',
  'reconciliations:write',
  'webhooks:read',
  'webhooks:write',
  'keys:read',
  'keys:write',
  'settings:read',
  'settings:write',
] as const;

export type Scope = (typeof scopes)[number];
