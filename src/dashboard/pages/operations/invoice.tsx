import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Link, useParams } from 'react-router';
import { type AnswerOf, take } from '../../../client/index.ts';
import { client } from '../../api.ts';
import { ButtonLink } from '../../ui/button.tsx';
import { Card, Facts, Stat } from '../../ui/card.tsx';
import { FormatProvider, Money, Period, periodText, useFormats, When } from '../../ui/format.tsx';
import { Page } from '../../ui/page.tsx';
import { ProblemWords } from '../../ui/problem-words.tsx';
import { StateWords } from '../../ui/state-words.tsx';
import { Notice, QueryView, Skeleton } from '../../ui/states.tsx';
import { Table } from '../../ui/table.tsx';
import { InvoiceActions } from './invoice-actions.tsx';
import { Compared } from './invoice-compared.tsx';
import { Credits } from './invoice-credits.tsx';
import { WorkflowLink } from './parts/action.tsx';
import { Age } from './parts/age.tsx';
import css from './parts/parts.module.css';
import { capital, inWords } from './parts/words.ts';

export type Invoice = AnswerOf<'/v1/invoices/{id}'>;
export type Review = AnswerOf<'/v1/invoices/{id}/review'>;

/** While an invoice is on its way it is looked at again after so long. */
const lookAgainMs = 2_000;
const isOnItsWay = ({ sync, wanted, lifecycle }: Invoice) =>
  ['pending', 'queued', 'syncing', 'backing_off'].includes(sync) || (wanted === 'void' && lifecycle !== 'void');

/** One invoice as an operator weighs it: what is wrong, what it is compared with, what was tried, and what can be done. */
export default function InvoicePage() {
  const { invoiceId = '' } = useParams();
  const path = { id: invoiceId };
  const query = useQuery({
    queryKey: ['operations', 'invoice', invoiceId],
    queryFn: async ({ signal }) => {
      const [invoice, review] = await Promise.all([
        take(client.GET('/v1/invoices/{id}', { params: { path }, signal })),
        take(client.GET('/v1/invoices/{id}/review', { params: { path }, signal })),
      ]);
      return { invoice, review };
    },
    refetchInterval: ({ state }) => (state.data !== undefined && isOnItsWay(state.data.invoice) ? lookAgainMs : false),
  });
  if (query.data === undefined) {
    return (
      <Page title="Invoice">
        <QueryView query={query} skeleton={<Skeleton lines={8} />}>
          {() => null}
        </QueryView>
      </Page>
    );
  }
  const { invoice, review } = query.data;
  return (
    <FormatProvider locale={navigator.language} zone={invoice.zone}>
      <Opened invoice={invoice} review={review} />
    </FormatProvider>
  );
}

function Opened({ invoice, review }: { invoice: Invoice; review: Review }) {
  const formats = useFormats();
  const period = periodText(formats, invoice.periodStartAt, invoice.periodEndAt);
  return (
    <Page
      title={invoice.number ?? `Draft of ${period}`}
      badge={<StateWords subject="invoice-standing" state={invoice.standing} />}
      lead={
        <>
          {invoice.parties.buyer.name} (
          <Link to={`/operations/manage/${invoice.customerId}`}>{invoice.customerExternalId}</Link>),{' '}
          <Period startAt={invoice.periodStartAt} endAt={invoice.periodEndAt} />. Days are in {invoice.zone}, the
          customer’s time zone.
        </>
      }
      back={back(invoice)}
      actions={
        <>
          <WorkflowLink url={review.workflowUrl} />
          <ButtonLink size="small" to={`/operations/audit?kind=invoice&subject=${invoice.id}`}>
            Audit entries
          </ButtonLink>
          <ButtonLink
            size="small"
            to={`/operations/customers/${encodeURIComponent(invoice.customerId)}/invoices/${invoice.id}`}
          >
            As its customer sees it
          </ButtonLink>
        </>
      }
    >
      <div className="stack">
        <Why invoice={invoice} review={review} />
        <InvoiceActions invoice={invoice} />
        <Amounts invoice={invoice} review={review} />
        <Credits invoice={invoice} />
        <Compared invoice={invoice} review={review} />
        <Tries review={review} />
        <Answers review={review} />
        <AtStripe invoice={invoice} review={review} />
      </div>
    </Page>
  );
}

function back({ lifecycle, sync }: Invoice): ReactNode {
  if (lifecycle === 'held' || lifecycle === 'draft') return <Link to="/operations/drafts">Drafts in review</Link>;
  if (sync === 'parked' || sync === 'backing_off') return <Link to="/operations/parked">Parked invoices</Link>;
  return <Link to="/operations/invoices">Invoices</Link>;
}

function Why({ invoice, review }: { invoice: Invoice; review: Review }) {
  const { parked, lifecycle, sync, nextRetryAt } = invoice;
  if (lifecycle === 'held') {
    return (
      <Card title="Why it is held" tone="warn" description="It stays a draft until somebody answers.">
        {review.findings.length === 0 ? (
          <p>{parked?.reason}</p>
        ) : (
          <ul className={css['findings']}>
            {review.findings.map((finding) => (
              <li key={`${finding.code} ${finding.subject}`} className={css['finding']}>
                <p>{finding.reason}</p>
                <p className="muted">
                  <code>{finding.code}</code>
                </p>
              </li>
            ))}
          </ul>
        )}
      </Card>
    );
  }
  if (sync === 'parked') {
    return (
      <Card
        title="Why it is parked"
        tone="bad"
        description={
          <>
            {parked?.parkedAt && (
              <>
                It was parked <Age at={parked.parkedAt} />.{' '}
              </>
            )}
            It is not tried again before somebody answers.
          </>
        }
      >
        {parked?.code == null ? <p>{parked?.reason}</p> : <ProblemWords code={parked.code} detail={parked.reason} />}
      </Card>
    );
  }
  if (sync === 'backing_off') {
    return (
      <Notice tone="warn" title="It did not reach Stripe, and is tried again by itself.">
        {nextRetryAt !== null && (
          <>
            Next try <Age at={nextRetryAt} />.
          </>
        )}
      </Notice>
    );
  }
  return null;
}

function Amounts({ invoice, review }: { invoice: Invoice; review: Review }) {
  const money = (minor: number) => <Money minor={minor} currency={invoice.currency} />;
  const last = review.earlier[0];
  return (
    <Card title="What it asks for">
      <div className={css['numbers']}>
        <Stat size="large" label="Total" value={money(invoice.totalMinor)} />
        <Stat label="Charges" value={money(invoice.subtotalMinor)} />
        {invoice.discountMinor !== 0 && <Stat label="Discounts" value={money(-invoice.discountMinor)} />}
        {invoice.taxMinor !== 0 && <Stat label="Taxes" value={money(invoice.taxMinor)} />}
        {invoice.creditMinor !== 0 && <Stat label="From wallets" value={money(-invoice.creditMinor)} />}
        {last !== undefined && <Stat label="Period before" value={money(last.totalMinor)} />}
        <Stat
          label={invoice.issuedAt === null ? 'Becomes final' : 'Issued'}
          value={<When at={invoice.issuedAt ?? invoice.dueAt} />}
        />
      </div>
    </Card>
  );
}

function Tries({ review: { attempts } }: { review: Review }) {
  if (attempts.length === 0) return null;
  return (
    <Card title="What was tried" flush>
      <Table
        caption="Tries to bring it to Stripe, the latest first"
        rows={attempts}
        rowKey={({ attempt }) => String(attempt)}
        columns={[
          { key: 'attempt', title: 'Try', heading: true, cell: ({ attempt }) => `Try ${attempt}` },
          { key: 'at', title: 'When', cell: ({ startedAt }) => <Age at={startedAt} /> },
          { key: 'outcome', title: 'Outcome', cell: ({ outcome }) => capital(outcome ?? 'under way') },
          {
            key: 'why',
            title: 'Why',
            cell: ({ code, reason }) =>
              code !== null && (
                <span className={css['break']}>
                  {reason} <code className="muted">{code}</code>
                </span>
              ),
          },
        ]}
      />
    </Card>
  );
}

function Answers({ review: { decisions } }: { review: Review }) {
  if (decisions.length === 0) return null;
  return (
    <Card title="What was answered">
      <ul className={css['timeline']}>
        {decisions.map(({ id, kind, actor, reason, decidedAt }) => (
          <li key={id}>
            <p>
              <strong>{capital(kind)}</strong> by {actor}, <Age at={decidedAt} />
            </p>
            <p className="muted">{reason}</p>
          </li>
        ))}
      </ul>
    </Card>
  );
}

function AtStripe({ invoice: { copies }, review: { remoteRecords } }: { invoice: Invoice; review: Review }) {
  if (copies.length === 0 && remoteRecords.length === 0) return null;
  return (
    <Card title="At Stripe">
      <div className="stack">
        {copies.map((copy) => (
          <Facts
            key={copy.remoteId}
            facts={[
              [
                'Copy',
                <code key="id" className={css['break']}>
                  {copy.remoteId}
                </code>,
              ],
              ['State there', copy.status],
            ]}
          />
        ))}
        {remoteRecords.length > 0 && (
          <Table
            caption="Its money at Stripe, the latest first"
            rows={remoteRecords}
            rowKey={({ remoteId }) => remoteId}
            columns={[
              { key: 'kind', title: 'What', heading: true, cell: ({ kind }) => capital(inWords(kind)) },
              {
                key: 'status',
                title: 'State',
                cell: ({ status, code }) => `${inWords(status)}${code === null ? '' : ` (${code})`}`,
              },
              { key: 'seen', title: 'Seen', cell: ({ observedAt }) => <Age at={observedAt} /> },
              {
                key: 'amount',
                title: 'Amount',
                align: 'end',
                cell: ({ amountMinor, currency }) => <Money minor={amountMinor} currency={currency} />,
              },
            ]}
          />
        )}
      </div>
    </Card>
  );
}
