import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from 'react-router';
import { type AnswerOf, take } from '../../../client/index.ts';
import { client } from '../../api.ts';
import { ButtonLink } from '../../ui/button.tsx';
import { Card, Facts, Stat } from '../../ui/card.tsx';
import { Quantity, When } from '../../ui/format.tsx';
import { Page } from '../../ui/page.tsx';
import { StateWords } from '../../ui/state-words.tsx';
import { Notice, QueryView } from '../../ui/states.tsx';
import { WorkflowLink } from './parts/action.tsx';
import { Age, Duration } from './parts/age.tsx';
import css from './parts/parts.module.css';
import { figuresOf } from './parts/progress.ts';
import { TimesIn } from './parts/times.tsx';
import { runWords } from './runs.tsx';

type Run = AnswerOf<'/v1/runs/{id}'>;

/** While it runs it is looked at again after so long. */
const lookAgainMs = 1_500;

/** One run: how far it is, how fast, and whether it has failed. */
export default function RunPage() {
  const { runId = '' } = useParams();
  const query = useQuery({
    queryKey: ['operations', 'runs', 'one', runId],
    queryFn: ({ signal }) => take(client.GET('/v1/runs/{id}', { params: { path: { id: runId } }, signal })),
    refetchInterval: ({ state }) =>
      state.data?.state === 'running' || state.data?.state === 'unknown' ? lookAgainMs : false,
  });
  const run = query.data;
  return (
    <Page
      title={run === undefined ? 'Run' : runWords[run.kind]}
      {...(run !== undefined && { badge: <StateWords subject="run" state={run.state} /> })}
      lead={<TimesIn />}
      back={<Link to="/operations/runs">Runs</Link>}
      actions={
        run !== undefined && (
          <>
            <WorkflowLink url={run.workflowUrl} />
            <ButtonLink size="small" to={`/operations/audit?kind=run&subject=${run.id}`}>
              Audit entries
            </ButtonLink>
          </>
        )
      }
    >
      <QueryView query={query}>{(data) => <Details run={data} />}</QueryView>
    </Page>
  );
}

/** How many of the invoices that were sent are at rest: an advance waits for them before it goes on. */
function Arrived({ progress: { published = 0, synced = 0, parked = 0 } }: Pick<Run, 'progress'>) {
  if (published === 0) return null;
  const arrived = Math.min(synced + parked, published);
  return (
    <label className={css['arrived']}>
      <span>
        <Quantity value={arrived} /> of <Quantity value={published} /> sent invoices are at rest.
      </span>
      <progress value={arrived} max={published} />
    </label>
  );
}

function Details({ run }: { run: Run }) {
  const end = run.finishedAt === null ? Date.now() : new Date(run.finishedAt).getTime();
  const seconds = (end - new Date(run.openedAt).getTime()) / 1_000;
  const counts = figuresOf(run.progress);
  const { generated, issued } = run.progress;
  const done = generated ?? issued;
  return (
    <div className="stack">
      {run.state === 'failed' && (
        <Notice tone="bad" title="It has ended without its work done.">
          What it had written stays. See why in Temporal, mend that, and start the same run again: it goes on where it
          was left.
        </Notice>
      )}
      {(run.progress['parkedPeriods'] ?? 0) > 0 && (
        <Notice tone="warn" title="Periods could not be billed.">
          The next invoicing run tries them again once their reason is mended.
        </Notice>
      )}
      <Card title="Progress" description={run.state === 'running' ? 'This page looks again by itself.' : undefined}>
        {run.kind === 'advance' && run.state === 'running' && <Arrived progress={run.progress} />}
        {counts.length === 0 ? (
          <p className="muted">{run.state === 'running' ? 'It has just begun.' : 'Nothing was due.'}</p>
        ) : (
          <div className={css['figures']}>
            {counts.map(({ name, label, meaning, count }) => (
              <Stat key={name} label={label} value={<Quantity value={count} />} note={meaning} />
            ))}
            {done !== undefined && done > 0 && seconds > 1 && (
              <Stat
                label="A second"
                value={<Quantity value={done / seconds} digits={1} />}
                note={`How many ${generated !== undefined ? 'drafts were made' : 'invoices became final'} in a second, on average.`}
              />
            )}
          </div>
        )}
      </Card>
      <Card title="This run">
        <Facts
          facts={[
            ['Clock', run.clock],
            ['Nominal time', <When key="at" at={run.cutoffAt} time />],
            ['Business time of its start', <When key="business" at={run.startedAt} time />],
            ['Started', <Age key="opened" at={run.openedAt} />],
            [run.finishedAt === null ? 'Runs since' : 'Took', <Duration key="took" seconds={seconds} />],
            [
              'Workflow',
              <code key="workflow" className={css['break']}>
                {run.workflowId}
              </code>,
            ],
          ]}
        />
      </Card>
    </div>
  );
}
