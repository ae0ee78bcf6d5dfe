import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from 'react-router';
import { type ItemOf, take } from '../../../client/index.ts';
import { client } from '../../api.ts';
import { Badge, type Tone } from '../../ui/badge.tsx';
import { Card, Stat } from '../../ui/card.tsx';
import { Quantity } from '../../ui/format.tsx';
import { LoadMore, usePages } from '../../ui/load-more.tsx';
import { Page } from '../../ui/page.tsx';
import { Empty, QueryView } from '../../ui/states.tsx';
import { WorkflowLink } from './parts/action.tsx';
import { Age } from './parts/age.tsx';
import { CodeBlock } from './parts/code-block.tsx';
import { FilterSelect, useFilter } from './parts/filters.tsx';
import css from './parts/parts.module.css';
import { capital, inWords } from './parts/words.ts';
import { reconciliationWords } from './reconciliation.tsx';

type Difference = ItemOf<'/v1/reconciliations/{id}/differences'>;

const states: Record<Difference['state'], [tone: Tone, text: string]> = {
  open: ['info', 'Just found'],
  repairing: ['info', 'Its sync looks'],
  repaired: ['good', 'Repaired'],
  alerted: ['bad', 'Waits for you'],
  closed: ['good', 'Not found any more'],
};

/** What each kind means and what to do, as the run book says it. */
const kinds: Record<Difference['kind'], [means: string, mend: string]> = {
  missing: [
    'The books have it as sent, and Stripe has no such invoice.',
    "See in Stripe's log who deleted it. Nothing is sent again by itself: void ours.",
  ],
  orphan: [
    'Stripe has it with our mark, and the books do not mean it.',
    'After a restore the next runs make it again. Otherwise it was copied by hand: void it, or delete the draft, there.',
  ],
  duplicate: [
    'There is a second live copy.',
    'If nobody has paid the second one, void it at Stripe. If somebody has, refund there first.',
  ],
  amount: [
    'The customer is asked for another amount than the books say.',
    'Find out which is right. While nobody has paid, voiding ours takes it back.',
  ],
  line: ['A line differs.', 'Find out which is right. While nobody has paid, voiding ours takes it back.'],
  currency: ['The currency differs.', 'Find out which is right. While nobody has paid, voiding ours takes it back.'],
  status: ['A repair did not help: the states differ.', 'Compare both histories. Void there by hand: void ours too.'],
  number: [
    'The two carry different numbers.',
    "The customer has read Stripe's. That of a final one cannot be changed.",
  ],
  customer: [
    'The customer is deleted at Stripe, or another one stands on the invoice.',
    'Give the mark back, or mend the mapping by a fix.',
  ],
  mark: ['Our mark was taken off an invoice.', 'Write it back into its metadata at Stripe.'],
  auto_advance: [
    'Stripe would collect by itself, beside Durabill.',
    'Turn automatic collection off for it in Stripe’s dashboard.',
  ],
};

const lookAgainMs = 3_000;

/** One reconciliation: what it has seen, and the differences with the evidence of both sides. */
export default function ReconciliationRunPage() {
  const { reconciliationId: id = '' } = useParams();
  const [state] = useFilter('state');
  const query = useQuery({
    queryKey: ['operations', 'reconciliations', 'one', id],
    queryFn: ({ signal }) => take(client.GET('/v1/reconciliations/{id}', { params: { path: { id } }, signal })),
    refetchInterval: ({ state: { data } }) => (data !== undefined && data.finishedAt === null ? lookAgainMs : false),
  });
  const finishedAt = query.data?.finishedAt ?? null;
  const differences = usePages<Difference>(['operations', 'differences', id, state, finishedAt], (cursor, signal) => {
    const filter = { cursor, ...(state !== '' && { state: state as Difference['state'] }) };
    return take(
      client.GET('/v1/reconciliations/{id}/differences', { params: { path: { id }, query: filter }, signal }),
    );
  });
  return (
    <Page
      title={query.data === undefined ? 'Reconciliation' : reconciliationWords[query.data.kind]}
      back={<Link to="/operations/reconciliation">Reconciliation</Link>}
      {...(query.data !== undefined && {
        badge: finishedAt === null ? <Badge tone="info">Under way</Badge> : <Badge tone="good">Finished</Badge>,
      })}
      actions={<WorkflowLink url={query.data?.workflowUrl ?? null} />}
    >
      <div className="stack">
        <QueryView query={query}>
          {(run) => (
            <Card
              title="What it has seen"
              description={
                <>
                  Asked for by {run.askedBy}, <Age at={run.requestedAt} />
                </>
              }
            >
              <div className={css['numbers']}>
                {Object.entries(run.counts).map(([name, count]) => (
                  <Stat key={name} label={capital(inWords(name))} value={<Quantity value={count} />} />
                ))}
                {Object.keys(run.counts).length === 0 && <p className="muted">Nothing yet.</p>}
              </div>
            </Card>
          )}
        </QueryView>
        <div className={css['filters']}>
          <FilterSelect
            name="state"
            label="Differences"
            all="All of them"
            options={Object.entries(states).map(([key, [, label]]) => ({ id: key, label }))}
          />
        </div>
        <QueryView query={differences}>
          {(found) =>
            found.length === 0 ? (
              <Card>
                <Empty title="No difference like this.">The books and Stripe agree.</Empty>
              </Card>
            ) : (
              found.map((difference) => <DifferenceCard key={difference.id} difference={difference} />)
            )
          }
        </QueryView>
        <LoadMore query={differences} what="differences" />
      </div>
    </Page>
  );
}

function DifferenceCard({ difference }: { difference: Difference }) {
  const { kind, state, invoiceId, customerId, remoteId, ours, theirs, openedAt } = difference;
  const [tone, text] = states[state];
  const [means, mend] = kinds[kind];
  return (
    <Card
      title={`${capital(inWords(kind))}: ${means}`}
      description={
        <>
          Found <Age at={openedAt} />. {state === 'alerted' && mend}
        </>
      }
      action={<Badge tone={tone}>{text}</Badge>}
    >
      <div className="stack">
        <div className="row">
          {invoiceId !== null && (
            <Link to={`/operations/invoices/${invoiceId}`}>The invoice, its tries and its money</Link>
          )}
          {customerId !== null && <Link to={`/operations/manage/${customerId}`}>The customer</Link>}
          {remoteId !== null && <code className={css['break']}>{remoteId}</code>}
        </div>
        <div className={css['pair']}>
          <Evidence title="The books" evidence={ours} />
          <Evidence title="Stripe" evidence={theirs} />
        </div>
      </div>
    </Card>
  );
}

function Evidence({ title, evidence }: { title: string; evidence: Record<string, unknown> }) {
  return (
    <div className="stack-tight">
      <h3>{title}</h3>
      <CodeBlock label={title} text={JSON.stringify(evidence, null, 2)} />
    </div>
  );
}
