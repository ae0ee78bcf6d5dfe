import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { RotateCcw } from 'lucide-react';
import { useDeferredValue } from 'react';
import { useSearchParams } from 'react-router';
import { type AnswerOf, ApiError, type BodyOf, type ItemOf, take } from '../../../client/index.ts';
import { client } from '../../api.ts';
import { useCustomer } from '../../customer.tsx';
import { type Expected, useExpectedBill } from '../../expected-bill.ts';
import { Button } from '../../ui/button.tsx';
import { Card } from '../../ui/card.tsx';
import { CopyButton } from '../../ui/copy-button.tsx';
import { Page } from '../../ui/page.tsx';
import { Empty, ErrorState, Notice, QueryView, Skeleton } from '../../ui/states.tsx';
import { isNumber, readSupposed, type Supposed, writeSupposed } from './address.ts';
import { Outcome } from './outcome.tsx';
import { measuredLines, Supposing } from './supposing.tsx';
import css from './what-if.module.css';

export type WhatIf = AnswerOf<'/v1/customers/{id}/what-if', 'post'>;
export type Subscription = ItemOf<'/v1/subscriptions'>;
export type Plan = ItemOf<'/v1/plans'>;

/** More usage or another plan, worked out by what makes invoices; all that is supposed stands in the address. */
export default function WhatIfPage() {
  const { id } = useCustomer();
  const expected = useExpectedBill(id);
  const choices = useQuery({
    queryKey: ['what-if-choices', id],
    queryFn: async ({ signal }) => {
      const [subscriptions, plans] = await Promise.all([
        take(client.GET('/v1/subscriptions', { params: { query: { customer: id, limit: 200 } }, signal })),
        take(client.GET('/v1/plans', { params: { query: { limit: 200 } }, signal })),
      ]);
      return { subscriptions: subscriptions.data, plans: plans.data };
    },
  });
  return (
    <Page
      title="What if"
      lead="See what your bill would be with more usage or another plan. It is worked out by the same rules that make your invoice, and changes nothing."
    >
      <QueryView query={expected} skeleton={<Skeleton lines={8} />}>
        {(bills) => (
          <QueryView query={choices} skeleton={<Skeleton lines={8} />}>
            {(found) =>
              bills.bills.length === 0 ? (
                <Card>
                  <Empty title="No bill is open">
                    There is nothing yet that another plan or more usage would change.
                  </Empty>
                </Card>
              ) : (
                <Played expected={bills} {...found} />
              )
            }
          </QueryView>
        )}
      </QueryView>
    </Page>
  );
}

type PlayedProps = { expected: Expected; subscriptions: readonly Subscription[]; plans: readonly Plan[] };

function Played({ expected, subscriptions, plans }: PlayedProps) {
  const { id } = useCustomer();
  const [search, setSearch] = useSearchParams();
  const supposed = readSupposed(search);
  // While somebody types, the answer to what was there before stays.
  const asked = useDeferredValue(JSON.stringify(bodyOf(supposed, expected)));
  const body = JSON.parse(asked) as ReturnType<typeof bodyOf>;
  const isNothing = body.addUsage.length === 0 && body.plans.length === 0;
  const outcome = useQuery({
    queryKey: ['what-if', id, asked],
    queryFn: ({ signal }) =>
      take(client.POST('/v1/customers/{id}/what-if', { params: { path: { id } }, body, signal })),
    placeholderData: keepPreviousData,
    retry: false,
  });
  const refused = refusedOf(outcome.error, body);
  const change = (next: Supposed) => setSearch(writeSupposed(next), { replace: true, preventScrollReset: true });
  return (
    <div className={css['columns']}>
      <Card
        title="Suppose"
        action={
          <Button
            size="small"
            kind="quiet"
            isDisabled={isNothing}
            icon={<RotateCcw size={16} aria-hidden="true" />}
            onPress={() => change({ added: [], plans: {} })}
          >
            Start over
          </Button>
        }
      >
        <Supposing
          expected={expected}
          subscriptions={subscriptions}
          plans={plans}
          supposed={supposed}
          change={change}
          refused={refused}
        />
      </Card>
      <div className="stack" aria-live="polite">
        {refused !== null ? (
          <Notice tone="warn" title="We cannot say what it would be">
            What you add is not measured like that. Take away what is marked, or choose another plan.
          </Notice>
        ) : outcome.error !== null ? (
          <ErrorState error={outcome.error} retry={() => void outcome.refetch()} />
        ) : outcome.data === undefined ? (
          <Card>
            <Skeleton lines={6} label="Working it out" />
          </Card>
        ) : (
          outcome.data.bills.map((bill) => <Outcome key={bill.id} bill={bill} isNothing={isNothing} />)
        )}
        {!isNothing && (
          <div className="row spread">
            <p className="muted">The address of this page holds what you suppose.</p>
            <CopyButton text={window.location.href} label="Copy the address" />
          </div>
        )}
      </div>
    </div>
  );
}

/** Named by the meter too, by which another plan measures it that has no price of the key. */
function bodyOf({ added, plans }: Supposed, expected: Expected) {
  const lines = measuredLines(expected);
  return {
    addUsage: added
      .filter(({ quantity }) => isNumber(quantity) && Number(quantity) !== 0)
      .map(({ price, group, quantity }) => {
        const meter = lines.find(({ priceKey }) => priceKey === price)?.meterKey;
        return { price, quantity, ...(meter != null && { meter }), ...(group.length > 0 && { group: [...group] }) };
      }),
    plans: Object.entries(plans).map(([subscription, plan]) => ({ subscription, plan })),
  } satisfies BodyOf<'/v1/customers/{id}/what-if'>;
}

/** Which of what is added the API has refused. */
function refusedOf(error: unknown, { addUsage }: ReturnType<typeof bodyOf>) {
  if (!(error instanceof ApiError)) return null;
  const one = addUsage[Number(/^addUsage\[(\d+)\]/.exec(error.field ?? '')?.[1])];
  return one === undefined ? null : { price: one.price, group: one.group ?? [], message: error.message };
}
