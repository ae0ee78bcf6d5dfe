import { CalendarDays, ChartColumn, FlaskConical, ReceiptText } from 'lucide-react';
import type { ReactNode } from 'react';
import { useCustomer, useCustomerLink } from '../../customer.tsx';
import { type Expected, type ExpectedBill, useExpectedBill } from '../../expected-bill.ts';
import { Badge } from '../../ui/badge.tsx';
import { ButtonLink } from '../../ui/button.tsx';
import { Card } from '../../ui/card.tsx';
import { Money, Period, When } from '../../ui/format.tsx';
import { Page } from '../../ui/page.tsx';
import { Empty, Notice, QueryView, Skeleton } from '../../ui/states.tsx';
import { BillCard } from './bill-card.tsx';
import { ChangeCard } from './change-card.tsx';
import { Freshness } from './freshness.tsx';
import { LastInvoices } from './last-invoices.tsx';
import css from './overview.module.css';

/** Often enough that a bill is seen growing, and seldom enough that nobody notices the asking. */
const refreshMs = 30_000;

export default function OverviewPage() {
  const { id } = useCustomer();
  const to = useCustomerLink();
  const query = useExpectedBill(id, 'last-bill', refreshMs);
  return (
    <Page
      title="Overview"
      lead="What you will pay as it stands now, and why. Nothing is guessed of what you will still use."
      actions={
        <>
          <ButtonLink to={to('/usage')} icon={<ChartColumn size={16} aria-hidden="true" />}>
            See usage
          </ButtonLink>
          <ButtonLink to={to('/what-if')} icon={<FlaskConical size={16} aria-hidden="true" />}>
            What if …
          </ButtonLink>
        </>
      }
    >
      <QueryView query={query} skeleton={<LoadingBills />}>
        {(expected) => <Bills expected={expected} />}
      </QueryView>
      <LastInvoices />
    </Page>
  );
}

function LoadingBills() {
  return (
    <div className={css['columns']}>
      <Card>
        <Skeleton lines={7} label="Working out your bill" />
      </Card>
      <Card>
        <Skeleton lines={4} />
      </Card>
    </div>
  );
}

function Bills({ expected }: { expected: Expected }) {
  const { bills, inReview } = expected;
  const main = bills[0];
  return (
    <>
      {bills.length === 0 && inReview.length === 0 && (
        <Card>
          <Empty title="Nothing is to be billed at the moment">
            As soon as a subscription begins or a charge is ordered, you see here what it comes to.
          </Empty>
        </Card>
      )}
      {bills.map((bill) => (
        <div key={bill.id} className={css['columns']}>
          <BillCard bill={bill} asOf={expected.asOf} showsPeriod={bills.length > 1} />
          <div className="stack">
            <NextDates bill={bill} />
            {bill === main && <Freshness expected={expected} />}
          </div>
        </div>
      ))}
      {inReview.length > 0 && <InReview drafts={inReview} />}
      {bills.map((bill) => bill.change !== null && <ChangeCard key={bill.id} bill={bill} />)}
    </>
  );
}

function NextDates({ bill }: { bill: ExpectedBill }) {
  const dates: [string, ReactNode][] = [
    ['The period ends', <When key="end" at={bill.periodEndAt} time />],
    ['Your invoice is drawn up', <When key="drawn" at={bill.generatedAt} time />],
    ['It becomes final', <When key="final" at={bill.issuedAt} time />],
    ['You pay by', <When key="due" at={`${bill.dueOn}T12:00:00Z`} zone="UTC" />],
  ];
  return (
    <Card
      title={
        <span className="row">
          <CalendarDays size={18} aria-hidden="true" /> What comes next
        </span>
      }
    >
      <ol className={css['dates']}>
        {dates.map(([what, when]) => (
          <li key={what}>
            <span>{what}</span>
            {when}
          </li>
        ))}
      </ol>
    </Card>
  );
}

function InReview({ drafts }: { drafts: Expected['inReview'] }) {
  const to = useCustomerLink();
  return (
    <Card
      title="Invoices in review"
      description="They are over the period before. Each is looked at for a day before it becomes final."
      tone="info"
    >
      <ul className={css['plain']}>
        {drafts.map((draft) => (
          <li key={draft.invoiceId} className={css['draft']}>
            <div className="stack-tight">
              <strong>
                <Period startAt={draft.periodStartAt} endAt={draft.periodEndAt} />
              </strong>
              <span className="muted">
                {draft.lifecycle === 'held' ? (
                  'Somebody looks at it first; you need not do anything.'
                ) : (
                  <>
                    Will be issued on <When at={draft.issuedAt} />. Usage that comes in until then still counts.
                  </>
                )}
              </span>
            </div>
            <div className={css['draftAmount']}>
              <Money minor={draft.expectedMinor ?? draft.totalMinor} currency={draft.currency} />
              {draft.lifecycle === 'held' && <Badge tone="warn">Being checked</Badge>}
              <ButtonLink
                to={to(`/invoices/${draft.invoiceId}`)}
                size="small"
                kind="quiet"
                icon={<ReceiptText size={16} aria-hidden="true" />}
              >
                Open
              </ButtonLink>
            </div>
          </li>
        ))}
      </ul>
      {drafts.some(({ expectedMinor, totalMinor }) => expectedMinor !== null && expectedMinor !== totalMinor) && (
        <Notice>What has come in since a draft was drawn up is in these amounts already.</Notice>
      )}
    </Card>
  );
}
