import type { ReactNode } from 'react';
import { ErrorState, Skeleton } from '../../../ui/states.tsx';

type List<Item> = {
  items: Item[] | undefined;
  error: Error | null;
  isFetching: boolean;
  refetch: () => Promise<unknown>;
};

/** What `usePages` has read so far, or its skeleton, or its error with a way to try again. */
export function ListView<Item>({ query, children }: { query: List<Item>; children: (items: Item[]) => ReactNode }) {
  const { items, error, isFetching, refetch } = query;
  if (items !== undefined) return <>{children(items)}</>;
  if (error !== null && !isFetching) return <ErrorState error={error} retry={() => void refetch()} />;
  return <Skeleton lines={5} />;
}
