import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { ChevronLeft, RotateCw, Send } from 'lucide-react';
import { useState } from 'react';
import { Link, useNavigate, useParams } from 'react-router';
import { type AnswerOf, take } from '../../../client/index.ts';
import { client } from '../../api.ts';
import { Button } from '../../ui/button.tsx';
import { Card, Facts } from '../../ui/card.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { TextField } from '../../ui/field.tsx';
import { Form } from '../../ui/form.tsx';
import { When } from '../../ui/format.tsx';
import { Page } from '../../ui/page.tsx';
import { ErrorState, Notice, QueryView } from '../../ui/states.tsx';
import { toast } from '../../ui/toast.tsx';
import { Deliveries, deliveriesOf } from './deliveries.tsx';
import css from './developers.module.css';
import { useOwner } from './owner.tsx';
import { SecretOnce } from './secret-once.tsx';
import { chosenIn, type Endpoint, EndpointState, EventTypes, endpointsOf } from './webhooks.tsx';

const endpointKey = (id: string) => ['webhook-endpoint', id] as const;

/** One endpoint with what was sent to it. */
export function EndpointPage() {
  const { endpointId: id = '' } = useParams();
  const { base, mayChangeWebhooks } = useOwner();
  const query = useQuery({
    queryKey: endpointKey(id),
    queryFn: ({ signal }) => take(client.GET('/v1/webhook-endpoints/{id}', { params: { path: { id } }, signal })),
  });
  const endpoint = query.data;
  return (
    <Page
      title="Webhook endpoint"
      back={
        <Link to={`${base}?tab=webhooks`}>
          <ChevronLeft size={16} aria-hidden="true" /> Webhooks
        </Link>
      }
      {...(endpoint !== undefined && {
        badge: <EndpointState of={endpoint} />,
        lead: <span className={css['address']}>{endpoint.url}</span>,
        ...(mayChangeWebhooks && { actions: <Actions of={endpoint} /> }),
      })}
    >
      <QueryView query={query}>
        {(found) => (
          <>
            <Standing of={found} />
            <Card title="What it is">
              <Facts
                facts={[
                  ['For', found.description === '' ? '–' : found.description],
                  ['Told of', found.eventTypes === null ? 'Everything' : found.eventTypes.join(', ')],
                  ['Added', <When key="added" at={found.createdAt} />],
                  ...(found.previousSecretUntil === null
                    ? []
                    : [
                        [
                          'Old secret signs too until',
                          <When key="until" at={found.previousSecretUntil} time />,
                        ] as const,
                      ]),
                ]}
              />
            </Card>
            <Deliveries endpointId={id} isEnabled={found.state === 'enabled'} />
          </>
        )}
      </QueryView>
    </Page>
  );
}

/** What a reader should know of how it fares. */
function Standing({ of: endpoint }: { of: Endpoint }) {
  const { state, disabledBecause, disabledAt, failingSince } = endpoint;
  if (state === 'disabled' && disabledAt !== null) {
    if (disabledBecause === 'person') {
      return (
        <Notice title="Nothing is sent to this endpoint">
          Somebody has disabled it. Since <When at={disabledAt} time /> nothing is kept for it either. Enable it when it
          works again.
        </Notice>
      );
    }
    return (
      <Notice tone="bad" title="Nothing is sent to this endpoint">
        {disabledBecause === 'gone'
          ? 'It answered that it is gone (410).'
          : 'Nothing but failures came back for five days.'}{' '}
        What has happened since <When at={disabledAt} time /> is kept for 30 days. Mend your program, enable the
        endpoint, and send again what has failed. <Told of={endpoint} />
      </Notice>
    );
  }
  if (failingSince === null) return null;
  return (
    <Notice tone="warn" title="What we send is not taken">
      Since <When at={failingSince} time /> nothing but failures came back. We go on trying; after five days without a
      success it is disabled. <Told of={endpoint} />
    </Notice>
  );
}

/** How far the mail about its failures is. */
function Told({ of: { mailState, mailedAt } }: { of: Endpoint }) {
  if (mailState === 'sent' && mailedAt !== null) {
    return (
      <>
        The admins were told by mail on <When at={mailedAt} time />.
      </>
    );
  }
  if (mailState === 'pending' || mailState === 'sending') return 'A mail to the admins is on its way.';
  return mailState === 'failed' ? 'The mail to the admins could not be delivered.' : null;
}

function useChange<Result>(id: string, change: () => Promise<Result>, done: string) {
  const cache = useQueryClient();
  const owner = useOwner();
  return useMutation({
    mutationFn: change,
    async onSuccess() {
      toast(done);
      await Promise.all(
        [endpointKey(id), deliveriesOf(id), endpointsOf(owner)].map((queryKey) =>
          cache.invalidateQueries({ queryKey }),
        ),
      );
    },
    onError: (error) => toast(error.message, 'bad'),
  });
}

function Actions({ of: endpoint }: { of: Endpoint }) {
  const { id, state } = endpoint;
  const path = { id };
  const test = useChange(
    id,
    () => take(client.POST('/v1/webhook-endpoints/{id}/test', { params: { path } })),
    'A test event is on its way.',
  );
  const next = state === 'enabled' ? 'disabled' : 'enabled';
  const turn = useChange(
    id,
    () => take(client.PATCH('/v1/webhook-endpoints/{id}', { params: { path }, body: { state: next } })),
    next === 'enabled' ? 'It is enabled.' : 'It is disabled.',
  );
  return (
    <>
      {state === 'enabled' && (
        <Button isPending={test.isPending} onPress={() => test.mutate()} icon={<Send size={16} aria-hidden="true" />}>
          Send a test
        </Button>
      )}
      <Edit of={endpoint} />
      <Rotate of={endpoint} />
      <Button isPending={turn.isPending} onPress={() => turn.mutate()}>
        {next === 'enabled' ? 'Enable' : 'Disable'}
      </Button>
      <Remove of={endpoint} />
    </>
  );
}

function Edit({ of: { id, url, description, eventTypes } }: { of: Endpoint }) {
  const [isOpen, setOpen] = useState(false);
  const cache = useQueryClient();
  const owner = useOwner();
  async function save(fields: Record<string, string>) {
    const body = { url: fields['url'] ?? '', description: fields['description'] ?? '', eventTypes: chosenIn(fields) };
    await take(client.PATCH('/v1/webhook-endpoints/{id}', { params: { path: { id } }, body }));
    await cache.invalidateQueries({ queryKey: endpointKey(id) });
    await cache.invalidateQueries({ queryKey: endpointsOf(owner) });
    toast('Saved.');
    setOpen(false);
  }
  return (
    <Dialog title="Change the endpoint" trigger={<Button>Change</Button>} isOpen={isOpen} onOpenChange={setOpen}>
      <Form onSubmit={save}>
        {({ isPending }) => (
          <>
            <TextField name="url" type="url" label="Address" isRequired defaultValue={url} />
            <TextField name="description" label="What it is for" maxLength={200} defaultValue={description} />
            <EventTypes chosen={eventTypes} />
            <div className="row">
              <Button type="submit" kind="primary" isPending={isPending}>
                Save
              </Button>
            </div>
          </>
        )}
      </Form>
    </Dialog>
  );
}

function Rotate({ of: { id } }: { of: Endpoint }) {
  const [made, setMade] = useState<AnswerOf<'/v1/webhook-endpoints/{id}/rotate-secret', 'post'> | null>(null);
  const rotate = useChange(
    id,
    async () => {
      const header = { 'idempotency-key': crypto.randomUUID() };
      setMade(
        await take(client.POST('/v1/webhook-endpoints/{id}/rotate-secret', { params: { path: { id }, header } })),
      );
    },
    'The secret is changed.',
  );
  return (
    <Dialog
      title="Change the secret"
      trigger={<Button icon={<RotateCw size={16} aria-hidden="true" />}>New secret</Button>}
    >
      {(close) =>
        made !== null ? (
          <SecretOnce
            name="Signing secret"
            secret={made.secret}
            onDone={() => {
              setMade(null);
              close();
            }}
          />
        ) : (
          <div className="stack">
            <p>For a day everything is signed with both secrets, so that your program can change over without a gap.</p>
            <div className="row">
              <Button kind="primary" isPending={rotate.isPending} onPress={() => rotate.mutate()}>
                Make a new secret
              </Button>
            </div>
          </div>
        )
      }
    </Dialog>
  );
}

function Remove({ of: { id } }: { of: Endpoint }) {
  const owner = useOwner();
  const navigate = useNavigate();
  const cache = useQueryClient();
  const remove = useMutation({
    mutationFn: () => take(client.DELETE('/v1/webhook-endpoints/{id}', { params: { path: { id } } })),
    async onSuccess() {
      toast('The endpoint is removed.');
      await cache.invalidateQueries({ queryKey: endpointsOf(owner) });
      await navigate(`${owner.base}?tab=webhooks`);
    },
  });
  return (
    <Dialog title="Remove the endpoint?" trigger={<Button>Remove</Button>}>
      {(close) => (
        <div className="stack">
          <p>Nothing is sent to it any more, and the log of what was sent goes with it.</p>
          {remove.error !== null && <ErrorState error={remove.error} />}
          <div className="row">
            <Button kind="danger" isPending={remove.isPending} onPress={() => remove.mutate()}>
              Remove it
            </Button>
            <Button onPress={close}>Keep it</Button>
          </div>
        </div>
      )}
    </Dialog>
  );
}
