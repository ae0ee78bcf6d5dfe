import type { ReactNode } from 'react';
import { LoadMore, type PagesQuery } from './load-more.tsx';
import { ErrorState, Skeleton } from './states.tsx';
import css from './table.module.css';
import { type Column, Table } from './table.tsx';

type PagedTableProps<Row> = {
  /** Of `usePages`. */
  query: PagesQuery<Row>;
  /** What the table is, for whoever cannot see where it stands. */
  caption: string;
  columns: readonly Column<Row>[];
  /** What its rows are, for "Show more …". */
  what: string;
  /** Shown where there is none. */
  empty: ReactNode;
};

/** A list that comes page by page, as a table that fills its card: also while it is fetched, refused or empty. */
export function PagedTable<Row extends { id: string }>({ query, caption, columns, what, empty }: PagedTableProps<Row>) {
  if (query.data === undefined) {
    return (
      <div className={css['inside']}>
        {query.error === null ? (
          <Skeleton lines={5} />
        ) : (
          <ErrorState error={query.error} retry={() => void query.refetch()} />
        )}
      </div>
    );
  }
  if (query.data.length === 0) return <>{empty}</>;
  return (
    <>
      <Table caption={caption} columns={columns} rows={query.data} rowKey={({ id }) => id} />
      <LoadMore query={query} what={what} />
    </>
  );
}
