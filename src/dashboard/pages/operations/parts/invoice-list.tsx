import type { ReactNode } from 'react';
import { type paths, take } from '../../../../client/index.ts';
import { client } from '../../../api.ts';
import { usePages } from '../../../ui/load-more.tsx';
import { PagedTable } from '../../../ui/paged-table.tsx';
import type { Column } from '../../../ui/table.tsx';
import type { Invoice } from './invoices.tsx';

type Filter = NonNullable<paths['/v1/invoices']['get']['parameters']['query']>;

/** Invoices of a kind, page by page. */
export function InvoiceList({
  filter,
  columns,
  caption,
  empty,
}: {
  filter: Filter;
  columns: readonly Column<Invoice>[];
  caption: string;
  empty: ReactNode;
}) {
  const query = usePages<Invoice>(['operations', 'invoices', filter], (cursor, signal) =>
    take(client.GET('/v1/invoices', { params: { query: { ...filter, cursor } }, signal })),
  );
  return <PagedTable query={query} caption={caption} columns={columns} what="invoices" empty={empty} />;
}
