import { type InfiniteData, type QueryKey, useInfiniteQuery } from '@tanstack/react-query';
import type { Page } from '../../client/index.ts';
import { Button } from './button.tsx';
import { ErrorState } from './states.tsx';

/**
 * A list that comes page by page; `items`, which are its `data` too, are those of all pages so far.
 * @param read asks for the page at a cursor, undefined for the first
 * @param lookAgain after how many milliseconds the list is read anew, by what stands in it; false for never
 */
export function usePages<Item>(
  key: QueryKey,
  read: (cursor: string | undefined, signal: AbortSignal) => Promise<Page<Item>>,
  lookAgain: (items: readonly Item[]) => number | false = () => false,
) {
  const query = useInfiniteQuery<Page<Item>, Error, InfiniteData<Page<Item>>, QueryKey, string | undefined>({
    queryKey: key,
    queryFn: ({ pageParam, signal }) => read(pageParam, signal),
    initialPageParam: undefined,
    getNextPageParam: (page) => page.nextCursor ?? undefined,
    refetchInterval: ({ state }) => lookAgain(itemsOf(state.data) ?? []),
  });
  const items = itemsOf(query.data);
  return { ...query, data: items, items };
}

function itemsOf<Item>(pages: InfiniteData<Page<Item>> | undefined): Item[] | undefined {
  return pages?.pages.flatMap(({ data }) => data);
}

type Loading = {
  hasNextPage: boolean;
  isFetchingNextPage: boolean;
  isFetchNextPageError: boolean;
  error: unknown;
  fetchNextPage: () => unknown;
};

/** What `usePages` gives, as far as it is shown. */
export type PagesQuery<Item> = Loading & { data: readonly Item[] | undefined; refetch: () => unknown };

/** Below a list from `usePages`: asks for the next page. */
export function LoadMore({ query, what }: { query: Loading; what: string }) {
  if (query.isFetchNextPageError) return <ErrorState error={query.error} retry={() => void query.fetchNextPage()} />;
  if (!query.hasNextPage) return null;
  return (
    <div className="row" style={{ justifyContent: 'center', padding: 'var(--space-4)' }}>
      <Button isPending={query.isFetchingNextPage} onPress={() => void query.fetchNextPage()}>
        Show more {what}
      </Button>
    </div>
  );
}
