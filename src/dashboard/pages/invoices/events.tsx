import { Download } from 'lucide-react';
import { Link } from 'react-router';
import { take } from '../../../client/index.ts';
import { client } from '../../api.ts';
import { useCustomerLink } from '../../customer.tsx';
import { Badge } from '../../ui/badge.tsx';
import { ButtonAnchor } from '../../ui/button.tsx';
import { Card } from '../../ui/card.tsx';
import { When } from '../../ui/format.tsx';
import { LoadMore, usePages } from '../../ui/load-more.tsx';
import { Empty, QueryView, Skeleton } from '../../ui/states.tsx';
import { type Column, Table } from '../../ui/table.tsx';
import { apiAddress, usageSearch } from '../usage/address.ts';
import type { Line, ProofEvent } from './queries.ts';

/** The raw events behind a line, as they came in. */
export function EventsOf({ invoiceId, line }: { invoiceId: string; line: Line }) {
  const { position } = line;
  const link = useCustomerLink();
  const query = usePages<ProofEvent>(['invoice', invoiceId, 'events', position], (cursor, signal) =>
    take(
      client.GET('/v1/invoices/{id}/proof/events', {
        params: {
          path: { id: invoiceId },
          query: { line: position, limit: 25, ...(cursor !== undefined && { cursor }) },
        },
        signal,
      }),
    ),
  );
  return (
    <Card
      title="The events behind it"
      description="Each one as it was received. The fingerprint is over its whole content, so that your own record can be held against it."
      action={
        query.items !== undefined &&
        query.items.length > 0 && (
          <ButtonAnchor
            size="small"
            href={apiAddress(`/v1/invoices/${invoiceId}/proof/events/csv`, { line: String(position) })}
            download
            icon={<Download size={16} aria-hidden="true" />}
          >
            CSV
          </ButtonAnchor>
        )
      }
      flush
    >
      <QueryView query={query} skeleton={<Skeleton lines={6} />}>
        {(events) =>
          events.length === 0 ? (
            <Empty title="No event stands behind this line" />
          ) : (
            <>
              <Table
                caption="Events, the earliest first"
                columns={columnsOf((event) => `${link('/usage/events')}?${searchOf(event, line)}`)}
                rows={events}
                rowKey={keyOf}
              />
              <LoadMore query={query} what="events" />
            </>
          )
        }
      </QueryView>
    </Card>
  );
}

const keyOf = ({ source, id, version }: ProofEvent) => `${source} ${id} ${version}`;

/** An event that was taken away since is to be found as well. */
const searchOf = ({ source, id: event }: ProofEvent, { meterKey, periodStartAt, periodEndAt }: Line) =>
  usageSearch({
    ...{ source, event, versions: 'all' },
    ...{ meter: meterKey ?? undefined, from: periodStartAt ?? undefined, to: periodEndAt ?? undefined },
  });

const columnsOf = (addressOf: (event: ProofEvent) => string): Column<ProofEvent>[] => [
  { key: 'at', title: 'When', heading: true, cell: ({ occurredAt }) => <When at={occurredAt} time /> },
  {
    key: 'id',
    title: 'Event',
    cell: (event) => (
      <Link to={addressOf(event)}>
        <code>{event.id}</code>
      </Link>
    ),
  },
  { key: 'source', title: 'Source', wideOnly: true, cell: ({ source }) => source },
  {
    key: 'counts',
    title: 'Counts',
    cell: ({ isSkipped, isLate, correctedAt }) => {
      if (isLate) return <Badge tone="warn">arrived later</Badge>;
      if (correctedAt !== null) return <Badge tone="warn">corrected since</Badge>;
      return isSkipped ? <Badge>left out</Badge> : <Badge tone="good">counted</Badge>;
    },
  },
  {
    key: 'hash',
    title: 'Fingerprint',
    wideOnly: true,
    cell: ({ contentHash }) =>
      contentHash === null ? '–' : <code title={contentHash}>{contentHash.slice(0, 12)}…</code>,
  },
];
