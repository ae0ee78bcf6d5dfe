import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { RefreshCw } from 'lucide-react';
import { useSearchParams } from 'react-router';
import { type AnswerOf, type ItemOf, take } from '../../../client/index.ts';
import { client } from '../../api.ts';
import { Badge, type Tone } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { Card, Facts } from '../../ui/card.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Select } from '../../ui/field.tsx';
import { useFormats, When } from '../../ui/format.tsx';
import { usePages } from '../../ui/load-more.tsx';
import { PagedTable } from '../../ui/paged-table.tsx';
import { Empty, ErrorState, QueryView } from '../../ui/states.tsx';
import { toast } from '../../ui/toast.tsx';
import css from './developers.module.css';
import { useOwner } from './owner.tsx';

type Delivery = ItemOf<'/v1/webhook-endpoints/{id}/deliveries'>;
type Detail = AnswerOf<'/v1/webhook-endpoints/{id}/deliveries/{delivery}'>;

export const deliveriesOf = (endpointId: string) => ['webhook-deliveries', endpointId] as const;

/** What is on its way is looked at again so often. */
const lookAgainMs = 3_000;
/** Of what is being attempted right now, the next attempt is due after so long at the most. */
const underWayMs = 60_000;

/** As long as one is on its way; of those that wait for their next attempt, when that may have begun. */
function lookAgain(deliveries: readonly Pick<Delivery, 'nextAt'>[]): number | false {
  const dueMs = deliveries.flatMap(({ nextAt }) => (nextAt === null ? [] : [Date.parse(nextAt)]));
  return dueMs.length === 0 ? false : Math.max(lookAgainMs, Math.min(...dueMs) - Date.now() - underWayMs);
}

const states = [
  { id: 'all', label: 'All deliveries' },
  { id: 'pending', label: 'On their way' },
  { id: 'delivered', label: 'Delivered' },
  { id: 'failed', label: 'Failed' },
];

/** What was sent to an endpoint, and what came of it. */
export function Deliveries({ endpointId, isEnabled }: { endpointId: string; isEnabled: boolean }) {
  const { mayChangeWebhooks } = useOwner();
  const [search, setSearch] = useSearchParams();
  const state = states.find(({ id }) => id === search.get('state'))?.id ?? 'all';
  const query = usePages<Delivery>(
    [...deliveriesOf(endpointId), state],
    (cursor, signal) => {
      const filter = { ...(state !== 'all' && { state: state as Delivery['state'] }), ...(cursor && { cursor }) };
      const params = { path: { id: endpointId }, query: filter };
      return take(client.GET('/v1/webhook-endpoints/{id}/deliveries', { params, signal }));
    },
    lookAgain,
  );
  const change = (key: string, value: string | null) =>
    setSearch(
      (before) => {
        const next = new URLSearchParams(before);
        if (value === null || value === 'all') next.delete(key);
        else next.set(key, value);
        return next;
      },
      { replace: true, preventScrollReset: true },
    );
  const opened = search.get('delivery');
  return (
    <Card
      title="Deliveries"
      description="Of the last 30 days. What is not taken is tried again, later each time, for three days."
      action={
        <div className="row">
          <Button size="small" icon={<RefreshCw size={16} aria-hidden="true" />} onPress={() => void query.refetch()}>
            Look again
          </Button>
          {mayChangeWebhooks && isEnabled && <ResendFailed endpointId={endpointId} />}
        </div>
      }
      flush
    >
      <div className={css['filters']}>
        <Select label="Show" options={states} value={state} onChange={(id) => change('state', id)} />
      </div>
      <PagedTable
        query={query}
        caption="Deliveries"
        what="deliveries"
        empty={<Empty title="Nothing was sent">Send a test to see whether your program takes it.</Empty>}
        columns={[
          {
            key: 'type',
            title: 'Event',
            heading: true,
            cell: ({ id, type }) => (
              <Button kind="quiet" size="small" onPress={() => change('delivery', id)}>
                {type}
              </Button>
            ),
          },
          { key: 'state', title: 'State', cell: (delivery) => <DeliveryState of={delivery} /> },
          { key: 'at', title: 'When', cell: ({ createdAt }) => <When at={createdAt} time /> },
          {
            key: 'attempts',
            title: 'Attempts',
            align: 'end',
            cell: ({ attempts }) => <span className="number">{attempts}</span>,
          },
          {
            key: 'next',
            title: 'Next attempt',
            cell: ({ nextAt }) => (nextAt === null ? '–' : <When at={nextAt} time />),
          },
        ]}
      />
      <Dialog
        title="Delivery"
        side
        isOpen={opened !== null}
        onOpenChange={(isOpen) => {
          if (!isOpen) change('delivery', null);
        }}
      >
        {opened !== null && <DeliveryDetail endpointId={endpointId} deliveryId={opened} isEnabled={isEnabled} />}
      </Dialog>
    </Card>
  );
}

const looks: Record<Delivery['state'], [tone: Tone, word: string]> = {
  pending: ['info', 'On its way'],
  delivered: ['good', 'Delivered'],
  failed: ['bad', 'Failed'],
};

function DeliveryState({ of: { state, reason, attempts } }: { of: Pick<Delivery, 'state' | 'reason' | 'attempts'> }) {
  const [tone, word] = looks[state];
  const isTriedAgain = state === 'pending' && attempts > 0 && reason !== null;
  return (
    <>
      <Badge tone={isTriedAgain ? 'warn' : tone}>{isTriedAgain ? 'Tried again' : word}</Badge>
      {reason !== null && <div className="muted">{reasonText(reason)}</div>}
    </>
  );
}

const reasons: Record<string, string> = {
  redirected: 'It answered with a redirect, which is not followed.',
  gone: 'It answered that it is gone.',
  timeout: 'No answer came in time.',
  'connection-refused': 'Nobody listens at the address.',
  'connection-lost': 'The connection broke.',
  'name-unknown': 'The name of the address is not known.',
  'certificate-refused': 'Its certificate is not valid.',
  'address-refused': 'The address leads into a private network.',
  'answer-unreadable': 'What it answered is no HTTP.',
  'endpoint-disabled': 'The endpoint was disabled.',
};

function reasonText(reason: string): string {
  return reasons[reason] ?? `It answered with ${reason.replace('status-', 'status ')}.`;
}

function DeliveryDetail({
  endpointId,
  deliveryId,
  isEnabled,
}: {
  endpointId: string;
  deliveryId: string;
  isEnabled: boolean;
}) {
  const { mayChangeWebhooks } = useOwner();
  const cache = useQueryClient();
  const path = { id: endpointId, delivery: deliveryId };
  const query = useQuery({
    queryKey: [...deliveriesOf(endpointId), 'one', deliveryId],
    queryFn: ({ signal }) =>
      take(client.GET('/v1/webhook-endpoints/{id}/deliveries/{delivery}', { params: { path }, signal })),
    refetchInterval: ({ state }) => lookAgain(state.data === undefined ? [] : [state.data]),
  });
  const resend = useMutation({
    mutationFn: () =>
      take(client.POST('/v1/webhook-endpoints/{id}/deliveries/{delivery}/resend', { params: { path } })),
    async onSuccess() {
      toast('It is on its way again.');
      await cache.invalidateQueries({ queryKey: deliveriesOf(endpointId) });
    },
  });
  return (
    <QueryView query={query}>
      {(delivery) => (
        <div className="stack">
          <Facts
            facts={[
              ['Event', <code key="type">{delivery.type}</code>],
              ['State', <DeliveryState key="state" of={delivery} />],
              ['webhook-id', <code key="id">{delivery.eventId}</code>],
              ['Happened', <When key="at" at={delivery.event.timestamp} time />],
            ]}
          />
          {resend.error !== null && <ErrorState error={resend.error} />}
          {mayChangeWebhooks && isEnabled && delivery.state !== 'pending' && (
            <div className="row">
              <Button kind="primary" isPending={resend.isPending} onPress={() => resend.mutate()}>
                Send again
              </Button>
            </div>
          )}
          <h3>What is sent</h3>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls is reached by the keyboard */}
          <pre className={css['code']} tabIndex={0}>
            {JSON.stringify(delivery.event, null, 2)}
          </pre>
          <h3>Attempts</h3>
          {delivery.log.length === 0 ? (
            <p className="muted">None yet: it is sent within a second or two.</p>
          ) : (
            <ol className={css['attempts']}>
              {delivery.log.map((attempt) => (
                <li key={attempt.attempt}>
                  <Attempt of={attempt} />
                </li>
              ))}
            </ol>
          )}
        </div>
      )}
    </QueryView>
  );
}

function Attempt({ of: { at, status, durationMs, reason, answer } }: { of: Detail['log'][number] }) {
  const { number } = useFormats();
  return (
    <>
      <div className="row">
        <Badge tone={reason === null ? 'good' : 'bad'}>{status ?? 'No answer'}</Badge>
        <When at={at} time />
        <span className="muted number">{number(durationMs)} ms</span>
      </div>
      {reason !== null && <p>{reasonText(reason)}</p>}
      {answer !== null && answer !== '' && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls is reached by the keyboard
        <pre className={css['code']} tabIndex={0}>
          {answer}
        </pre>
      )}
    </>
  );
}

function ResendFailed({ endpointId }: { endpointId: string }) {
  const cache = useQueryClient();
  const resend = useMutation({
    mutationFn: () => {
      const since = new Date(Date.now() - 3 * 86_400_000).toISOString();
      const params = { path: { id: endpointId } };
      return take(client.POST('/v1/webhook-endpoints/{id}/resend', { params, body: { since } }));
    },
    async onSuccess({ count }) {
      toast(count === 0 ? 'Nothing has failed in the last three days.' : `${count} on their way again.`);
      await cache.invalidateQueries({ queryKey: deliveriesOf(endpointId) });
    },
    onError: (error) => toast(error.message, 'bad'),
  });
  return (
    <Button size="small" isPending={resend.isPending} onPress={() => resend.mutate()}>
      Send failed ones again
    </Button>
  );
}
