import { useQuery } from '@tanstack/react-query';
import { Link } from 'react-router';
import { type ItemOf, take } from '../../../client/index.ts';
import { client } from '../../api.ts';
import { useCustomer, useCustomerLink } from '../../customer.tsx';
import { ButtonLink } from '../../ui/button.tsx';
import { Card } from '../../ui/card.tsx';
import { Money, Period } from '../../ui/format.tsx';
import { StateBadge } from '../../ui/state-words.tsx';
import { Empty, QueryView, Skeleton } from '../../ui/states.tsx';
import { type Column, Table } from '../../ui/table.tsx';

type Invoice = ItemOf<'/v1/invoices'>;

const shown = 6;

export function LastInvoices() {
  const { id } = useCustomer();
  const to = useCustomerLink();
  const query = useQuery({
    queryKey: ['invoices', id, 'last'],
    queryFn: ({ signal }) =>
      take(client.GET('/v1/invoices', { params: { query: { customer: id, limit: shown } }, signal })),
  });
  const columns: Column<Invoice>[] = [
    {
      key: 'period',
      title: 'Period',
      heading: true,
      cell: (invoice) => (
        <Link to={to(`/invoices/${invoice.id}`)}>
          <Period startAt={invoice.periodStartAt} endAt={invoice.periodEndAt} zone={invoice.zone} />
        </Link>
      ),
    },
    { key: 'number', title: 'Number', cell: ({ number }) => number ?? 'Not yet' },
    {
      key: 'status',
      title: 'State',
      cell: ({ standing }) => <StateBadge subject="invoice-standing" state={standing} />,
    },
    {
      key: 'total',
      title: 'Total',
      align: 'end',
      cell: ({ totalMinor, currency }) => <Money minor={totalMinor} currency={currency} />,
    },
  ];
  return (
    <Card
      title="Last invoices"
      flush
      action={
        <ButtonLink to={to('/invoices')} size="small" kind="quiet">
          All invoices
        </ButtonLink>
      }
    >
      <QueryView query={query} skeleton={<Skeleton lines={4} />}>
        {({ data }) =>
          data.length === 0 ? (
            <Empty title="There is no invoice yet">The first one is drawn up when a period has ended.</Empty>
          ) : (
            <Table caption="Last invoices" columns={columns} rows={data} rowKey={(invoice) => invoice.id} />
          )
        }
      </QueryView>
    </Card>
  );
}
