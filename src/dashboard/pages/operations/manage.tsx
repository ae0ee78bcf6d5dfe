import { useQuery } from '@tanstack/react-query';
import { Eye } from 'lucide-react';
import { Link, useParams } from 'react-router';
import { take } from '../../../client/index.ts';
import { client } from '../../api.ts';
import { ButtonLink } from '../../ui/button.tsx';
import { Card, Facts } from '../../ui/card.tsx';
import { Page } from '../../ui/page.tsx';
import { Empty, QueryView } from '../../ui/states.tsx';
import { Tabs } from '../../ui/tabs.tsx';
import { CreditNotes } from './manage/credit-notes.tsx';
import { Dunning } from './manage/dunning.tsx';
import { Subscriptions } from './manage/subscriptions.tsx';
import { Users } from './manage/users.tsx';
import { Wallets } from './manage/wallets.tsx';
import { InvoiceList } from './parts/invoice-list.tsx';
import { allColumns } from './parts/invoices.tsx';

/** One customer as operators handle it. */
export default function ManagePage() {
  const { customerId = '' } = useParams();
  const query = useQuery({
    queryKey: ['customer', customerId],
    queryFn: ({ signal }) => take(client.GET('/v1/customers/{id}', { params: { path: { id: customerId } }, signal })),
  });
  const customer = query.data;
  return (
    <Page
      title={customer?.name ?? 'Customer'}
      back={<Link to="/operations/customers">Customers</Link>}
      actions={
        customer !== undefined && (
          <>
            <ButtonLink to={`/operations/customers/${customer.id}`} icon={<Eye size={16} aria-hidden="true" />}>
              As they see it
            </ButtonLink>
            <ButtonLink to={`/operations/audit?kind=customer&subject=${customer.id}`}>Audit entries</ButtonLink>
          </>
        )
      }
    >
      <QueryView query={query}>
        {(found) => (
          <div className="stack">
            <Card>
              <Facts
                facts={[
                  ['Your id', found.externalId],
                  ['E-mail', found.email ?? 'None'],
                  ['Currency', found.currency],
                  ['Time zone', `${found.zone}, that of all days here`],
                  ['Clock', found.clock],
                  ['Priority', found.priority],
                ]}
              />
            </Card>
            <Tabs
              label="About this customer"
              items={[
                {
                  id: 'invoices',
                  title: 'Invoices',
                  content: (
                    <Card flush>
                      <InvoiceList
                        filter={{ customer: found.id }}
                        columns={allColumns}
                        caption={`Invoices of ${found.name}`}
                        empty={
                          <Empty title="There is no invoice yet.">The first one is made when a period is over.</Empty>
                        }
                      />
                    </Card>
                  ),
                },
                { id: 'subscriptions', title: 'Subscriptions', content: <Subscriptions customer={found} /> },
                { id: 'credit-notes', title: 'Credit notes', content: <CreditNotes customer={found} /> },
                { id: 'wallets', title: 'Wallets', content: <Wallets customer={found} /> },
                { id: 'dunning', title: 'Dunning', content: <Dunning customer={found} /> },
                { id: 'users', title: 'Users', content: <Users customer={found} /> },
              ]}
            />
          </div>
        )}
      </QueryView>
    </Page>
  );
}
