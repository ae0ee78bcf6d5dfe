import { useQuery } from '@tanstack/react-query';
import { Link } from 'react-router';
import { type AnswerOf, take } from '../../../client/index.ts';
import { client } from '../../api.ts';
import { Card, Facts } from '../../ui/card.tsx';
import { Page } from '../../ui/page.tsx';
import { Empty, QueryView } from '../../ui/states.tsx';
import { Action, type Outcome } from './parts/action.tsx';
import { Age } from './parts/age.tsx';
import { CodeBlock } from './parts/code-block.tsx';
import css from './parts/parts.module.css';

type Letter = AnswerOf<'/v1/dead-letters'>['data'][number];
type Report = AnswerOf<'/v1/dead-letters/replay', 'post'>;

const changes = [
  ['operations', 'dead-letters'],
  ['operations', 'summary'],
] as const;
const scope = 'operations:write';

/** Messages that nobody could handle, with what can be done about them. */
export default function DeadLettersPage() {
  const query = useQuery({
    queryKey: ['operations', 'dead-letters'],
    queryFn: ({ signal }) => take(client.GET('/v1/dead-letters', { params: { query: { limit: 200 } }, signal })),
  });
  const total = query.data?.total ?? 0;
  return (
    <Page
      title="Dead letters"
      lead="Messages from queue to sync that nobody could handle. Each carries the id of an invoice and no more, so that nothing is lost with one."
      actions={
        total > 0 && (
          <Action
            label="Put all back"
            kind="primary"
            title={total === 1 ? 'Put this letter back?' : `Put ${total} letters back?`}
            scope={scope}
            what="Each goes into the queue that it came from, and leaves the dead letters once RabbitMQ has confirmed it there. Up to 1,000 go at a time."
            run={async ({ reason }) =>
              outcomeOf(await take(client.POST('/v1/dead-letters/replay', { body: { all: true, reason } })))
            }
            changes={changes}
          />
        )
      }
    >
      <QueryView query={query}>
        {({ data }) =>
          data.length === 0 ? (
            <Card>
              <Empty title="There are no dead letters.">Every message has been handled.</Empty>
            </Card>
          ) : (
            <div className="stack">
              {unique(data).map((letter) => (
                <LetterCard key={letter.id} letter={letter} />
              ))}
              {data.length < total && <p className="muted">And {total - data.length} more behind them.</p>}
            </div>
          )
        }
      </QueryView>
    </Page>
  );
}

/** Copies of one message share their id, and go together. */
const unique = (letters: readonly Letter[]) => [...new Map(letters.map((letter) => [letter.id, letter])).values()];

function outcomeOf({ requeued, kept, missing }: Report, invoiceId?: string | null): Outcome {
  const notes = [
    ...(kept.length > 0 ? [`${kept.length} stayed: ${kept[0]?.reason}`] : []),
    ...(missing.length > 0 ? [`${missing.length} were not there any more.`] : []),
  ];
  return {
    tone: kept.length + missing.length === 0 ? 'good' : 'warn',
    text: [`${requeued} ${requeued === 1 ? 'letter is' : 'letters are'} back in the queue.`, ...notes].join(' '),
    ...(invoiceId && { audit: { kind: 'invoice', id: invoiceId } }),
  };
}

function LetterCard({ letter }: { letter: Letter }) {
  const { id, invoiceId } = letter;
  return (
    <Card
      title={letter.reason}
      description={letter.deadSince === null ? 'Nobody noted since when.' : <Age at={letter.deadSince} />}
      action={
        <div className="row">
          <Action
            label="Put back"
            size="small"
            title="Put this letter back?"
            scope={scope}
            what="It goes into the queue that it came from. If its reason is not mended, it comes back here."
            run={async ({ reason }) =>
              outcomeOf(await take(client.POST('/v1/dead-letters/replay', { body: { ids: [id], reason } })), invoiceId)
            }
            changes={changes}
          />
          <Action
            label="Throw away"
            kind="quiet"
            size="small"
            title="Throw this letter away?"
            scope={scope}
            what="Its invoice is not lost: the due scan sends whatever is issued and was not touched for an hour."
            run={async ({ reason }) => {
              const { discarded } = await take(
                client.POST('/v1/dead-letters/discard', { body: { ids: [id], reason } }),
              );
              return {
                tone: discarded > 0 ? 'good' : 'warn',
                text: discarded > 0 ? 'It is thrown away.' : 'It was not there any more.',
                ...(invoiceId && { audit: { kind: 'invoice', id: invoiceId } }),
              };
            }}
            changes={changes}
          />
        </div>
      }
    >
      <div className="stack">
        <Facts
          facts={[
            [
              'Invoice',
              invoiceId === null ? (
                'Cannot be read'
              ) : (
                <Link key="invoice" to={`/operations/invoices/${invoiceId}`} className={css['break']}>
                  {invoiceId}
                </Link>
              ),
            ],
            ['Queue', letter.queue ?? 'Unknown'],
            ['Put back before', letter.requeues === 0 ? 'Never' : `${letter.requeues} times`],
          ]}
        />
        <CodeBlock label="The message" text={letter.body} />
      </div>
    </Card>
  );
}
