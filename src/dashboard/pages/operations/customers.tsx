import { Eye, Wrench } from 'lucide-react';
import { useState } from 'react';
import { Link } from 'react-router';
import { type ItemOf, take } from '../../../client/index.ts';
import { client } from '../../api.ts';
import { ButtonLink } from '../../ui/button.tsx';
import { Card } from '../../ui/card.tsx';
import { TextField } from '../../ui/field.tsx';
import { usePages } from '../../ui/load-more.tsx';
import { Page } from '../../ui/page.tsx';
import { PagedTable } from '../../ui/paged-table.tsx';
import { Empty } from '../../ui/states.tsx';
import type { Column } from '../../ui/table.tsx';
import { useFilter } from './parts/filters.tsx';

type Customer = ItemOf<'/v1/customers'>;

/** After so long without a key it looks. */
const settleMs = 250;

/** Finds a customer by whatever one has of them. */
export default function CustomersPage() {
  const [search, setSearch] = useFilter('search');
  const [text, setText] = useState(search);
  const [waiting, setWaiting] = useState<ReturnType<typeof setTimeout>>();
  const query = usePages<Customer>(['operations', 'customers', search], (cursor, signal) => {
    const filter = { cursor, ...(search !== '' && { search }) };
    return take(client.GET('/v1/customers', { params: { query: filter }, signal }));
  });

  function type(next: string) {
    setText(next);
    clearTimeout(waiting);
    setWaiting(setTimeout(() => setSearch(next.trim()), settleMs));
  }

  return (
    <Page title="Customers" lead="By name, your own id, e-mail address, or the number of an invoice.">
      <div className="stack">
        <TextField
          label="Search"
          value={text}
          onChange={type}
          maxLength={255}
          placeholder="JetBlue, B6, bills@… or INV-000042"
          type="search"
        />
        <Card flush>
          <PagedTable
            query={query}
            caption="Customers"
            columns={columns}
            what="customers"
            empty={
              <Empty title={search === '' ? 'There are no customers yet.' : 'Nobody is found by this.'}>
                {search === ''
                  ? 'They are created by your product, through the API.'
                  : 'A part of the name is enough; an invoice needs its whole number.'}
              </Empty>
            }
          />
        </Card>
      </div>
    </Page>
  );
}

const columns: readonly Column<Customer>[] = [
  {
    key: 'name',
    title: 'Customer',
    heading: true,
    cell: ({ id, name }) => <Link to={`/operations/manage/${id}`}>{name}</Link>,
  },
  { key: 'externalId', title: 'Your id', cell: ({ externalId }) => externalId },
  { key: 'email', title: 'E-mail', cell: ({ email }) => email ?? <span className="muted">None</span> },
  {
    key: 'plans',
    title: 'Plans',
    cell: ({ subscriptions }) =>
      subscriptions.length === 0 ? (
        <span className="muted">None</span>
      ) : (
        [...new Set(subscriptions.map(({ plan }) => plan))].join(', ')
      ),
  },
  { key: 'clock', title: 'Clock', wideOnly: true, cell: ({ clock }) => clock },
  {
    key: 'open',
    title: 'Open',
    cell: ({ id, name }) => (
      <span className="row">
        <ButtonLink
          size="small"
          kind="quiet"
          to={`/operations/manage/${id}`}
          icon={<Wrench size={16} aria-hidden="true" />}
        >
          Manage<span className="sr-only"> {name}</span>
        </ButtonLink>
        <ButtonLink
          size="small"
          kind="quiet"
          to={`/operations/customers/${id}`}
          icon={<Eye size={16} aria-hidden="true" />}
        >
          As they see it<span className="sr-only">: {name}</span>
        </ButtonLink>
      </span>
    ),
  },
];
