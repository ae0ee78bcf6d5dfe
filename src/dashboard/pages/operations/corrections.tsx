import { Plus } from 'lucide-react';
import { Link } from 'react-router';
import { type ItemOf, take } from '../../../client/index.ts';
import { client } from '../../api.ts';
import { useMay } from '../../session.tsx';
import { ButtonLink } from '../../ui/button.tsx';
import { Card } from '../../ui/card.tsx';
import { Money, Quantity } from '../../ui/format.tsx';
import { LoadMore, usePages } from '../../ui/load-more.tsx';
import { Page } from '../../ui/page.tsx';
import { PagedTable } from '../../ui/paged-table.tsx';
import { StateBadge } from '../../ui/state-words.tsx';
import { Empty, QueryView } from '../../ui/states.tsx';
import { type Column, Table } from '../../ui/table.tsx';
import { useStateLabels } from '../../ui/words.ts';
import { Age } from './parts/age.tsx';
import { FilterSelect, useFilter } from './parts/filters.tsx';
import css from './parts/parts.module.css';

type Correction = ItemOf<'/v1/usage/corrections'>;
type Source = ItemOf<'/v1/usage/sources'>;

const states = ['previewed', 'applied', 'refused', 'discarded'] as const;

/** Corrections of usage, and who sends usage at all. */
export default function CorrectionsPage() {
  const [state] = useFilter('state');
  const mayCorrect = useMay('invoices:write');
  const labelOf = useStateLabels('correction');
  const query = usePages<Correction>(['operations', 'corrections', state], (cursor, signal) => {
    const filter = { cursor, ...(state !== '' && { state: state as Correction['state'] }) };
    return take(client.GET('/v1/usage/corrections', { params: { query: filter }, signal }));
  });
  return (
    <Page
      title="Corrections"
      lead="Usage is corrected by new versions of events, also in periods that are billed. Each correction is previewed, and applied just as it was shown or not at all."
      actions={
        mayCorrect && (
          <ButtonLink to="/operations/corrections/new" kind="primary" icon={<Plus size={16} aria-hidden="true" />}>
            Correct usage
          </ButtonLink>
        )
      }
    >
      <div className="stack">
        <div className={css['filters']}>
          <FilterSelect
            name="state"
            label="State"
            all="Any state"
            options={states.map((id) => ({ id, label: labelOf(id) }))}
          />
        </div>
        <Card flush>
          <PagedTable
            query={query}
            caption="Corrections, the newest first"
            columns={columns}
            what="corrections"
            empty={<Empty title="There is no correction like this.">Usage has stayed as it was sent.</Empty>}
          />
        </Card>
        <Sources />
      </div>
    </Page>
  );
}

const columns: readonly Column<Correction>[] = [
  {
    key: 'reason',
    title: 'Why',
    heading: true,
    cell: ({ id, reason }) => <Link to={`/operations/corrections/${id}`}>{reason}</Link>,
  },
  {
    key: 'state',
    title: 'State',
    cell: ({ state }) => <StateBadge subject="correction" state={state} />,
  },
  { key: 'invoices', title: 'Invoices', align: 'end', cell: ({ invoiceCount }) => <Quantity value={invoiceCount} /> },
  {
    key: 'difference',
    title: 'Difference',
    align: 'end',
    cell: ({ differences }) => <Differences differences={differences} />,
  },
  {
    key: 'previewed',
    title: 'Previewed',
    cell: ({ actor, previewedAt }) => <Step by={actor} at={previewedAt} />,
  },
  {
    key: 'ended',
    title: 'Answered',
    cell: ({ endedBy, endedAt }) =>
      endedBy === null || endedAt === null ? <span className="muted">–</span> : <Step by={endedBy} at={endedAt} />,
  },
];

function Step({ by, at }: { by: string; at: string }) {
  return (
    <span className="stack-tight">
      <span className={css['break']}>{by}</span>
      <span className="muted">
        <Age at={at} />
      </span>
    </span>
  );
}

export function Differences({ differences }: { differences: Correction['differences'] }) {
  if (differences.length === 0) return <span className="muted">None</span>;
  return (
    <span className="stack-tight">
      {differences.map(({ currency, amountMinor }) => (
        <Money key={currency} minor={amountMinor} currency={currency} signed />
      ))}
    </span>
  );
}

/** Whether usage still comes in, source by source. */
function Sources() {
  const query = usePages<Source>(['operations', 'sources'], (cursor, signal) =>
    take(client.GET('/v1/usage/sources', { params: { query: { cursor } }, signal })),
  );
  return (
    <Card title="Who sends usage" description="A source that has fallen silent may leave bills too low." flush>
      <QueryView query={query}>
        {(sources) =>
          sources.length === 0 ? (
            <Empty title="No usage has come in yet.">It is sent by your product to the API.</Empty>
          ) : (
            <Table
              caption="Sources of usage"
              rows={sources}
              rowKey={({ source }) => source}
              columns={[
                { key: 'source', title: 'Source', heading: true, cell: ({ source }) => source },
                {
                  key: 'last',
                  title: 'Heard of last',
                  cell: ({ lastReceivedAt }) => <Age at={lastReceivedAt} />,
                },
                {
                  key: 'day',
                  title: 'Last 24 hours',
                  align: 'end',
                  cell: ({ lastDayCount }) => <Quantity value={lastDayCount} />,
                },
                {
                  key: 'all',
                  title: 'Total',
                  align: 'end',
                  cell: ({ eventCount }) => <Quantity value={eventCount} />,
                },
              ]}
            />
          )
        }
      </QueryView>
      <LoadMore query={query} what="sources" />
    </Card>
  );
}
