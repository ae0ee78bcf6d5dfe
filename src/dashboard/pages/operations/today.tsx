import { useQuery } from '@tanstack/react-query';
import { ChevronRight, CircleCheck, RefreshCw } from 'lucide-react';
import { Link } from 'react-router';
import { type AnswerOf, take } from '../../../client/index.ts';
import { client } from '../../api.ts';
import { Button } from '../../ui/button.tsx';
import { Page } from '../../ui/page.tsx';
import { Notice, QueryView, Skeleton } from '../../ui/states.tsx';
import { WorkflowLink } from './parts/action.tsx';
import { Age } from './parts/age.tsx';
import { inWords, type WaitingKind, waitingWords } from './parts/words.ts';
import css from './today.module.css';

type Summary = AnswerOf<'/v1/operations/summary'>;
type Waiting = Summary['waiting'][number];

/** Seconds between two looks while the page is open. */
const lookAgainMs = 30_000;

/** What waits for a person, the most urgent first. */
export default function TodayPage() {
  const query = useQuery({
    queryKey: ['operations', 'summary'],
    queryFn: ({ signal }) => take(client.GET('/v1/operations/summary', { signal })),
    refetchInterval: lookAgainMs,
  });
  return (
    <Page
      title="Today"
      lead="What waits for a person, the most urgent first. Everything else goes on by itself."
      actions={
        <>
          <WorkflowLink url={query.data?.temporalUrl ?? null} label="All workflows" />
          <Button
            size="small"
            isPending={query.isFetching}
            icon={<RefreshCw size={16} aria-hidden="true" />}
            onPress={() => void query.refetch()}
          >
            Look again
          </Button>
        </>
      }
    >
      <QueryView query={query} skeleton={<Skeleton lines={6} />}>
        {(summary) => (
          <div className="stack">
            {summary.unknown.length > 0 && (
              <Notice tone="warn" title="This is not all.">
                {summary.unknown.map(unknownWords).join(' ')}
              </Notice>
            )}
            {summary.waiting.length === 0 ? <Calm asOf={summary.asOf} /> : <List summary={summary} />}
          </div>
        )}
      </QueryView>
    </Page>
  );
}

function unknownWords(kind: Summary['unknown'][number]): string {
  return kind === 'dead-letter'
    ? 'RabbitMQ does not answer, so that dead letters are not counted.'
    : 'Temporal does not answer, so that failed runs are not known.';
}

function Calm({ asOf }: { asOf: string }) {
  return (
    <div className={css['calm']}>
      <CircleCheck size={40} strokeWidth={1.5} aria-hidden="true" />
      <p className={css['calmTitle']}>Nothing waits for you.</p>
      <p className="muted">
        Every invoice is on its way or has arrived, and no difference from Stripe is open. Looked at <Age at={asOf} />.
      </p>
    </div>
  );
}

function List({ summary: { waiting } }: { summary: Summary }) {
  const kinds = [...new Set(waiting.map(({ kind }) => kind))];
  return (
    <ul className={css['list']}>
      {kinds.map((kind) => (
        <Item key={kind} kind={kind} entries={waiting.filter((one) => one.kind === kind)} />
      ))}
    </ul>
  );
}

function Item({ kind, entries }: { kind: WaitingKind; entries: readonly Waiting[] }) {
  const { names, means, to, tone } = waitingWords[kind];
  const count = entries.reduce((sum, one) => sum + one.count, 0);
  const oldest = entries.flatMap(({ oldestAt }) => oldestAt ?? []).sort()[0];
  const reasons = entries.filter(({ code }) => code !== null);
  return (
    <li>
      <Link to={to} className={`${css['item']} ${css[tone]}`}>
        <span className={`${css['count']} number`}>{count}</span>
        <span className={css['words']}>
          <span className={css['name']}>{count === 1 ? names[0] : names[1]}</span>
          <span className="muted">{means}</span>
          {(reasons.length > 0 || oldest !== undefined) && (
            <span className={css['reasons']}>
              {oldest !== undefined && (
                <span className={css['oldest']}>
                  oldest <Age at={oldest} />
                </span>
              )}
              {reasons.slice(0, 6).map(({ code, count: of }) => (
                <span key={code} className={css['reason']}>
                  {inWords(code ?? '')}
                  {reasons.length > 1 && <span className="number"> · {of}</span>}
                </span>
              ))}
              {reasons.length > 6 && <span className={css['reason']}>and {reasons.length - 6} more</span>}
            </span>
          )}
        </span>
        <ChevronRight size={20} aria-hidden="true" className={css['arrow']} />
      </Link>
    </li>
  );
}
