import { type Scope, scopes } from './scopes.ts';

/** Of operators; each may do what the one before it may. */
export const operatorRoles = ['viewer', 'support', 'finance', 'admin'] as const;
export type OperatorRole = (typeof operatorRoles)[number];

/** Of a customer's users; each may do what the one before it may. */
export const userRoles = ['member', 'billing', 'admin'] as const;
export type UserRole = (typeof userRoles)[number];

/** What is read of people goes to those who answer them, and who else is an operator to those who decide it. */
const notForViewers: readonly Scope[] = ['personal-data:read', 'operators:read', 'users:read'];
const viewer = scopes.filter((scope) => scope.endsWith(':read') && !notForViewers.includes(scope));
const support: Scope[] = [
  ...viewer,
  'customers:write',
  'personal-data:read',
  'users:read',
  'users:write',
  'sessions:write',
  'operations:write',
];
const finance: Scope[] = [...support, 'invoices:write', 'wallets:write', 'reconciliations:write'];

export const scopesOfOperators: Record<OperatorRole, readonly Scope[]> = { viewer, support, finance, admin: scopes };

const member: Scope[] = ['customers:read', 'invoices:read', 'wallets:read', 'plans:read'];
const billing: Scope[] = [...member, 'customers:write', 'users:read'];

/** Which of the routes they open is said by each route: those with `customers` in their config, and no others. */
export const scopesOfUsers: Record<UserRole, readonly Scope[]> = {
  member,
  billing,
  admin: [
    ...billing,
    'users:write',
    'personal-data:read',
    'webhooks:read',
    'webhooks:write',
    'keys:read',
    'keys:write',
  ],
};

/**
 * What a key may be allowed that is bound to a customer. It sends no events: what a customer has used is told by who
 * measures it, not by who pays for it. Nor does it make keys, or people who could: one that leaked would live on in those
 * that it made.
 */
export const customerScopes: readonly Scope[] = scopesOfUsers.admin.filter(
  (scope) => scope !== 'keys:write' && scope !== 'users:write',
);
