import { ArrowRight } from 'lucide-react';
import { useCustomer, useCustomerLink } from '../../customer.tsx';
import { type ExpectedBill, useExpectedBill } from '../../expected-bill.ts';
import { ButtonLink } from '../../ui/button.tsx';
import { Card, Stat } from '../../ui/card.tsx';
import { Day, Money, periodText, useFormats, When } from '../../ui/format.tsx';
import { Notice, QueryView, Skeleton } from '../../ui/states.tsx';

/** What the running periods would come to if they ended now; nothing where none is running. */
export function CurrentPeriod() {
  const { id } = useCustomer();
  const query = useExpectedBill(id, 'none');
  return (
    <QueryView query={query} skeleton={<Skeleton lines={3} label="Computing the current period" />}>
      {({ bills }) => (
        <>
          {bills.map((bill) => (
            <Running key={bill.id} bill={bill} />
          ))}
        </>
      )}
    </QueryView>
  );
}

function Running({ bill }: { bill: ExpectedBill }) {
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
