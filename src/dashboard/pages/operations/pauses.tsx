import { useQuery } from '@tanstack/react-query';
import { CirclePause, CirclePlay } from 'lucide-react';
import { Link } from 'react-router';
import { type AnswerOf, take } from '../../../client/index.ts';
import { client } from '../../api.ts';
import { Card, Facts } from '../../ui/card.tsx';
import { Page } from '../../ui/page.tsx';
import { Empty, QueryView } from '../../ui/states.tsx';
import { Action } from './parts/action.tsx';
import { Age } from './parts/age.tsx';

type Pause = AnswerOf<'/v1/pauses'>['data'][number];

const changes = [
  ['operations', 'pauses'],
  ['operations', 'summary'],
] as const;

/** What stands still on purpose. */
export default function PausesPage() {
  const query = useQuery({
    queryKey: ['operations', 'pauses'],
    queryFn: ({ signal }) => take(client.GET('/v1/pauses', { signal })),
  });
  const isPaused = query.data?.data.some(({ kind }) => kind === 'operator') === true;
  return (
    <Page
      title="Pauses"
      lead="A pause stops all issuing and every write to Stripe at once, in every process. Usage is still taken, and drafts are still made."
      actions={query.data !== undefined && (isPaused ? <Resume /> : <PauseAll />)}
    >
      <QueryView query={query}>
        {({ data }) =>
          data.length === 0 ? (
            <Card>
              <Empty title="Nothing is paused.">Invoices are issued and sent as they become due.</Empty>
            </Card>
          ) : (
            <div className="stack">
              {data.map((pause) => (
                <PauseCard key={pause.id} pause={pause} />
              ))}
            </div>
          )
        }
      </QueryView>
    </Page>
  );
}

function PauseCard({ pause }: { pause: Pause }) {
  const isRestore = pause.kind === 'restore';
  return (
    <Card
      tone="warn"
      title={isRestore ? 'Waiting for what Stripe has' : 'Everything is paused'}
      description={pause.reason}
    >
      <div className="stack">
        <Facts
          facts={[
            ['Since', <Age key="since" at={pause.begunAt} />],
            ['Begun by', pause.begunBy],
          ]}
        />
        {isRestore && (
          <p>
            This database is older than what it has sent. An adoption begins by itself within five minutes, and ends
            this pause. <Link to="/operations/reconciliation">See how far it is</Link>
          </p>
        )}
      </div>
    </Card>
  );
}

function PauseAll() {
  return (
    <Action
      label="Pause everything"
      kind="danger"
      icon={<CirclePause size={16} aria-hidden="true" />}
      title="Pause everything?"
      scope="runs:write"
      what="Nothing is issued and nothing is sent to Stripe from now on, until somebody resumes. What waits counts as no failure."
      run={async ({ reason }) => {
        const pause = await take(client.POST('/v1/pauses', { body: { reason } }));
        return { text: 'Everything is paused.', audit: { kind: 'pause', id: pause.id } };
      }}
      changes={changes}
    />
  );
}

function Resume() {
  return (
    <Action
      label="Resume"
      kind="primary"
      icon={<CirclePlay size={16} aria-hidden="true" />}
      title="Resume everything?"
      scope="runs:write"
      what="What waited goes on within a minute."
      run={async ({ reason }) => {
        const pause = await take(client.POST('/v1/pauses/end', { body: { reason } }));
        return { text: 'The pause is over.', audit: { kind: 'pause', id: pause.id } };
      }}
      changes={changes}
    />
  );
}
