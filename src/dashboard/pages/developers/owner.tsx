import { createContext, type ReactNode, useContext } from 'react';

/** Whose keys and endpoints these pages show: a customer's own, or those of the business. */
export type Owner = {
  /** Null for the business. */
  customerId: string | null;
  /** Where these pages stand. */
  base: string;
  /** What whoever looks may do here. */
  mayRead: boolean;
  mayChangeKeys: boolean;
  mayChangeWebhooks: boolean;
  /** Scopes that may be given to a key. */
  grantable: readonly string[];
};

const OwnerContext = createContext<Owner | null>(null);

export function OwnerProvider({ owner, children }: { owner: Owner; children: ReactNode }) {
  return <OwnerContext.Provider value={owner}>{children}</OwnerContext.Provider>;
}

export function useOwner(): Owner {
  const owner = useContext(OwnerContext);
  if (owner === null) throw new Error('useOwner stands inside of OwnerProvider.');
  return owner;
}

/** The filter of a list by whose things they are. */
export function filterOf({ customerId }: Owner): { customer: string } | { owner: 'business' } {
  return customerId === null ? { owner: 'business' } : { customer: customerId };
}

/** The field of a body that says whose a new thing is to be. */
export function bodyOf({ customerId }: Owner): { customer?: string } {
  return customerId === null ? {} : { customer: customerId };
}
