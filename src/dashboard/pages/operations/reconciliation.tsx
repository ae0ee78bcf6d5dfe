import { Scale } from 'lucide-react';
import { Link } from 'react-router';
import { type ItemOf, take } from '../../../client/index.ts';
import { client } from '../../api.ts';
import { Badge } from '../../ui/badge.tsx';
import { Card } from '../../ui/card.tsx';
import { Checkbox } from '../../ui/field.tsx';
import { Quantity } from '../../ui/format.tsx';
import { usePages } from '../../ui/load-more.tsx';
import { Page } from '../../ui/page.tsx';
import { PagedTable } from '../../ui/paged-table.tsx';
import { Empty } from '../../ui/states.tsx';
import type { Column } from '../../ui/table.tsx';
import { Action, because } from './parts/action.tsx';
import { Age } from './parts/age.tsx';

type Reconciliation = ItemOf<'/v1/reconciliations'>;

export const reconciliationWords: Record<Reconciliation['kind'], string> = {
  nightly: 'Nightly comparison',
  'on-demand': 'Comparison on demand',
  adoption: 'Adoption after a restore',
};

/** Days that are looked at unless everything is. */
const usualDays = 35;

/** Whether the books and Stripe agree. */
export default function ReconciliationPage() {
  const query = usePages<Reconciliation>(['operations', 'reconciliations'], (cursor, signal) =>
    take(client.GET('/v1/reconciliations', { params: { query: { cursor } }, signal })),
  );
  return (
    <Page
      title="Reconciliation"
      lead="Every night the books are compared with Stripe. What is safe is repaired by the invoice's own sync; the rest waits for you."
      actions={<Order />}
    >
      <Card flush>
        <PagedTable
          query={query}
          caption="Reconciliations, the latest first"
          columns={columns}
          what="reconciliations"
          empty={
            <Empty title="The books have not been compared yet.">It is done every night at 03:00 UTC, or now.</Empty>
          }
        />
      </Card>
    </Page>
  );
}

const columns: readonly Column<Reconciliation>[] = [
  {
    key: 'kind',
    title: 'Reconciliation',
    heading: true,
    cell: ({ id, kind }) => <Link to={`/operations/reconciliation/${id}`}>{reconciliationWords[kind]}</Link>,
  },
  { key: 'at', title: 'Asked', cell: ({ requestedAt }) => <Age at={requestedAt} /> },
  { key: 'by', title: 'By', cell: ({ askedBy }) => askedBy },
  {
    key: 'seen',
    title: 'Invoices seen',
    align: 'end',
    cell: ({ counts }) => <Quantity value={counts['invoices'] ?? 0} />,
  },
  {
    key: 'alerted',
    title: 'Found',
    cell: ({ finishedAt, counts }) => {
      if (finishedAt === null) return <Badge tone="info">Under way</Badge>;
      const alerted = counts['alerted'] ?? 0;
      return alerted > 0 ? <Badge tone="bad">{alerted} for you</Badge> : <Badge tone="good">Nothing for you</Badge>;
    },
  },
];

function Order() {
  return (
    <Action
      label="Compare now"
      kind="primary"
      icon={<Scale size={16} aria-hidden="true" />}
      title="Compare the books with Stripe now?"
      scope="reconciliations:write"
      what="Every difference is written down with the evidence of both sides. It reads at Stripe, at the pace that is left beside syncs."
      fields={
        <Checkbox name="all" help={`Otherwise only what was created at Stripe within the last ${usualDays} days.`}>
          Look at everything
        </Checkbox>
      }
      run={async ({ reason, fields }) => {
        const from = new Date(Date.now() - usualDays * 86_400_000).toISOString();
        const started = await take(
          client.POST('/v1/reconciliations', {
            body: fields['all'] === undefined ? { from } : {},
            headers: because(reason),
          }),
        );
        return {
          text: (
            <>
              It has been started. <Link to={`/operations/reconciliation/${started.id}`}>See what it finds</Link>
            </>
          ),
          workflowUrl: started.workflowUrl,
          audit: { kind: 'reconciliation', id: started.id },
        };
      }}
      changes={[['operations', 'reconciliations']]}
    />
  );
}
