import { CreditCard, Download } from 'lucide-react';
import { useState } from 'react';
import { Link, useParams } from 'react-router';
import { useCustomerLink } from '../../customer.tsx';
import { ButtonAnchor } from '../../ui/button.tsx';
import { Card, Stat } from '../../ui/card.tsx';
import { Day, Money, periodText, useFormats, When } from '../../ui/format.tsx';
import { Page } from '../../ui/page.tsx';
import { StateWords } from '../../ui/state-words.tsx';
import { Notice, QueryView, Skeleton } from '../../ui/states.tsx';
import { Tabs } from '../../ui/tabs.tsx';
import { Lines } from './lines.tsx';
import { Money as MoneyOfInvoice } from './money.tsx';
import { PartiesOf } from './parties.tsx';
import { ProofOf } from './proof.tsx';
import { type Invoice, useInvoice } from './queries.ts';
import { payPageOf, standingSentence } from './standing.ts';

/** One invoice: what is owed and when, what it is made of, what was paid, and the proof of it. */
export function InvoicePage() {
  const { id = '' } = useParams();
  const [isPaying, setPaying] = useState(false);
  const query = useInvoice(id, isPaying);
  return (
    <QueryView query={query} skeleton={<InvoiceSkeleton />}>
      {(invoice) => <Shown invoice={invoice} isPaying={isPaying} onPay={() => setPaying(true)} />}
    </QueryView>
  );
}

function InvoiceSkeleton() {
  return (
    <Page title="Invoice">
      <Skeleton lines={8} />
    </Page>
  );
}

function Shown({ invoice, isPaying, onPay }: { invoice: Invoice; isPaying: boolean; onPay: () => void }) {
  const formats = useFormats();
  const link = useCustomerLink();
  const { id, number, periodStartAt, periodEndAt, standing, payment, notice } = invoice;
  const payPage = payPageOf(invoice);
  const period = periodText(formats, periodStartAt, periodEndAt);
  return (
    <Page
      title={number === null ? `Invoice for ${period}` : `Invoice ${number}`}
      badge={<StateWords subject="invoice-standing" state={standing} />}
      lead={number === null ? undefined : `For ${period}.`}
      back={<Link to={link('/invoices')}>All invoices</Link>}
      actions={
        <>
          {payPage !== null && (
            // The press is noticed on the way, so that this page knows that money may be coming.
            // biome-ignore lint/a11y/noStaticElementInteractions: the link inside is what is pressed
            // biome-ignore lint/a11y/useKeyWithClickEvents: pressing a link by key is a click too
            <span onClick={onPay}>
              <ButtonAnchor kind="primary" href={payPage} newTab icon={<CreditCard size={16} aria-hidden="true" />}>
                Pay now
              </ButtonAnchor>
            </span>
          )}
          <ButtonAnchor href={`/v1/invoices/${id}/pdf`} download icon={<Download size={16} aria-hidden="true" />}>
            PDF
          </ButtonAnchor>
        </>
      }
    >
      {isPaying && payment !== 'paid' && (
        <Notice title="Waiting for your payment" tone="info">
          Finish it on the page that has opened. This page follows by itself as soon as the money is confirmed.
        </Notice>
      )}
      {isPaying && payment === 'paid' && <Notice title="Your payment has arrived. Thank you." tone="good" />}
      <Summary invoice={invoice} />
      {notice !== null && <Notice tone="info">{notice}</Notice>}
      <Gaps invoice={invoice} />
      <Tabs
        label="Parts of the invoice"
        items={[
          { id: 'lines', title: 'What it is for', content: <Lines invoice={invoice} /> },
          { id: 'money', title: 'Payments and credits', content: <MoneyOfInvoice invoice={invoice} /> },
          { id: 'proof', title: 'Proof', content: <ProofOf invoice={invoice} /> },
          { id: 'details', title: 'Details', content: <PartiesOf invoice={invoice} /> },
        ]}
      />
    </Page>
  );
}

function Summary({ invoice }: { invoice: Invoice }) {
  const formats = useFormats();
  const { currency, totalMinor, amountPaidMinor, amountDueMinor, lifecycle, paymentDueOn, issuedAt, dueAt, zone } =
    invoice;
  const isFinal = lifecycle === 'issued' || lifecycle === 'void';
  const sentence = standingSentence(invoice, formats);
  return (
    <Card>
      <div className="stack">
        <div className="stats">
          <Stat label="Total" size="large" value={<Money minor={totalMinor} currency={currency} />} />
          {isFinal && <Stat label="Paid" value={<Money minor={amountPaidMinor} currency={currency} />} />}
          {isFinal && <Stat label="Still to be paid" value={<Money minor={amountDueMinor} currency={currency} />} />}
          <Stat
            label={issuedAt === null ? 'Becomes final' : 'Issued'}
            value={<When at={issuedAt ?? dueAt} zone={zone} />}
          />
          {paymentDueOn !== null && <Stat label="To be paid by" value={<Day on={paymentDueOn} />} />}
        </div>
        {sentence !== null && <p>{sentence}</p>}
      </div>
    </Card>
  );
}

/** Says so where data may be missing: nothing used is not the same as nothing heard. */
function Gaps({ invoice: { dataGaps, lifecycle } }: { invoice: Invoice }) {
  const formats = useFormats();
  if (dataGaps === null || dataGaps.length === 0) return null;
  return (
    <Notice tone="warn" title="Some usage may be missing">
      <ul>
        {dataGaps.map(({ source, eventType, lastOccurredAt, silentDays }) => (
          <li key={`${source} ${eventType}`}>
            Nothing has come from “{source}” for {formats.number(silentDays)} days before the end of the period (its
            last event was on {formats.date(lastOccurredAt)}).
          </li>
        ))}
      </ul>
      {lifecycle === 'draft' && <p>What still arrives before the invoice becomes final is added to it.</p>}
    </Notice>
  );
}
