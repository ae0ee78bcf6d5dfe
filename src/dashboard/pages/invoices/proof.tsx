import { Link } from 'react-router';
import { useCustomerLink } from '../../customer.tsx';
import { Badge } from '../../ui/badge.tsx';
import { Card, Facts } from '../../ui/card.tsx';
import { When } from '../../ui/format.tsx';
import { QueryView, Skeleton } from '../../ui/states.tsx';
import { type Column, Table } from '../../ui/table.tsx';
import { Comparisons, Verdict } from './comparisons.tsx';
import { type Invoice, type LineProof, type Proof, useProof } from './queries.ts';

/** That the events counted, the quantity rated and the amount asked for are the same, computed again while one looks. */
export function ProofOf({ invoice }: { invoice: Invoice }) {
  const query = useProof(invoice.id);
  return (
    <QueryView
      query={query}
      skeleton={
        <Card title="Computing the invoice again">
          <Skeleton lines={6} label="Computing the invoice again from its events" />
        </Card>
      }
    >
      {(proof) => (
        <div className="stack">
          <Card
            title="The whole invoice"
            description={
              proof.removed === null
                ? 'Computed again just now, from the raw events.'
                : 'Computed again just now, from what was recorded of the raw events before they were removed.'
            }
          >
            <div className="stack">
              <Verdict holds={proof.holds}>
                {proof.failure ??
                  (proof.holds
                    ? 'Events, quantities, amounts and the copy at our payment provider say the same.'
                    : 'We have been told of it where it is our fault; the sentences below say what differs.')}
              </Verdict>
              <Comparisons comparisons={proof.comparisons} />
            </div>
          </Card>
          <LinesOf invoice={invoice} proof={proof} />
          <Records proof={proof} />
        </div>
      )}
    </QueryView>
  );
}

function LinesOf({ invoice, proof }: { invoice: Invoice; proof: Proof }) {
  const link = useCustomerLink();
  const columns: Column<LineProof>[] = [
    {
      key: 'what',
      title: 'Line',
      heading: true,
      cell: ({ position, description }) =>
        position === null ? (
          description
        ) : (
          <Link to={link(`/invoices/${invoice.id}/lines/${position}`)}>{description}</Link>
        ),
    },
    {
      key: 'events',
      title: 'Events',
      align: 'end',
      cell: ({ evidence }) => (evidence === null ? '–' : evidence.events.toLocaleString()),
    },
    {
      key: 'holds',
      title: 'Verdict',
      cell: ({ holds }) => (holds ? <Badge tone="good">agrees</Badge> : <Badge tone="bad">differs</Badge>),
    },
    {
      key: 'digest',
      title: 'Fingerprint of all its events',
      wideOnly: true,
      cell: ({ evidence }) =>
        evidence === null || evidence.digest === '' ? (
          '–'
        ) : (
          <code title={evidence.digest}>{evidence.digest.slice(0, 16)}…</code>
        ),
    },
  ];
  return (
    <Card title="Line by line" flush>
      <Table
        caption="Each line, computed again"
        columns={columns}
        rows={proof.lines}
        rowKey={({ position, priceKey }) => `${position} ${priceKey}`}
      />
    </Card>
  );
}

/** What is written down of it, and that nobody has changed it since. */
function Records({ proof: { atStripe, history, usageCutAt } }: { proof: Proof }) {
  return (
    <Card
      title="The record"
      description="Every step of this invoice is chained to the one before, so that none can be changed unseen."
    >
      <div className="stack">
        <Facts
          facts={[
            ['Usage was read', <When key="cut" at={usageCutAt} time />],
            ['Steps on record', String(history.links)],
            [
              'The chain',
              history.holds ? (
                <Badge key="chain" tone="good">
                  unbroken
                </Badge>
              ) : (
                <Badge key="chain" tone="bad">
                  broken
                </Badge>
              ),
            ],
            ...(history.headHash === null
              ? []
              : ([
                  [
                    'Its fingerprint; keep it, and nobody changes what is before it',
                    <code key="head">{history.headHash}</code>,
                  ],
                ] as const)),
            ...(atStripe === null
              ? []
              : ([
                  ['At our payment provider', `${atStripe.status} (${atStripe.remoteId})`],
                  ['Confirmed there', <When key="there" at={atStripe.recordedAt} time />],
                ] as const)),
          ]}
        />
      </div>
    </Card>
  );
}
