/** What a caller may be allowed to do. */
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
  'settings:read',
  'settings:write',
  'users:read',
  'users:write',
  'sessions:write',
  'operators:read',
  'operators:write',
] as const;

export type Scope = (typeof scopes)[number];
