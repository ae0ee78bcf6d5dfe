import { useQuery } from '@tanstack/react-query';
import { createContext, type ReactNode, useContext } from 'react';
import { type AnswerOf, take } from '../client/index.ts';
import { client } from './api.ts';
import { FormatProvider } from './ui/format.tsx';
import { ErrorState, Skeleton } from './ui/states.tsx';

export type Customer = AnswerOf<'/v1/customers/{id}'>;

type CustomerPages = {
  customer: Customer;
  /** '' for the customer's own pages; the prefix of the address where an operator looks at them. */
  base: string;
  /** An operator sees what the customer sees, and changes nothing there. */
  readOnly: boolean;
};

const CustomerContext = createContext<CustomerPages | null>(null);

/** Whose pages these are: their id, name, currency and zone, and whether they may be changed from here. */
export function useCustomer(): Customer & { base: string; readOnly: boolean } {
  const pages = useContext(CustomerContext);
  if (pages === null) throw new Error('useCustomer stands inside of CustomerProvider.');
  return { ...pages.customer, base: pages.base, readOnly: pages.readOnly };
}

/** An address among the customer's pages, wherever they are mounted: `useCustomerLink()('/invoices')`. */
export function useCustomerLink(): (path: string) => string {
  const { base } = useCustomer();
  return (path) => (base === '' ? path : `${base}${path === '/' ? '' : path}`);
}

type ProviderProps = { customerId: string; base: string; readOnly: boolean; children: ReactNode };

/** Reads the customer once; amounts and dates below it are written as the customer reads them. */
export function CustomerProvider({ customerId, base, readOnly, children }: ProviderProps) {
  const query = useQuery({
    queryKey: ['customer', customerId],
    queryFn: ({ signal }) => take(client.GET('/v1/customers/{id}', { params: { path: { id: customerId } }, signal })),
    staleTime: 60_000,
  });
  if (query.data === undefined) {
    return query.error !== null ? (
      <ErrorState error={query.error} retry={() => void query.refetch()} />
    ) : (
      <Skeleton lines={6} />
    );
  }
  const customer = query.data;
  return (
    <CustomerContext.Provider value={{ customer, base, readOnly }}>
      <FormatProvider locale={navigator.language} zone={customer.zone}>
        {children}
      </FormatProvider>
    </CustomerContext.Provider>
  );
}
