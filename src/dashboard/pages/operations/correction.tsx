import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from 'react-router';
import { type AnswerOf, take } from '../../../client/index.ts';
import { client } from '../../api.ts';
import { ButtonLink } from '../../ui/button.tsx';
import { Card, Stat } from '../../ui/card.tsx';
import { Money, Period, Quantity } from '../../ui/format.tsx';
import { Page } from '../../ui/page.tsx';
import { StateWords } from '../../ui/state-words.tsx';
import { Notice, QueryView } from '../../ui/states.tsx';
import { Table } from '../../ui/table.tsx';
import { Differences } from './corrections.tsx';
import { Action, because } from './parts/action.tsx';
import { Age } from './parts/age.tsx';
import { CodeBlock } from './parts/code-block.tsx';
import css from './parts/parts.module.css';

type Correction = AnswerOf<'/v1/usage/corrections/{id}'>;
type Changed = Correction['invoices'][number];

const treatments: Record<Changed['treatment'], string> = {
  rebuilt: 'It is a draft, and is computed again.',
  'next-invoice': 'The difference is billed, or given back, on the next invoice.',
  reissue: 'It is voided, and its periods are billed again.',
};

/** A correction as it was previewed, line by line, and its answer. */
export default function CorrectionPage() {
  const { correctionId: id = '' } = useParams();
  const query = useQuery({
    queryKey: ['operations', 'correction', id],
    queryFn: ({ signal }) => take(client.GET('/v1/usage/corrections/{id}', { params: { path: { id } }, signal })),
  });
  const correction = query.data;
  return (
    <Page
      title="Correction of usage"
      {...(correction !== undefined && {
        badge: <StateWords subject="correction" state={correction.state} />,
        lead: `“${correction.reason}”`,
      })}
      back={<Link to="/operations/corrections">Corrections</Link>}
      actions={
        correction !== undefined && (
          <>
            <ButtonLink to={`/operations/audit?subject=${correction.id}`}>Audit entries</ButtonLink>
            {correction.state === 'previewed' && <Answers correction={correction} />}
          </>
        )
      }
    >
      <QueryView query={query}>{(found) => <Shown correction={found} />}</QueryView>
    </Page>
  );
}

const changesOf = (id: string) => [
  ['operations', 'correction', id],
  ['operations', 'corrections'],
  ['operations', 'invoice'],
  ['operations', 'invoices'],
];

function Answers({ correction: { id, invoiceCount, differences } }: { correction: Correction }) {
  const params = { path: { id } };
  return (
    <>
      <Action
        label="Discard"
        title="Give this correction up?"
        scope="invoices:write"
        what="Nothing was changed, and nothing will be."
        run={async ({ reason }) => {
          await take(client.POST('/v1/usage/corrections/{id}/discard', { params, headers: because(reason) }));
          return { text: 'It is discarded.', audit: { kind: 'usage-correction', id } };
        }}
        changes={changesOf(id)}
      />
      <Action
        label="Apply"
        kind="primary"
        title="Apply this correction?"
        scope="invoices:write"
        what={
          <>
            <p>
              {invoiceCount === 1 ? 'One invoice changes' : `${invoiceCount} invoices change`} as shown here. If
              anything has moved since the preview, it is refused and nothing is done.
            </p>
            <Differences differences={differences} />
          </>
        }
        run={async ({ reason }) => {
          await take(client.POST('/v1/usage/corrections/{id}/apply', { params, headers: because(reason) }));
          return { text: 'It is applied, just as it was shown.', audit: { kind: 'usage-correction', id } };
        }}
        changes={changesOf(id)}
      />
    </>
  );
}

function Shown({ correction }: { correction: Correction }) {
  const { events, differences, invoices, failures, state, endReason } = correction;
  return (
    <div className="stack">
      {state === 'refused' && (
        <Notice tone="warn" title="It was refused: it would have done something else than was shown.">
          {endReason} Preview it again to see what it does now.
        </Notice>
      )}
      <Card
        title="What it does"
        description={
          <>
            Previewed by {correction.actor}, <Age at={correction.previewedAt} />.
            {invoices.length > 0 && ' Periods are in each customer’s time zone.'}
          </>
        }
      >
        <div className={css['numbers']}>
          <Stat label="Difference" size="large" value={<Differences differences={differences} />} />
          <Stat label="Invoices" value={<Quantity value={correction.invoiceCount} />} />
          <Stat label="Events changed" value={<Quantity value={events.amended} />} />
          <Stat label="Events taken out" value={<Quantity value={events.deprecated} />} />
          <Stat label="Events added" value={<Quantity value={events.backfilled} />} />
        </div>
      </Card>
      {(state === 'applied' || state === 'discarded') && <Ended correction={correction} state={state} />}
      {failures.length > 0 && (
        <Notice tone="warn" title={`${failures.length} invoices cannot be computed any more, and stay as they are.`}>
          {failures[0]?.reason}
        </Notice>
      )}
      {invoices.map((invoice) => (
        <InvoiceCard key={invoice.invoiceId} invoice={invoice} />
      ))}
      {invoices.length === 0 && (
        <Notice>No invoice changes: what is corrected was not billed, or comes to the same.</Notice>
      )}
      <details>
        <summary className="muted">What was asked for</summary>
        <CodeBlock label="What was asked for" text={JSON.stringify(correction.content, null, 2)} />
      </details>
    </div>
  );
}

/** Who has answered it, when and why. */
function Ended({ correction, state }: { correction: Correction; state: 'applied' | 'discarded' }) {
  const { endedBy, endedAt, endReason } = correction;
  return (
    <Card title={state === 'applied' ? 'Who has applied it' : 'Who has discarded it'}>
      <p>
        <span className={css['break']}>{endedBy}</span>
        {endedAt !== null && (
          <>
            , <Age at={endedAt} />
          </>
        )}
      </p>
      {endReason !== null && <p className="muted">“{endReason}”</p>}
    </Card>
  );
}

/** Months are those of the customer's zone, which the correction does not tell. */
function useZone(customerId: string): string {
  const query = useQuery({
    queryKey: ['customer', customerId],
    queryFn: ({ signal }) => take(client.GET('/v1/customers/{id}', { params: { path: { id: customerId } }, signal })),
  });
  return query.data?.zone ?? 'UTC';
}

function InvoiceCard({ invoice }: { invoice: Changed }) {
  const zone = useZone(invoice.customerId);
  const { currency, lines } = invoice;
  const money = (minor: number, signed = false) => <Money minor={minor} currency={currency} signed={signed} />;
  return (
    <Card
      title={
        <Link to={`/operations/invoices/${invoice.invoiceId}`}>
          {invoice.number ?? 'Draft'} ·{' '}
          <Period startAt={invoice.periodStartAt} endAt={invoice.periodEndAt} zone={zone} />
        </Link>
      }
      description={treatments[invoice.treatment]}
      action={<Stat label="Difference" value={money(invoice.differenceMinor, true)} />}
      flush
    >
      <Table
        caption={`Lines of ${invoice.number ?? 'the draft'} that change`}
        rows={lines}
        rowKey={({ periodId, priceKey, group }) => `${periodId} ${priceKey} ${group?.join(' ') ?? ''}`}
        columns={[
          {
            key: 'line',
            title: 'Line',
            heading: true,
            cell: ({ description, group }) => `${description}${group === null ? '' : ` (${group.join(', ')})`}`,
          },
          {
            key: 'quantity',
            title: 'Quantity',
            align: 'end',
            cell: ({ quantityBefore, quantityAfter }) => (
              <>
                {quantityBefore === null ? '–' : <Quantity value={quantityBefore} />} →{' '}
                {quantityAfter === null ? '–' : <Quantity value={quantityAfter} />}
              </>
            ),
          },
          {
            key: 'billed',
            title: 'Billed',
            align: 'end',
            cell: (line) => money(line.billedMinor + line.adjustedMinor),
          },
          { key: 'after', title: 'Comes to', align: 'end', cell: ({ afterMinor }) => money(afterMinor) },
          {
            key: 'difference',
            title: 'Difference',
            align: 'end',
            cell: ({ differenceMinor }) => money(differenceMinor, true),
          },
        ]}
      />
    </Card>
  );
}
