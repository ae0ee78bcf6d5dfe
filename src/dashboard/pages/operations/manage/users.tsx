import { type ItemOf, take } from '../../../../client/index.ts';
import { client } from '../../../api.ts';
import type { Customer } from '../../../customer.tsx';
import { Card } from '../../../ui/card.tsx';
import { CopyButton } from '../../../ui/copy-button.tsx';
import { Checkbox, Select, TextField } from '../../../ui/field.tsx';
import { usePages } from '../../../ui/load-more.tsx';
import { PagedTable } from '../../../ui/paged-table.tsx';
import { StateBadge } from '../../../ui/state-words.tsx';
import { Empty } from '../../../ui/states.tsx';
import { Action, because } from '../parts/action.tsx';
import { Age } from '../parts/age.tsx';
import { capital } from '../parts/words.ts';

type User = ItemOf<'/v1/customers/{id}/users'>;

const roles = [
  { id: 'member', label: 'Member', note: 'Looks at bills and usage' },
  { id: 'billing', label: 'Billing', note: 'Pays and changes billing data too' },
  { id: 'admin', label: 'Admin', note: 'Adds and removes users too' },
];

/** Who of the customer signs in, and a link that opens their pages. */
export function Users({ customer }: { customer: Customer }) {
  const params = { path: { id: customer.id } };
  const key = ['operations', 'users', customer.id] as const;
  const query = usePages<User>(key, (cursor, signal) =>
    take(client.GET('/v1/customers/{id}/users', { params: { ...params, query: { cursor } }, signal })),
  );
  return (
    <Card
      title="Who signs in"
      description="By a link that is mailed to them, or one that your product makes."
      action={
        <div className="row">
          <SessionLink customer={customer} />
          <Action
            label="Add a user"
            size="small"
            title={`Add somebody who sees the pages of ${customer.name}?`}
            confirm="Add"
            scope="users:write"
            what="They sign in by links to their address, without a password."
            fields={
              <>
                <TextField name="name" label="Name" isRequired maxLength={255} />
                <TextField name="email" label="E-mail address" type="email" isRequired maxLength={320} />
                <Select name="role" label="Role" options={roles} defaultValue="member" isRequired />
                <Checkbox name="invite" defaultSelected>
                  Mail them a link now
                </Checkbox>
              </>
            }
            run={async ({ reason, fields }) => {
              await take(
                client.POST('/v1/customers/{id}/users', {
                  params,
                  body: {
                    name: fields['name'] ?? '',
                    email: fields['email'] ?? '',
                    role: fields['role'] as User['role'],
                    invite: fields['invite'] !== undefined,
                  },
                  headers: because(reason),
                }),
              );
              return { text: 'The user is added.', audit: { kind: 'customer', id: customer.id } };
            }}
            changes={[key]}
          />
        </div>
      }
      flush
    >
      <PagedTable
        query={query}
        caption={`Users of ${customer.name}`}
        columns={[
          { key: 'name', title: 'Name', heading: true, cell: ({ name }) => name },
          { key: 'email', title: 'E-mail', cell: ({ email }) => email },
          { key: 'role', title: 'Role', cell: ({ role }) => capital(role) },
          { key: 'state', title: 'State', cell: ({ state }) => <StateBadge subject="user" state={state} /> },
          {
            key: 'signedIn',
            title: 'Signed in last',
            cell: ({ signedInAt }) => (signedInAt === null ? 'Never' : <Age at={signedInAt} />),
          },
        ]}
        what="users"
        empty={<Empty title="Nobody signs in yet.">Add somebody, or let your product send them on by a link.</Empty>}
      />
    </Card>
  );
}

function SessionLink({ customer }: { customer: Customer }) {
  return (
    <Action
      label="Make a link"
      size="small"
      title={`Make a link into the pages of ${customer.name}?`}
      confirm="Make it"
      scope="sessions:write"
      what="Whoever follows it is signed in as this customer. It works once, and for a few minutes: give it to nobody else."
      run={async ({ reason }) => {
        const link = await take(
          client.POST('/v1/customers/{id}/session-links', {
            params: { path: { id: customer.id } },
            body: {},
            headers: because(reason),
          }),
        );
        return {
          text: (
            <span className="stack-tight">
              <span>It works once. It is shown only now:</span>
              <code style={{ overflowWrap: 'anywhere' }}>{link.url}</code>
              <CopyButton text={link.url} label="Copy the link" />
            </span>
          ),
          audit: { kind: 'customer', id: customer.id },
        };
      }}
      changes={[]}
    />
  );
}
