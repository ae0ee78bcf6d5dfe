import { useQuery } from '@tanstack/react-query';
import { take } from '../../../../client/index.ts';
import { client } from '../../../api.ts';
import type { Customer } from '../../../customer.tsx';
import { Card, Facts, Stat } from '../../../ui/card.tsx';
import { Checkbox, TextField } from '../../../ui/field.tsx';
import { Money, When } from '../../../ui/format.tsx';
import { Empty, QueryView } from '../../../ui/states.tsx';
import { Action, because } from '../parts/action.tsx';
import { minorOf } from '../parts/minor.ts';

/** What the customer has paid ahead or was given. */
export function Wallets({ customer }: { customer: Customer }) {
  const key = ['operations', 'wallets', customer.id] as const;
  const query = useQuery({
    queryKey: key,
    queryFn: ({ signal }) =>
      take(client.GET('/v1/customers/{id}/wallets', { params: { path: { id: customer.id } }, signal })),
  });
  return (
    <QueryView query={query}>
      {({ data }) =>
        data.length === 0 ? (
          <Card>
            <Empty title="There is no wallet.">Your product opens one through the API.</Empty>
          </Card>
        ) : (
          <div className="stack">
            {data.map((wallet) => (
              <Card
                key={wallet.id}
                title={wallet.name}
                action={
                  <Action
                    label="Give credit"
                    size="small"
                    title={`Put credit into “${wallet.name}”?`}
                    scope="wallets:write"
                    unavailable={wallet.status === 'ended' ? 'The wallet has ended.' : undefined}
                    what="It pays the customer's next bills."
                    fields={
                      <>
                        <TextField
                          name="amount"
                          label={`Amount in ${wallet.currency}`}
                          isRequired
                          placeholder="25.00"
                        />
                        <Checkbox name="isPaid" help="Otherwise it is a gift, which is spent first.">
                          The customer has paid for it elsewhere
                        </Checkbox>
                      </>
                    }
                    run={async ({ reason, fields, id }) => {
                      await take(
                        client.POST('/v1/wallets/{id}/grants', {
                          params: { path: { id: wallet.id } },
                          body: {
                            amountMinor: minorOf(fields['amount'] ?? '', wallet.currency, 'amount'),
                            isPaid: fields['isPaid'] !== undefined,
                            requestId: id,
                          },
                          headers: because(reason),
                        }),
                      );
                      return { text: 'The credit is in the wallet.', audit: { kind: 'wallet', id: wallet.id } };
                    }}
                    changes={[key]}
                  />
                }
              >
                <div className="stack">
                  <Stat
                    label="Can pay now"
                    size="large"
                    value={<Money minor={wallet.spendableMinor} currency={wallet.currency} />}
                  />
                  <Facts
                    facts={[
                      ['Paid for', <Money key="paid" minor={wallet.paidMinor} currency={wallet.currency} />],
                      ['Given', <Money key="given" minor={wallet.promotionalMinor} currency={wallet.currency} />],
                      [
                        'Ends',
                        wallet.endsAt === null ? 'Never' : <When key="ends" at={wallet.endsAt} zone={customer.zone} />,
                      ],
                    ]}
                  />
                </div>
              </Card>
            ))}
          </div>
        )
      }
    </QueryView>
  );
}
