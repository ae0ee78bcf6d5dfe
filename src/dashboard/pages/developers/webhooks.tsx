import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Plus, Webhook } from 'lucide-react';
import { useState } from 'react';
import { Link } from 'react-router';
import { type AnswerOf, type ItemOf, take } from '../../../client/index.ts';
import { client } from '../../api.ts';
import { Badge } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { Card } from '../../ui/card.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Checkbox, TextField } from '../../ui/field.tsx';
import { Form } from '../../ui/form.tsx';
import { When } from '../../ui/format.tsx';
import { usePages } from '../../ui/load-more.tsx';
import { PagedTable } from '../../ui/paged-table.tsx';
import { Empty, QueryView } from '../../ui/states.tsx';
import css from './developers.module.css';
import { bodyOf, filterOf, type Owner, useOwner } from './owner.tsx';
import { SecretOnce } from './secret-once.tsx';

export type Endpoint = ItemOf<'/v1/webhook-endpoints'>;

export const endpointsOf = (owner: Owner) => ['webhook-endpoints', owner.customerId] as const;

/** Where events are sent. */
export function Webhooks() {
  const owner = useOwner();
  const query = usePages<Endpoint>(endpointsOf(owner), (cursor, signal) => {
    const filter = { ...filterOf(owner), ...(cursor && { cursor }) };
    return take(client.GET('/v1/webhook-endpoints', { params: { query: filter }, signal }));
  });
  const add = owner.mayChangeWebhooks ? <NewEndpoint /> : undefined;
  return (
    <Card
      title="Webhooks"
      description="We send what happens to these addresses, signed by Standard Webhooks, and try for three days."
      action={add}
      flush
    >
      <PagedTable
        query={query}
        caption="Webhook endpoints"
        what="endpoints"
        empty={
          <Empty title="Nobody is told yet">
            With an endpoint your programs hear of an invoice or a payment in the moment in which it happens.
          </Empty>
        }
        columns={[
          {
            key: 'url',
            title: 'Address',
            heading: true,
            cell: ({ id, url, description }) => (
              <>
                <Link to={`${owner.base}/webhooks/${id}`} className={css['address']}>
                  {url}
                </Link>
                {description !== '' && <div className="muted">{description}</div>}
              </>
            ),
          },
          { key: 'state', title: 'State', cell: (endpoint) => <EndpointState of={endpoint} /> },
          {
            key: 'types',
            title: 'Told of',
            cell: ({ eventTypes }) =>
              eventTypes === null
                ? 'Everything'
                : eventTypes.length === 1
                  ? eventTypes[0]
                  : `${eventTypes.length} kinds of events`,
          },
          { key: 'added', title: 'Added', cell: ({ createdAt }) => <When at={createdAt} /> },
        ]}
      />
    </Card>
  );
}

export function EndpointState({ of: { state, disabledBecause, failingSince } }: { of: Endpoint }) {
  if (state === 'disabled') {
    return disabledBecause === 'person' ? <Badge>Disabled</Badge> : <Badge tone="bad">Given up</Badge>;
  }
  return failingSince === null ? <Badge tone="good">Enabled</Badge> : <Badge tone="warn">Fails</Badge>;
}

function NewEndpoint() {
  const owner = useOwner();
  const cache = useQueryClient();
  const [made, setMade] = useState<AnswerOf<'/v1/webhook-endpoints', 'post'> | null>(null);
  const [isOpen, setOpen] = useState(false);
  const close = () => {
    setOpen(false);
    setMade(null);
  };
  async function add(fields: Record<string, string>) {
    const { url = '', description = '' } = fields;
    const body = { url, description, eventTypes: chosenIn(fields), ...bodyOf(owner) };
    const header = { 'idempotency-key': crypto.randomUUID() };
    setMade(await take(client.POST('/v1/webhook-endpoints', { body, params: { header } })));
    await cache.invalidateQueries({ queryKey: endpointsOf(owner) });
  }
  return (
    <Dialog
      title={made === null ? 'Add an endpoint' : 'The endpoint is added'}
      trigger={
        <Button kind="primary" icon={<Plus size={16} aria-hidden="true" />}>
          Add an endpoint
        </Button>
      }
      isOpen={isOpen}
      onOpenChange={(next) => (next ? setOpen(true) : close())}
    >
      {made !== null ? (
        <SecretOnce name="Signing secret" secret={made.secret} onDone={close} />
      ) : (
        <Form onSubmit={add}>
          {({ isPending }) => (
            <>
              <TextField
                name="url"
                type="url"
                label="Address"
                isRequired
                placeholder="https://example.com/hooks"
                help="It begins with https:// and is on the internet."
              />
              <TextField name="description" label="What it is for" maxLength={200} />
              <EventTypes />
              <div className="row">
                <Button
                  type="submit"
                  kind="primary"
                  isPending={isPending}
                  icon={<Webhook size={16} aria-hidden="true" />}
                >
                  Add the endpoint
                </Button>
              </div>
            </>
          )}
        </Form>
      )}
    </Dialog>
  );
}

/** Null where everything is wanted, or nothing was chosen. */
export function chosenIn(fields: Record<string, string>): string[] | null {
  if (fields['every type'] !== undefined) return null;
  const types = Object.keys(fields).flatMap((name) => (name.startsWith('type ') ? [name.slice(5)] : []));
  return types.length === 0 ? null : types;
}

export function EventTypes({ chosen = null }: { chosen?: readonly string[] | null }) {
  const [isEvery, setEvery] = useState(chosen === null);
  const query = useQuery({
    queryKey: ['webhook-event-types'],
    queryFn: ({ signal }) => take(client.GET('/v1/webhook-event-types', { signal })),
    staleTime: 3_600_000,
  });
  const { customerId } = useOwner();
  return (
    <fieldset className={css['scopes']}>
      <legend>It is told of</legend>
      <Checkbox name="every type" isSelected={isEvery} onChange={setEvery} help="Kinds that come later too.">
        Everything
      </Checkbox>
      {!isEvery && (
        <QueryView query={query}>
          {({ data }) => (
            <>
              {data
                .filter(({ isForCustomers }) => customerId === null || isForCustomers)
                .map(({ type, says }) => (
                  <Checkbox
                    key={type}
                    name={`type ${type}`}
                    defaultSelected={chosen?.includes(type) ?? false}
                    help={says}
                  >
                    <code>{type}</code>
                  </Checkbox>
                ))}
            </>
          )}
        </QueryView>
      )}
    </fieldset>
  );
}
