import { useQuery } from '@tanstack/react-query';
import { ArrowRight } from 'lucide-react';
import { type AnswerOf, take } from '../../../client/index.ts';
import { client } from '../../api.ts';
import { useCustomer, useCustomerLink } from '../../customer.tsx';
import { ButtonLink } from '../../ui/button.tsx';
import { Card, Stat } from '../../ui/card.tsx';
import { Day, Money, periodText, useFormats, When } from '../../ui/format.tsx';
import { Notice, QueryView, Skeleton } from '../../ui/states.tsx';

type Bill = AnswerOf<'/v1/customers/{id}/expected-bill'>['bills'][number];

/** What the running periods would come to if they ended now; nothing where none is running. */
export function CurrentPeriod() {
  const { id } = useCustomer();
  const query = useQuery({
    queryKey: ['expected-bill', id, 'none'],
    queryFn: ({ signal }) =>
      take(
        client.GET('/v1/customers/{id}/expected-bill', {
          params: { path: { id }, query: { compare: 'none' } },
          signal,
        }),
      ),
  });
  return (
    <QueryView query={query} skeleton={<Skeleton lines={3} label="Computing the current period" />}>
      {({ bills }) => (
        <>
          {bills.map((bill) => (
            <Expected key={bill.id} bill={bill} />
          ))}
        </>
      )}
    </QueryView>
  );
}

function Expected({ bill }: { bill: Bill }) {
  const formats = useFormats();
  const link = useCustomerLink();
  const { currency, totalMinor, periodStartAt, periodEndAt, issuedAt, dueOn, billingGroup, failure } = bill;
  const period = periodText(formats, periodStartAt, periodEndAt);
  return (
    <Card
      title={`Current period: ${period}`}
      description={billingGroup === '' ? undefined : `For ${billingGroup}`}
      action={
        <ButtonLink to={link('/')} kind="quiet" size="small">
          What is in it <ArrowRight size={16} aria-hidden="true" />
        </ButtonLink>
      }
    >
      {failure === null ? (
        <div className="stats">
          <Stat
            label="So far, as it would be billed now"
            size="large"
            value={<Money minor={totalMinor} currency={currency} />}
          />
          <Stat label="Ends" value={<When at={new Date(new Date(periodEndAt).getTime() - 1).toISOString()} />} />
          <Stat label="Becomes an invoice" value={<When at={issuedAt} />} />
          <Stat label="To be paid by" value={<Day on={dueOn} />} />
        </div>
      ) : (
        <Notice tone="warn" title="It cannot be computed right now">
          {failure.reason}
        </Notice>
      )}
    </Card>
  );
}
