import { useMutation, useQueryClient } from '@tanstack/react-query';
import { KeyRound, Plus } from 'lucide-react';
import { useState } from 'react';
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
import { Empty, ErrorState } from '../../ui/states.tsx';
import { toast } from '../../ui/toast.tsx';
import css from './developers.module.css';
import { bodyOf, filterOf, type Owner, useOwner } from './owner.tsx';
import { scopesText, scopeText } from './scopes.ts';
import { SecretOnce } from './secret-once.tsx';

type Key = ItemOf<'/v1/api-keys'>;

/** Asked anew after every change. */
const keysOf = (owner: Owner) => ['api-keys', owner.customerId] as const;

export function Keys() {
  const owner = useOwner();
  const query = usePages<Key>(keysOf(owner), (cursor, signal) =>
    take(client.GET('/v1/api-keys', { params: { query: { ...filterOf(owner), ...(cursor && { cursor }) } }, signal })),
  );
  const create = owner.mayChangeKeys ? <NewKey /> : undefined;
  return (
    <Card
      title="API keys"
      description="A program shows one with every request. Give each program its own, with no more than it needs."
      action={create}
      flush
    >
      <PagedTable
        query={query}
        caption="API keys"
        what="keys"
        empty={<Empty title="No keys yet">With a key your programs read usage and invoices by themselves.</Empty>}
        columns={[
          { key: 'name', title: 'Name', heading: true, cell: ({ name }) => name },
          {
            key: 'state',
            title: 'State',
            cell: ({ revokedAt }) => (revokedAt ? <Badge>Ended</Badge> : <Badge tone="good">Works</Badge>),
          },
          { key: 'scopes', title: 'May', cell: ({ scopes }) => <Scopes scopes={scopes} /> },
          { key: 'made', title: 'Made', cell: ({ createdAt }) => <When at={createdAt} /> },
          {
            key: 'used',
            title: 'Last used',
            cell: ({ usedAt }) => (usedAt ? <When at={usedAt} time /> : <span className="muted">Never</span>),
          },
          ...(owner.mayChangeKeys
            ? [
                {
                  key: 'do',
                  title: <span className="sr-only">Actions</span>,
                  cell: (key: Key) => <EndKey of={key} />,
                },
              ]
            : []),
        ]}
      />
    </Card>
  );
}

function Scopes({ scopes }: { scopes: readonly string[] }) {
  const { text, isWhole } = scopesText(scopes);
  if (isWhole) return <>{text}</>;
  return (
    <details>
      <summary>{text}</summary>
      <ul className={css['granted']} aria-label="All that it may">
        {scopes.map((scope) => (
          <li key={scope}>{scopeText(scope)}</li>
        ))}
      </ul>
    </details>
  );
}

function NewKey() {
  const owner = useOwner();
  const cache = useQueryClient();
  const [made, setMade] = useState<AnswerOf<'/v1/api-keys', 'post'> | null>(null);
  const [isOpen, setOpen] = useState(false);
  const close = () => {
    setOpen(false);
    setMade(null);
  };

  async function make(fields: Record<string, string>) {
    const scopes = owner.grantable.filter((scope) => fields[`scope ${scope}`] !== undefined);
    const body = { name: fields['name'] ?? '', scopes: scopes as never, ...bodyOf(owner) };
    const headers = { 'idempotency-key': crypto.randomUUID() };
    setMade(await take(client.POST('/v1/api-keys', { body, params: { header: headers } })));
    await cache.invalidateQueries({ queryKey: keysOf(owner) });
  }
  return (
    <Dialog
      title={made === null ? 'Make a key' : `The key “${made.name}”`}
      trigger={
        <Button kind="primary" icon={<Plus size={16} aria-hidden="true" />}>
          Make a key
        </Button>
      }
      isOpen={isOpen}
      onOpenChange={(next) => (next ? setOpen(true) : close())}
    >
      {made !== null ? (
        <SecretOnce name="Secret key" secret={made.secret} onDone={close} />
      ) : (
        <Form onSubmit={make}>
          {({ isPending }) => (
            <>
              <TextField name="name" label="Name" isRequired maxLength={100} help="Which program it is for." />
              <fieldset className={css['scopes']}>
                <legend>It may</legend>
                {owner.grantable.map((scope) => (
                  <Checkbox key={scope} name={`scope ${scope}`} defaultSelected={scope === 'invoices:read'}>
                    {scopeText(scope)}
                  </Checkbox>
                ))}
              </fieldset>
              <div className="row">
                <Button
                  type="submit"
                  kind="primary"
                  isPending={isPending}
                  icon={<KeyRound size={16} aria-hidden="true" />}
                >
                  Make the key
                </Button>
              </div>
            </>
          )}
        </Form>
      )}
    </Dialog>
  );
}

function EndKey({ of: key }: { of: Key }) {
  const owner = useOwner();
  const cache = useQueryClient();
  const end = useMutation({
    mutationFn: () => take(client.POST('/v1/api-keys/{id}/revoke', { params: { path: { id: key.id } } })),
    async onSuccess() {
      toast(`The key “${key.name}” is ended.`);
      await cache.invalidateQueries({ queryKey: keysOf(owner) });
    },
  });
  if (key.revokedAt !== null) return null;
  return (
    <Dialog title={`End the key “${key.name}”?`} trigger={<Button size="small">End</Button>}>
      {(close) => (
        <div className="stack">
          <p>Programs that use it are refused within five seconds. It cannot be brought back.</p>
          {end.error !== null && <ErrorState error={end.error} />}
          <div className="row">
            <Button kind="danger" isPending={end.isPending} onPress={() => end.mutate(undefined, { onSuccess: close })}>
              End the key
            </Button>
            <Button onPress={close}>Keep it</Button>
          </div>
        </div>
      )}
    </Dialog>
  );
}
