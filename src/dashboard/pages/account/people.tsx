import { useMutation, useQueryClient } from '@tanstack/react-query';
import { UserPlus } from 'lucide-react';
import { useState } from 'react';
import { type ItemOf, take } from '../../../client/index.ts';
import { client } from '../../api.ts';
import { useCustomer } from '../../customer.tsx';
import { useMay, useSession } from '../../session.tsx';
import { Button } from '../../ui/button.tsx';
import { Card } from '../../ui/card.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Checkbox, Select, TextField } from '../../ui/field.tsx';
import { Form } from '../../ui/form.tsx';
import { When } from '../../ui/format.tsx';
import { LoadMore, usePages } from '../../ui/load-more.tsx';
import { StateBadge } from '../../ui/state-words.tsx';
import { Empty, ErrorState, QueryView } from '../../ui/states.tsx';
import { type Column, Table } from '../../ui/table.tsx';
import { toast } from '../../ui/toast.tsx';

type User = ItemOf<'/v1/customers/{id}/users'>;

const roles = [
  { id: 'member', label: 'Member', note: 'Reads bills and usage' },
  { id: 'billing', label: 'Billing', note: 'Changes address and payment method too' },
  { id: 'admin', label: 'Admin', note: 'Manages people too' },
] as const;
const roleName = (id: string) => roles.find((role) => role.id === id)?.label ?? id;

/** Who sees these pages, and may do what. */
export function People() {
  const { id, readOnly } = useCustomer();
  const mayWrite = useMay('users:write') && !readOnly;
  const { userId } = useSession();
  const queries = useQueryClient();
  const reload = () => queries.invalidateQueries({ queryKey: ['users', id] });
  const query = usePages<User>(['users', id], (cursor, signal) =>
    take(
      client.GET('/v1/customers/{id}/users', {
        params: { path: { id }, query: { ...(cursor !== undefined && { cursor }) } },
        signal,
      }),
    ),
  );
  const columns: Column<User>[] = [
    {
      key: 'name',
      title: 'Person',
      heading: true,
      cell: ({ name, id: own }) => (own === userId ? `${name} (you)` : name),
    },
    { key: 'email', title: 'E-mail', cell: ({ email }) => email },
    { key: 'role', title: 'Role', cell: ({ role }) => roleName(role) },
    { key: 'state', title: 'State', cell: ({ state }) => <StateBadge subject="user" state={state} /> },
    {
      key: 'mail',
      title: 'Gets invoices',
      wideOnly: true,
      cell: ({ receivesInvoices }) => (receivesInvoices ? 'yes' : 'no'),
    },
    {
      key: 'seen',
      title: 'Last signed in',
      wideOnly: true,
      cell: ({ signedInAt }) => (signedInAt === null ? 'never' : <When at={signedInAt} />),
    },
    ...(mayWrite
      ? [
          {
            key: 'change',
            title: 'Change',
            align: 'end',
            cell: (user: User) => <ChangeUser user={user} isSelf={user.id === userId} onDone={reload} />,
          } as const,
        ]
      : []),
  ];
  return (
    <Card
      title="People"
      description="Everybody who can see these pages. A person who is taken away is signed out within seconds."
      flush
      action={mayWrite && <AddUser onDone={reload} />}
    >
      <QueryView query={query}>
        {(users) =>
          users.length === 0 ? (
            <Empty title="Nobody has a sign-in of their own yet">
              Whoever comes through your product is let in without one.
            </Empty>
          ) : (
            <>
              <Table
                caption="People who can see these pages"
                columns={columns}
                rows={users}
                rowKey={(user) => user.id}
              />
              <LoadMore query={query} what="people" />
            </>
          )
        }
      </QueryView>
    </Card>
  );
}

function AddUser({ onDone }: { onDone: () => Promise<void> }) {
  const { id } = useCustomer();
  const [isOpen, setOpen] = useState(false);

  async function add({ email = '', name = '', role = 'member', receivesInvoices }: Record<string, string>) {
    const body = {
      email,
      name,
      role: role as User['role'],
      receivesInvoices: receivesInvoices !== undefined,
      invite: true,
    };
    await take(client.POST('/v1/customers/{id}/users', { params: { path: { id } }, body }));
    await onDone();
    setOpen(false);
    toast(`${name} was invited by e-mail.`);
  }

  return (
    <Dialog
      title="Invite somebody"
      isOpen={isOpen}
      onOpenChange={setOpen}
      trigger={<Button icon={<UserPlus size={16} aria-hidden="true" />}>Invite somebody</Button>}
    >
      <Form onSubmit={add}>
        {({ isPending }) => (
          <>
            <TextField label="Name" name="name" isRequired />
            <TextField label="E-mail" name="email" type="email" isRequired help="They sign in by links sent there." />
            <Select label="Role" name="role" options={roles} defaultValue="member" />
            <Checkbox name="receivesInvoices">Send them each invoice</Checkbox>
            <div>
              <Button type="submit" kind="primary" isPending={isPending}>
                Invite
              </Button>
            </div>
          </>
        )}
      </Form>
    </Dialog>
  );
}

type ChangeProps = { user: User; isSelf: boolean; onDone: () => Promise<void> };

function ChangeUser({ user, isSelf, onDone }: ChangeProps) {
  const { id } = useCustomer();
  const path = { id, userId: user.id };
  const [isOpen, setOpen] = useState(false);
  const removing = useMutation({
    mutationFn: () => take(client.DELETE('/v1/customers/{id}/users/{userId}', { params: { path } })),
    onSuccess: async () => {
      await onDone();
      toast(`${user.name} was taken away.`);
    },
  });

  async function change({ name = '', role = user.role, receivesInvoices }: Record<string, string>) {
    const body = { name, role: role as User['role'], receivesInvoices: receivesInvoices !== undefined };
    await take(client.PATCH('/v1/customers/{id}/users/{userId}', { params: { path }, body }));
    await onDone();
    setOpen(false);
    toast('Saved.');
  }

  return (
    <Dialog
      title={user.name}
      isOpen={isOpen}
      onOpenChange={setOpen}
      trigger={
        <Button kind="quiet" size="small">
          Change<span className="sr-only"> {user.name}</span>
        </Button>
      }
    >
      <Form onSubmit={change}>
        {({ isPending }) => (
          <>
            {removing.error !== null && <ErrorState error={removing.error} />}
            <TextField label="Name" name="name" isRequired defaultValue={user.name} />
            <Select label="Role" name="role" options={roles} defaultValue={user.role} />
            <Checkbox name="receivesInvoices" defaultSelected={user.receivesInvoices}>
              Send them each invoice
            </Checkbox>
            <div className="row spread">
              <Button type="submit" kind="primary" isPending={isPending}>
                Save
              </Button>
              {!isSelf && (
                <Button kind="danger" isPending={removing.isPending} onPress={() => removing.mutate()}>
                  Take away
                </Button>
              )}
            </div>
          </>
        )}
      </Form>
    </Dialog>
  );
}
