import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { take } from '../../../client/index.ts';
import { client } from '../../api.ts';
import { QueryView, Skeleton } from '../../ui/states.tsx';

/** Shows a customer's pages to an operator once the look is written into the audit trail: no look is untold. */
export function NotedView({ customerId, children }: { customerId: string; children: ReactNode }) {
  const query = useQuery({
    queryKey: ['customer-view', customerId],
    queryFn: () => take(client.POST('/v1/operations/customer-views', { body: { customer: customerId } })),
    staleTime: Number.POSITIVE_INFINITY,
  });
  return (
    <QueryView query={query} skeleton={<Skeleton lines={6} />}>
      {() => children}
    </QueryView>
  );
}
