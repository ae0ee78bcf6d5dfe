import { useMutation, useQuery } from '@tanstack/react-query';
import { CreditCard } from 'lucide-react';
import { type AnswerOf, type ItemOf, take } from '../../../client/index.ts';
import { client } from '../../api.ts';
import { useCustomer } from '../../customer.tsx';
import { useMay } from '../../session.tsx';
import { Button } from '../../ui/button.tsx';
import { Card, Facts, Stat } from '../../ui/card.tsx';
import { Money, When } from '../../ui/format.tsx';
import { StateBadge } from '../../ui/state-words.tsx';
import { Empty, ErrorState, QueryView } from '../../ui/states.tsx';
import { type Column, Table } from '../../ui/table.tsx';

type Collection = AnswerOf<'/v1/customers/{id}/collection'>;
type Wallet = ItemOf<'/v1/customers/{id}/wallets'>;

/** How invoices are paid, and what the customer has with us. */
export function Paying() {
  return (
    <div className="stack">
      <Method />
      <Balance />
      <Wallets />
    </div>
  );
}

function Method() {
  const { id, readOnly } = useCustomer();
  const mayWrite = useMay('customers:write') && !readOnly;
  const query = useQuery({
    queryKey: ['collection', id],
    queryFn: ({ signal }) => take(client.GET('/v1/customers/{id}/collection', { params: { path: { id } }, signal })),
    // Somebody who comes back from the page at Stripe finds what they have saved.
    refetchOnMount: 'always',
  });
  const opening = useMutation({
    mutationFn: () =>
      take(
        client.POST('/v1/customers/{id}/payment-method-sessions', {
          params: { path: { id } },
          body: { returnUrl: `${window.location.origin}/account?tab=paying` },
        }),
      ),
    onSuccess: ({ url }) => window.location.assign(url),
  });
  return (
    <Card title="Payment method" description="Its number is kept by our payment provider; we never see it.">
      <QueryView query={query}>
        {(collection) => (
          <div className="stack">
            <Facts facts={factsOf(collection)} />
            {opening.error !== null && <ErrorState error={opening.error} retry={() => opening.mutate()} />}
            {mayWrite && (
              <div>
                <Button
                  kind={collection.paymentMethod === null ? 'primary' : 'secondary'}
                  icon={<CreditCard size={16} aria-hidden="true" />}
                  isPending={opening.isPending}
                  onPress={() => opening.mutate()}
                >
                  {collection.paymentMethod === null ? 'Add a payment method' : 'Change it'}
                </Button>
              </div>
            )}
          </div>
        )}
      </QueryView>
    </Card>
  );
}

function factsOf({ method, paymentMethod }: Collection): (readonly [string, React.ReactNode])[] {
  const how =
    method === 'charge_automatically'
      ? 'We charge your payment method when an invoice becomes final'
      : 'We send each invoice with a link to pay it';
  if (paymentMethod === null) {
    return [
      ['How you pay', how],
      ['Saved', 'nothing yet'],
    ];
  }
  const { kind, brand, last4, expMonth, expYear, savedAt } = paymentMethod;
  const name = [brand ?? kind, last4 === null ? null : `ending in ${last4}`].filter((part) => part !== null).join(' ');
  return [
    ['How you pay', how],
    ['Saved', name.charAt(0).toUpperCase() + name.slice(1)],
    ...(expMonth === null || expYear === null
      ? []
      : ([['Valid until', `${String(expMonth).padStart(2, '0')}/${expYear}`]] as const)),
    ['Saved on', <When key="saved" at={savedAt} />],
  ];
}

function Balance() {
  const { id } = useCustomer();
  const query = useQuery({
    queryKey: ['balance', id],
    queryFn: ({ signal }) => take(client.GET('/v1/customers/{id}/balance', { params: { path: { id } }, signal })),
  });
  return (
    <Card
      title="Your balance"
      description="From credit notes and what was carried over; it pays your next bills first."
    >
      <QueryView query={query}>
        {({ balances }) =>
          balances.length === 0 ? (
            <p className="muted">There is nothing on it.</p>
          ) : (
            <div className="stats">
              {balances.map(({ currency, balanceMinor, walletsMinor }) => (
                <Stat
                  key={currency}
                  label={currency}
                  value={<Money minor={balanceMinor} currency={currency} />}
                  note={
                    walletsMinor === 0 ? undefined : (
                      <>
                        and <Money minor={walletsMinor} currency={currency} /> in wallets
                      </>
                    )
                  }
                />
              ))}
            </div>
          )
        }
      </QueryView>
    </Card>
  );
}

function Wallets() {
  const { id } = useCustomer();
  const query = useQuery({
    queryKey: ['wallets', id],
    queryFn: ({ signal }) => take(client.GET('/v1/customers/{id}/wallets', { params: { path: { id } }, signal })),
  });
  return (
    <Card title="Wallets" description="What you have paid for ahead, or were given; spent in this order." flush>
      <QueryView query={query}>
        {({ data }) =>
          data.length === 0 ? (
            <Empty title="No wallet">Credit that you buy ahead, or that we give you, appears here.</Empty>
          ) : (
            <Table
              caption="Wallets in the order in which they are spent"
              columns={columns}
              rows={data}
              rowKey={(one) => one.id}
            />
          )
        }
      </QueryView>
    </Card>
  );
}

const columns: Column<Wallet>[] = [
  { key: 'name', title: 'Wallet', heading: true, cell: ({ name }) => name },
  { key: 'state', title: 'State', cell: ({ status }) => <StateBadge subject="wallet" state={status} /> },
  { key: 'ends', title: 'Ends', cell: ({ endsAt }) => (endsAt === null ? 'never' : <When at={endsAt} />) },
  {
    key: 'topUp',
    title: 'Filled up by itself',
    wideOnly: true,
    cell: ({ topUp, currency }) =>
      topUp === null ? (
        'no'
      ) : (
        <>
          with <Money minor={topUp.amountMinor} currency={currency} /> at{' '}
          <Money minor={topUp.thresholdMinor} currency={currency} />
        </>
      ),
  },
  {
    key: 'amount',
    title: 'Can be spent',
    align: 'end',
    cell: ({ spendableMinor, currency }) => <Money minor={spendableMinor} currency={currency} />,
  },
];
