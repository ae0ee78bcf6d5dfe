import { TrendingDown, TrendingUp } from 'lucide-react';
import { useState } from 'react';
import { useSearchParams } from 'react-router';
import { useCustomer, useCustomerLink } from '../../customer.tsx';
import { type ExpectedBill, useExpectedBill } from '../../expected-bill.ts';
import { Button, ButtonLink } from '../../ui/button.tsx';
import { Card } from '../../ui/card.tsx';
import { Select } from '../../ui/field.tsx';
import { Money, Period, Quantity, useFormats, When } from '../../ui/format.tsx';
import { QueryView, Skeleton } from '../../ui/states.tsx';
import css from './overview.module.css';

type Change = NonNullable<ExpectedBill['change']>;

const choices = [
  { id: 'same-point', label: 'With the same point of the last period' },
  { id: 'last-bill', label: 'With the whole last bill' },
];

/** What changed since the last period, and why: sentences with bars, and the charges that changed most. */
export function ChangeCard({ bill }: { bill: ExpectedBill }) {
  const { id } = useCustomer();
  const [search, setSearch] = useSearchParams();
  const compare = search.get('compare') === 'last-bill' ? 'last-bill' : 'same-point';
  const query = useExpectedBill(id, compare);
  return (
    <Card
      title="What changed since last time, and why"
      description={bill.billingGroup === '' ? undefined : <>Of what is billed as “{bill.billingGroup}”.</>}
      action={
        <div className={css['compare']}>
          <Select
            label="Compare"
            options={choices}
            value={compare}
            isRequired
            onChange={(chosen) => setSearch({ compare: chosen }, { replace: true, preventScrollReset: true })}
          />
        </div>
      }
    >
      <QueryView query={query} skeleton={<Skeleton lines={4} />}>
        {({ bills }) => {
          const change = bills.find((one) => one.id === bill.id)?.change ?? null;
          return change === null ? (
            <p className="muted">There is nothing to compare with.</p>
          ) : (
            <Changes change={change} currency={bill.currency} />
          );
        }}
      </QueryView>
    </Card>
  );
}

function Changes({ change, currency }: { change: Change; currency: string }) {
  const to = useCustomerLink();
  const { differenceMinor } = change;
  const Icon = differenceMinor > 0 ? TrendingUp : TrendingDown;
  return (
    <div className="stack">
      <p className={css['difference']}>
        {differenceMinor !== 0 && <Icon size={22} aria-hidden="true" />}
        <span>
          {differenceMinor === 0 ? (
            <strong>Exactly as much as then</strong>
          ) : (
            <strong>
              <Money minor={Math.abs(differenceMinor)} currency={currency} /> {differenceMinor > 0 ? 'more' : 'less'}
            </strong>
          )}{' '}
          {change.compared === 'same-point' ? (
            <>
              than your charges for <Period startAt={change.periodStartAt} endAt={change.periodEndAt} /> were by{' '}
              <When at={change.until} time />.
            </>
          ) : (
            <>
              than your whole bill for <Period startAt={change.periodStartAt} endAt={change.periodEndAt} />; this period
              still goes on.
            </>
          )}
        </span>
      </p>
      <Reasons change={change} currency={currency} />
      <ChangedLines change={change} currency={currency} />
      <div>
        <ButtonLink to={to(`/invoices/${change.invoiceId}`)} size="small">
          Open that invoice
        </ButtonLink>
      </div>
    </div>
  );
}

const reasonNames: Record<Change['byKind'][number]['kind'], (isMore: boolean) => string> = {
  quantity: (isMore) => (isMore ? 'You used more' : 'You used less'),
  price: (isMore) => (isMore ? 'Prices went up' : 'Prices went down'),
  plan: () => 'Your plan has changed',
  length: () => 'The period has another length',
  ahead: () => 'What is paid ahead has changed',
  'given-back': () => 'Paid time that is not used is given back',
  bound: () => 'The minimum or maximum of your plan',
  'one-off': () => 'Charges for one bill only',
  correction: () => 'Earlier bills were corrected',
  'late-usage': () => 'Usage of earlier periods came in late',
  discount: (isMore) => (isMore ? 'Fewer discounts' : 'More discounts'),
  tax: (isMore) => (isMore ? 'More tax' : 'Less tax'),
  carried: () => 'Carried to your balance',
  credit: (isMore) => (isMore ? 'Less of your credit pays it' : 'More of your credit pays it'),
};

/** Bars that go to both sides of a middle; they add up to the difference. */
function Reasons({ change, currency }: { change: Change; currency: string }) {
  const most = Math.max(1, ...change.byKind.map(({ amountMinor }) => Math.abs(amountMinor)));
  if (change.byKind.length === 0) return null;
  return (
    <ul className={css['reasons']} aria-label="Why">
      {change.byKind.map(({ kind, amountMinor }) => (
        <li key={kind}>
          <span>{reasonNames[kind](amountMinor > 0)}</span>
          <span className={css['balance']} aria-hidden="true">
            <span
              className={amountMinor > 0 ? css['up'] : css['down']}
              style={{ width: `${(Math.abs(amountMinor) / most) * 50}%` }}
            />
          </span>
          <Money minor={amountMinor} currency={currency} signed />
        </li>
      ))}
    </ul>
  );
}

const shownLines = 6;

function ChangedLines({ change, currency }: { change: Change; currency: string }) {
  const { number } = useFormats();
  const [isWhole, setIsWhole] = useState(false);
  const changed = change.lines
    .filter(({ differenceMinor }) => differenceMinor !== 0)
    .sort((one, other) => Math.abs(other.differenceMinor) - Math.abs(one.differenceMinor));
  if (changed.length === 0) return null;
  // One more takes no more room than the line that would stand for it.
  const shown = isWhole || changed.length <= shownLines + 1 ? changed : changed.slice(0, shownLines);
  const others = changed.slice(shown.length);
  return (
    <ul className={css['changed']} aria-label="Charges that changed">
      {shown.map((line, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: two charges may be called the same, and the list is made anew
        <li key={index}>
          <span className={css['lineName']}>
            {line.description}
            {line.quantityBefore !== null && line.quantityAfter !== null && line.kind === 'usage' && (
              <span className="muted">
                {number(line.quantityBefore)} then, <Quantity value={line.quantityAfter} /> now
              </span>
            )}
          </span>
          <Money minor={line.differenceMinor} currency={currency} signed />
        </li>
      ))}
      {others.length > 0 && (
        <li>
          <Button size="small" kind="quiet" onPress={() => setIsWhole(true)}>
            Show {others.length} more
          </Button>
          <Money
            minor={others.reduce((sum, { differenceMinor }) => sum + differenceMinor, 0)}
            currency={currency}
            signed
          />
        </li>
      )}
    </ul>
  );
}
