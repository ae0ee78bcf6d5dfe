import { Link, useSearchParams } from 'react-router';
import { take } from '../../../client/index.ts';
import { client } from '../../api.ts';
import { useCustomer, useCustomerLink } from '../../customer.tsx';
import { Card } from '../../ui/card.tsx';
import { Select } from '../../ui/field.tsx';
import { Day, Money, Period, When } from '../../ui/format.tsx';
import { LoadMore, usePages } from '../../ui/load-more.tsx';
import { Page } from '../../ui/page.tsx';
import { StateBadge } from '../../ui/state-words.tsx';
import { Empty, QueryView, Skeleton } from '../../ui/states.tsx';
import { type Column, Table } from '../../ui/table.tsx';
import { CurrentPeriod } from './current-period.tsx';
import type { InvoiceRow } from './queries.ts';

/** What the list can be narrowed to; the choice stands in the address. */
const filters = [
  { id: 'all', label: 'All invoices', query: {} },
  { id: 'open', label: 'To be paid', query: { lifecycle: 'issued', payment: 'unpaid' } },
  { id: 'paid', label: 'Paid', query: { payment: 'paid' } },
  { id: 'draft', label: 'Drafts', query: { lifecycle: 'draft' } },
  { id: 'void', label: 'Void', query: { lifecycle: 'void' } },
] as const;

/** The invoices of the customer, those of the newest periods first, below what is being billed right now. */
export function InvoiceList() {
  const { id: customer } = useCustomer();
  const [search, setSearch] = useSearchParams();
  const filter = filters.find(({ id }) => id === search.get('show')) ?? filters[0];
  const query = usePages<InvoiceRow>(['invoices', customer, filter.id], (cursor, signal) =>
    take(
      client.GET('/v1/invoices', {
        params: { query: { customer, limit: 24, ...filter.query, ...(cursor !== undefined && { cursor }) } },
        signal,
      }),
    ),
  );

  return (
    <Page title="Invoices" lead="What you are billed for, down to the single event, and what is still to be paid.">
      <CurrentPeriod />
      <Card
        title="All your invoices"
        flush
        action={
          <Select
            label={<span className="sr-only">Show</span>}
            options={filters}
            value={filter.id}
            onChange={(show) => setSearch(show === 'all' ? {} : { show }, { replace: true })}
          />
        }
      >
        <QueryView query={query} skeleton={<Skeleton lines={6} />}>
          {(invoices) => (
            <>
              <Invoices invoices={invoices} isFiltered={filter.id !== 'all'} />
              <LoadMore query={query} what="invoices" />
            </>
          )}
        </QueryView>
      </Card>
    </Page>
  );
}

function Invoices({ invoices, isFiltered }: { invoices: readonly InvoiceRow[]; isFiltered: boolean }) {
  const link = useCustomerLink();
  if (invoices.length === 0) {
    return isFiltered ? (
      <Empty title="None of your invoices is in this state" />
    ) : (
      <Empty title="No invoice yet">The first one is computed when your first billing period has ended.</Empty>
    );
  }
  const columns: Column<InvoiceRow>[] = [
    {
      key: 'period',
      title: 'For',
      heading: true,
      cell: ({ id, periodStartAt, periodEndAt, zone }) => (
        <Link to={link(`/invoices/${id}`)}>
          <Period startAt={periodStartAt} endAt={periodEndAt} zone={zone} />
        </Link>
      ),
    },
    { key: 'number', title: 'Number', cell: ({ number }) => number ?? 'none yet' },
    {
      key: 'state',
      title: 'State',
      cell: ({ standing }) => <StateBadge subject="invoice-standing" state={standing} />,
    },
    {
      key: 'issued',
      title: 'Issued',
      wideOnly: true,
      cell: ({ issuedAt, zone }) => (issuedAt === null ? '–' : <When at={issuedAt} zone={zone} />),
    },
    {
      key: 'due',
      title: 'Pay by',
      cell: ({ paymentDueOn }) => (paymentDueOn === null ? '–' : <Day on={paymentDueOn} />),
    },
    {
      key: 'total',
      title: 'Amount',
      align: 'end',
      cell: ({ totalMinor, currency }) => <Money minor={totalMinor} currency={currency} />,
    },
  ];
  return <Table caption="Invoices, the newest first" columns={columns} rows={invoices} rowKey={({ id }) => id} />;
}
