import { DurabillError } from '../errors/error.ts';
import type { OperatorRole, UserRole } from './roles.ts';
import type { Scope } from './scopes.ts';

/** Whoever calls, as far as they have proved it. With a `customerId` they reach what is that customer's, and nothing else. */
export type Principal =
  | { kind: 'key'; keyId: string; name: string; scopes: readonly string[]; customerId: string | null }
  | OperatorPrincipal
  | UserPrincipal;

export type OperatorPrincipal = {
  kind: 'operator';
  sessionId: string;
  operatorId: string;
  name: string;
  email: string;
  role: OperatorRole;
  scopes: readonly Scope[];
  customerId: null;
};

export type UserPrincipal = {
  kind: 'user';
  sessionId: string;
  /** Null for somebody whom the operator's product has sent without a name. */
  userId: string | null;
  name: string;
  email: string | null;
  role: UserRole;
  scopes: readonly Scope[];
  customerId: string;
};

/** Who did it, for the audit log. */
export function actorNameOf(principal: Principal): string {
  switch (principal.kind) {
    case 'key':
      return `api-key:${principal.name}`;
    case 'operator':
      return `operator:${principal.email}`;
    case 'user':
      return principal.userId === null ? `customer:${principal.customerId}` : `user:${principal.userId}`;
  }
}

/** @throws DurabillError scope-missing */
export function requireScope(principal: Principal, scope: Scope): void {
  if (principal.scopes.includes(scope)) return;
  if (principal.kind === 'key') {
    throw new DurabillError('scope-missing', { reason: `The key "${principal.name}" lacks the scope ${scope}.` });
  }
  throw new DurabillError('scope-missing', {
    reason: `The role ${principal.role} lacks the scope ${scope}.`,
    mend: 'Ask somebody with the role admin to do it, or for another role.',
  });
}
